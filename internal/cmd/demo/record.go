package main

import (
	"fmt"
	"html"
	"strings"
)

// Measures of the recording, in pixels and seconds.
const (
	columns    = 96
	rows       = 36
	charWidth  = 7.25
	lineHeight = 16
	margin     = 14
	lineTime   = 0.12
	pauseTime  = 2.5
)

// recorder turns what the demo prints into a moving picture that a README can
// show: text that scrolls, in an SVG without script.
type recorder struct{ printed strings.Builder }

// Write takes what is printed.
func (r *recorder) Write(printed []byte) (int, error) { return r.printed.Write(printed) }

// lines are what was printed, folded at the width of the picture.
func (r *recorder) lines() []string {
	var lines []string
	for line := range strings.SplitSeq(strings.Trim(r.printed.String(), "\n"), "\n") {
		runes := []rune(line)
		for len(runes) > columns {
			lines = append(lines, string(runes[:columns]))
			runes = runes[columns:]
		}
		lines = append(lines, string(runes))
	}
	return lines
}

// svg draws every line below the lower edge, and moves them up one by one.
func (r *recorder) svg() string {
	lines := r.lines()
	width, height := columns*charWidth+2*margin, rows*lineHeight+2*margin
	var text, steps strings.Builder
	total := duration(lines)
	elapsed := 0.0
	for number, line := range lines {
		elapsed += pause(line)
		fmt.Fprintf(&steps, "%.3f%%{transform:translateY(%dpx)}", 100*elapsed/total, -(number+1)*lineHeight)
		elapsed += lineTime
		if line != "" {
			fmt.Fprintf(&text, "<text y=\"%d\"%s xml:space=\"preserve\">%s</text>\n", number*lineHeight, weight(line), html.EscapeString(line))
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" role="img" aria-label="A gated rollout, from a closed gate to an open one">
<style>
@keyframes scroll{0%%{transform:translateY(0)}%s}
.lines{animation:scroll %.1fs steps(1) infinite}
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328}
.bold{font-weight:bold}
</style>
<rect width="100%%" height="100%%" rx="8" fill="#f6f8fa" stroke="#d0d7de"/>
<svg x="%d" y="%d" width="%.0f" height="%d"><g transform="translate(0 %d)"><g class="lines">
%s</g></g></svg>
</svg>
`, width, height, steps.String(), total, margin, margin, columns*charWidth, rows*lineHeight, rows*lineHeight+lineHeight-4, text.String())
}

// duration is the time of one showing in seconds.
func duration(lines []string) float64 {
	total := 2 * pauseTime
	for _, line := range lines {
		total += pause(line) + lineTime
	}
	return total
}

// pause is the time to read what stands there before the line comes.
func pause(line string) float64 {
	if isHeading(line) || strings.HasPrefix(line, "Now ") {
		return pauseTime
	}
	return 0
}

func weight(line string) string {
	if isHeading(line) || strings.HasPrefix(strings.TrimSpace(line), "$ ") {
		return ` class="bold"`
	}
	return ""
}

func isHeading(line string) bool {
	number, _, found := strings.Cut(line, ". ")
	return found && len(number) == 1 && number >= "1" && number <= "9"
}
