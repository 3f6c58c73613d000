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
		if len([]rune(line)) > columns {
			t.Errorf("a line has %d characters: %q", len([]rune(line)), line)
		}
		if line != "" {
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
