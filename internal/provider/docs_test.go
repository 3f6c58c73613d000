package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// Some tables of the documentation are written by hand. These tests hold them
// against the tables in the code.

func TestGuideNamesEveryStateInItsPhase(t *testing.T) {
	t.Parallel()
	rows := tableRows(t, "../../templates/guides/gate-a-rollout.md.tmpl")
	named, wanted := 0, append(imagestatus.States(), imagestatus.SiblingStates()...)
	for _, phase := range imagestatus.Phases() {
		states, found := rows["`"+string(phase)+"`"]
		if !found {
			t.Errorf("the guide has no row for phase %s", phase)
		}
		for _, state := range wanted {
			if slices.Contains(strings.Split(states, ", "), "`"+string(state)+"`") {
				named++
				if state.Phase() != phase {
					t.Errorf("the guide has %s in phase %s, and it is in %s", state, phase, state.Phase())
				}
			}
		}
	}
	// The row of phase unknown goes on behind its one state.
	if named != len(wanted) {
		t.Errorf("the guide names %d states, want %d", named, len(wanted))
	}
}

func TestGuideSaysWhatCountsAsEachClass(t *testing.T) {
	t.Parallel()
	rows := tableRows(t, "../../templates/guides/gate-a-rollout.md.tmpl")
	counts := make(map[string]bool)
	for _, cell := range rows {
		class, _, _ := strings.Cut(cell, ":")
		counts[strings.ReplaceAll(class, " ", "_")] = true
	}
	for _, class := range rollout.Classes() {
		if !counts[string(class)] {
			t.Errorf("the guide has no row for class %s", class)
		}
	}
}

func TestIndexNamesEveryVariable(t *testing.T) {
	t.Parallel()
	rows := tableRows(t, "../../templates/index.md.tmpl")
	for _, s := range settings {
		want := fmt.Sprintf("`%s` |", s.variable())
		if s.vendor != "" {
			want += " `" + s.vendor + "`"
		}
		if got := rows["`"+s.attribute+"`"]; !strings.HasPrefix(got, want) {
			t.Errorf("the row of %s is %q, want a start of %q", s.attribute, got, want)
		}
	}
}

// tableRows gives the rows of a page's tables by their first cell.
func tableRows(t *testing.T, page string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string]string)
	for line := range strings.Lines(string(content)) {
		first, rest, isRow := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		if isRow && strings.HasPrefix(line, "| ") {
			rows[first] = strings.TrimSuffix(strings.TrimSpace(rest), " |")
		}
	}
	return rows
}

func TestTroubleshootingSaysWhatEachAnswerMeans(t *testing.T) {
	t.Parallel()
	page := "../../templates/guides/troubleshooting.md.tmpl"
	rows := tableRows(t, page)
	for _, answer := range sdwan.StatusTable() {
		if answer.Kind == "" {
			continue
		}
		retried := map[bool]string{false: "no", true: "yes"}[answer.Retry]
		if got, want := rows[answer.Answer], adviceByKind[answer.Kind].summary+" | "+retried; got != want {
			t.Errorf("the row of %q is %q, want %q", answer.Answer, got, want)
		}
		delete(rows, answer.Answer)
	}
	for answer, row := range rows {
		if strings.HasSuffix(row, "| yes") || strings.HasSuffix(row, "| no") {
			t.Errorf("%s has a row for %q, which the client's table does not", page, answer)
		}
	}
}

func TestTroubleshootingHasAnEntryForEveryMessage(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../templates/guides/troubleshooting.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	messages, err := os.ReadFile(messagesGolden)
	if err != nil {
		t.Fatal(err)
	}
	titles := make(map[string]bool)
	for _, found := range regexp.MustCompile(`(?m)^(?:Error|Warning): (.+?)(?: \[.*\])?$`).FindAllSubmatch(messages, -1) {
		// What follows a colon differs from gate to gate.
		title, _, _ := strings.Cut(string(found[1]), ": ")
		titles[title] = true
	}
	for _, advised := range adviceByKind {
		titles[advised.summary] = true
	}
	for title := range titles {
		// Defects share an entry that names them.
		if !strings.Contains(string(content), "\n### "+title+"\n") && !strings.Contains(string(content), "*"+title+"*") {
			t.Errorf("the guide has no entry %q", title)
		}
	}
}

func TestLinksLeadToFilesOfTheRepository(t *testing.T) {
	t.Parallel()
	pages := []string{"../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	here := regexp.MustCompile(`\]\((?:https://github\.com/sdwanops/terraform-provider-prismasdwan/blob/main/)?([\w./-]+)(?:#[\w-]+)?\)`)
	links := 0
	for _, page := range pages {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range here.FindAllSubmatch(content, -1) {
			links++
			if _, err := os.Stat("../../" + string(link[1])); err != nil {
				t.Errorf("%s: %s leads nowhere", page, link[0])
			}
		}
	}
	if links == 0 {
		t.Error("no page has a link")
	}
}
