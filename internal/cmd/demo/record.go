package main

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// Measures of the recording, in pixels and seconds.
const (
	columns     = 96
	rows        = 36
	charWidth   = 7.25
	lineHeight  = 16
	margin      = 14
	lineTime    = 0.12
	pauseTime   = 2.5
	longestTime = 58
)

// recorder turns what the demo prints into a moving picture that a README can
// show: text that scrolls, in an SVG without script.
type recorder struct{ printed strings.Builder }

// Write takes what is printed.
func (r *recorder) Write(printed []byte) (int, error) { return r.printed.Write(printed) }

// lines are what was printed, folded at the width of the picture.
func (r *recorder) lines() []styledLine {
	var lines []styledLine
	var style style
	for printed := range strings.SplitSeq(strings.Trim(r.printed.String(), "\n"), "\n") {
		var line styledLine
		line, style = readLine(printed, style)
		lines = append(lines, line.fold(columns)...)
	}
	return lines
}

// svg draws every line below the lower edge, and moves them up one by one.
func (r *recorder) svg() string {
	lines := r.lines()
	width, height := columns*charWidth+2*margin, rows*lineHeight+2*margin
	var text, steps strings.Builder
	perLine := timePerLine(lines)
	total := duration(lines, perLine)
	elapsed := 0.0
	for number, line := range lines {
		elapsed += pause(line)
		fmt.Fprintf(&steps, "%.3f%%{transform:translateY(%dpx)}", 100*elapsed/total, -(number+1)*lineHeight)
		elapsed += perLine
		if line.text() != "" {
			fmt.Fprintf(&text, "<text y=\"%d\" xml:space=\"preserve\">%s</text>\n", number*lineHeight, line.markup())
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" role="img" aria-label="A gated rollout, from a closed gate to an open one">
<style>
@keyframes scroll{0%%{transform:translateY(0)}%s}
.lines{animation:scroll %.1fs steps(1) infinite}
%s</style>
<rect width="100%%" height="100%%" rx="8"/>
<svg x="%d" y="%d" width="%.0f" height="%d"><g transform="translate(0 %d)"><g class="lines">
%s</g></g></svg>
</svg>
`, width, height, steps.String(), total, stylesheet(), margin, margin, columns*charWidth, rows*lineHeight, rows*lineHeight+lineHeight-4, text.String())
}

// timePerLine is shortened where the whole would take too long.
func timePerLine(lines []styledLine) float64 {
	return min(lineTime, (longestTime-duration(lines, 0))/float64(max(1, len(lines))))
}

// duration is the time of one showing in seconds.
func duration(lines []styledLine, perLine float64) float64 {
	total := 2 * pauseTime
	for _, line := range lines {
		total += pause(line) + perLine
	}
	return total
}

// pause is the time to read what stands there before the line comes.
func pause(line styledLine) float64 {
	if text := line.text(); isHeading(text) || strings.HasPrefix(text, "Now ") {
		return pauseTime
	}
	return 0
}

func isHeading(line string) bool {
	number, _, found := strings.Cut(line, ". ")
	return found && len(number) == 1 && number >= "1" && number <= "9"
}

// style is how a terminal shows text: a color of its own sixteen, "" for that of
// plain text, and bold.
type style struct {
	color string
	bold  bool
}

// span is text in one style.
type span struct {
	style style
	text  string
}

type styledLine []span

// palette has the colors that Terraform and the demo use, on a light page and on a
// dark one. A brighter color is shown like its darker twin.
var palette = []struct{ code, name, light, dark string }{
	{"1", "red", "#cf222e", "#ff7b72"},
	{"2", "green", "#116329", "#7ee787"},
	{"3", "yellow", "#7d4e00", "#e3b341"},
	{"4", "blue", "#0550ae", "#79c0ff"},
	{"5", "magenta", "#6639ba", "#d2a8ff"},
	{"6", "cyan", "#1b7c83", "#76e3ea"},
	{"0", "gray", "#57606a", "#8b949e"},
}

func stylesheet() string {
	var light, dark strings.Builder
	for _, color := range palette {
		fmt.Fprintf(&light, ".%s{fill:%s}", color.name, color.light)
		fmt.Fprintf(&dark, ".%s{fill:%s}", color.name, color.dark)
	}
	return `text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328}
.bold{font-weight:bold}
rect{fill:#f6f8fa;stroke:#d0d7de}
` + light.String() + `
@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#0d1117;stroke:#30363d}` + dark.String() + `}
`
}

const escape = "\x1b["

// readLine reads a line with a terminal's escape sequences, and returns the style
// that the next one begins with.
func readLine(printed string, current style) (styledLine, style) {
	var line styledLine
	for printed != "" {
		plain, rest, found := strings.Cut(printed, escape)
		if plain != "" {
			line = append(line, span{current, plain})
		}
		if !found {
			break
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r >= '@' && r <= '~' })
		if end < 0 {
			break
		}
		if rest[end] == 'm' {
			current = current.after(rest[:end])
		}
		printed = rest[end+1:]
	}
	return line, current
}

// after is the style after the parameters of a sequence that sets it.
func (s style) after(parameters string) style {
	for code := range strings.SplitSeq(parameters, ";") {
		switch {
		case code == "" || code == "0":
			s = style{}
		case code == "1":
			s.bold = true
		case code == "22":
			s.bold = false
		case code == "39":
			s.color = ""
		case len(code) == 2 && (code[0] == '3' || code[0] == '9'):
			s.color = colorName(code[1:])
		}
	}
	return s
}

func colorName(code string) string {
	for _, color := range palette {
		if color.code == code {
			return color.name
		}
	}
	return ""
}

func (l styledLine) text() string {
	var text strings.Builder
	for _, span := range l {
		text.WriteString(span.text)
	}
	return text.String()
}

// fold cuts a line into lines of the width.
func (l styledLine) fold(width int) []styledLine {
	folded := []styledLine{nil}
	room := width
	for _, part := range l {
		for runes := []rune(part.text); len(runes) > 0; {
			if room == 0 {
				folded, room = append(folded, nil), width
			}
			taken := min(room, len(runes))
			last := len(folded) - 1
			folded[last] = append(folded[last], span{part.style, string(runes[:taken])})
			runes, room = runes[taken:], room-taken
		}
	}
	return folded
}

// markup is the line as parts of a text of the picture.
func (l styledLine) markup() string {
	var markup strings.Builder
	for _, span := range l {
		classes := slices.DeleteFunc([]string{span.style.color, map[bool]string{true: "bold"}[span.style.bold]}, func(class string) bool { return class == "" })
		if len(classes) == 0 {
			markup.WriteString(html.EscapeString(span.text))
			continue
		}
		fmt.Fprintf(&markup, `<tspan class="%s">%s</tspan>`, strings.Join(classes, " "), html.EscapeString(span.text))
	}
	return markup.String()
}
