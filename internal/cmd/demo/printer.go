package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// textWidth is that of a narrow terminal.
const textWidth = 78

// printer writes for a person: bold where the output is a terminal that wants
// it, and no color of its own, which would have to suit every background.
type printer struct {
	out   io.Writer
	color bool
}

func newPrinter(out *os.File) *printer {
	info, err := out.Stat()
	_, unwanted := os.LookupEnv("NO_COLOR")
	return &printer{out: out, color: err == nil && info.Mode()&os.ModeCharDevice != 0 && !unwanted}
}

func (p *printer) bold(text string) string {
	if !p.color {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}

func (p *printer) title(text string) {
	rule := strings.Repeat("=", textWidth)
	fmt.Fprintf(p.out, "\n%s\n%s\n%s\n", rule, p.bold(text), rule)
}

func (p *printer) heading(number int, text string) {
	fmt.Fprintf(p.out, "\n%s\n", p.bold(fmt.Sprintf("%d. %s", number, text)))
}

// text writes a paragraph, folded at textWidth.
func (p *printer) text(paragraph string) {
	line := ""
	for word := range strings.FieldsSeq(paragraph) {
		if line != "" && len(line)+1+len(word) > textWidth {
			fmt.Fprintln(p.out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	fmt.Fprintf(p.out, "%s\n\n", line)
}

func (p *printer) line(format string, arguments ...any) {
	fmt.Fprintf(p.out, "   "+format+"\n", arguments...)
}

// command shows what is typed.
func (p *printer) command(text string) { fmt.Fprintf(p.out, "   %s\n", p.bold("$ "+text)) }

// output shows what a program printed, set in.
func (p *printer) output(printed string) {
	for line := range strings.SplitSeq(strings.Trim(printed, "\n"), "\n") {
		fmt.Fprintf(p.out, "   %s\n", strings.TrimRight("  "+line, " "))
	}
}
