package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestRecordingHoldsEveryLineOnce(t *testing.T) {
	t.Parallel()
	recording := new(recorder)
	printer := &printer{out: recording}
	printer.title("A <title> & more")
	printer.heading(1, "First")
	printer.text("Some words that are long enough to be folded " + strings.Repeat("again and ", 20) + "again.")
	printer.command("terraform plan")
	printer.output(strings.Repeat("x", columns+10))

	drawn := recording.svg()
	decoder := xml.NewDecoder(strings.NewReader(drawn))
	texts := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the recording is no XML: %v", err)
		}
		if element, ok := token.(xml.StartElement); ok && element.Name.Local == "text" {
			texts++
		}
	}
	filled := 0
	for _, line := range recording.lines() {
		if text := line.text(); len([]rune(text)) > columns {
			t.Errorf("a line has %d characters: %q", len([]rune(text)), text)
		} else if text != "" {
			filled++
		}
	}
	if texts != filled {
		t.Errorf("the recording has %d lines of text, want %d", texts, filled)
	}
	if !strings.Contains(drawn, "A &lt;title&gt; &amp; more") {
		t.Error("text is not escaped")
	}
}

func TestTextIsFoldedAtTheWidth(t *testing.T) {
	t.Parallel()
	recording := new(recorder)
	printer := &printer{out: recording}
	printer.text(strings.Repeat(fmt.Sprintf("%s ", strings.Repeat("w", 9)), 30))
	for line := range strings.SplitSeq(recording.printed.String(), "\n") {
		if len(line) > textWidth {
			t.Errorf("a line has %d characters, want at most %d: %q", len(line), textWidth, line)
		}
	}
}

func TestColorsOfTheTerminalAreThoseOfThePicture(t *testing.T) {
	t.Parallel()
	for printed, want := range map[string]string{
		"plain": "plain",
		"\x1b[31m\x1b[1mError: \x1b[0m\x1b[0mclosed":   `<tspan class="red bold">Error: </tspan>closed`,
		"\x1b[33mWarning\x1b[39m & more":               `<tspan class="yellow">Warning</tspan> &amp; more`,
		"\x1b[90mgray\x1b[m\x1b[2K\x1b[1mbold\x1b[22m": `<tspan class="gray">gray</tspan><tspan class="bold">bold</tspan>`,
		"\x1b[38": "",
	} {
		line, _ := readLine(printed, style{})
		if got := line.markup(); got != want {
			t.Errorf("%q: got %s, want %s", printed, got, want)
		}
	}
	line, next := readLine("\x1b[32mgreen", style{})
	if line.text() != "green" || next.color != "green" {
		t.Errorf("the next line begins with %+v", next)
	}
}

func TestRecordingTakesAtMostAMinute(t *testing.T) {
	t.Parallel()
	lines := make([]styledLine, 2_000)
	if total := duration(lines, timePerLine(lines)); total > 60 {
		t.Errorf("the recording takes %.0f s", total)
	}
}
