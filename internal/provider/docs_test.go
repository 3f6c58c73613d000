package provider

import (
	"cmp"
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
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const (
	troubleshootingGuide = "../../templates/guides/troubleshooting.md.tmpl"
	largeFleetsGuide     = "../../templates/guides/large-fleets.md.tmpl"
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

func readPage(t *testing.T, page string) string {
	t.Helper()
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// tableRows gives the rows of a page's tables by their first cell.
func tableRows(t *testing.T, page string) map[string]string {
	t.Helper()
	rows := make(map[string]string)
	for line := range strings.Lines(readPage(t, page)) {
		first, rest, isRow := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		if isRow && strings.HasPrefix(line, "| ") {
			rows[first] = strings.TrimSuffix(strings.TrimSpace(rest), " |")
		}
	}
	return rows
}

func TestTroubleshootingSaysWhatEachAnswerMeans(t *testing.T) {
	t.Parallel()
	page := troubleshootingGuide
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
	content, messages := readPage(t, troubleshootingGuide), readPage(t, messagesGolden)
	printed, err := filepath.Glob("testdata/events/*.golden")
	if err != nil || len(printed) == 0 {
		t.Fatalf("what the CLI printed: %v, %v", printed, err)
	}
	texts := []string{messages}
	for _, run := range printed {
		texts = append(texts, readPage(t, run))
	}
	messages = strings.Join(texts, "\n")
	titles := make(map[string]bool)
	for _, found := range regexp.MustCompile(`(?m)^(?:Error|Warning): (.+?)(?: \[.*\])?$`).FindAllStringSubmatch(messages, -1) {
		// What follows a colon differs from gate to gate.
		title, _, _ := strings.Cut(found[1], ": ")
		titles[title] = true
	}
	for _, advised := range adviceByKind {
		titles[advised.summary] = true
	}
	for title := range titles {
		// Defects share an entry that names them.
		if !strings.Contains(content, "\n### "+title+"\n") && !strings.Contains(content, "*"+title+"*") {
			t.Errorf("the guide has no entry %q", title)
		}
	}
}

// repository is where a link of a page leads from every place that shows the
// page: either registry, and the forge.
const repository = "https://github.com/sdwanops/terraform-provider-prismasdwan"

// documentedPages are the pages that people read, and the templates of those
// that are generated.
func documentedPages(t *testing.T) []string {
	t.Helper()
	var pages []string
	for _, pattern := range []string{"*.md", ".github/*.md", "docs/*.md", "docs/*/*.md", "templates/*.tmpl", "templates/*/*.tmpl"} {
		found, err := filepath.Glob("../../" + pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		pages = append(pages, found...)
	}
	return pages
}

func TestLinksLeadToFilesAndHeadingsOfTheRepository(t *testing.T) {
	t.Parallel()
	written := regexp.MustCompile(`\]\(([^()\s]+)\)`)
	links := 0
	for _, page := range documentedPages(t) {
		generated := strings.HasPrefix(page, "../../docs/") || strings.HasPrefix(page, "../../templates/")
		for _, found := range written.FindAllStringSubmatch(readPage(t, page), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			file, inside := strings.CutPrefix(target, repository+"/blob/main/")
			switch {
			case inside:
				file = "../../" + file
			case strings.Contains(target, "://"):
				continue
			case target == "":
				file = page
			case generated:
				t.Errorf("%s: %s is relative, and no relative link works on both registries and on the forge", page, found[0])
				continue
			default:
				file = filepath.Join(filepath.Dir(page), target)
			}
			links++
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %s leads nowhere", page, found[0])
			} else if anchor != "" && !slices.Contains(anchors(readPage(t, file)), anchor) {
				t.Errorf("%s: %s leads to no heading", page, found[0])
			}
		}
	}
	if links == 0 {
		t.Error("no page has a link")
	}
}

// anchors are what the headings of a page are linked by, and those that the
// generator writes for nested attributes.
func anchors(page string) []string {
	var found []string
	dropped := regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
	page = regexp.MustCompile("(?s)\n```.*?\n```").ReplaceAllString(page, "")
	for _, written := range regexp.MustCompile(`<a id="([^"]+)">`).FindAllStringSubmatch(page, -1) {
		found = append(found, written[1])
	}
	for _, heading := range regexp.MustCompile(`(?m)^#{1,6} (.+)$`).FindAllStringSubmatch(page, -1) {
		found = append(found, strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(heading[1]), ""), " ", "-"))
	}
	return found
}

// TestContributingNamesTestsThatThereAre looks up what the commands of
// CONTRIBUTING.md select.
func TestContributingNamesTestsThatThereAre(t *testing.T) {
	t.Parallel()
	page := readPage(t, "../../CONTRIBUTING.md")
	functions := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	commands := regexp.MustCompile(`(?:go test \./internal/(\w+)|make (?:bench|testacc)) .*?(?:-run|-bench|BENCH=|TESTFLAGS='-run)[ =]?'?([\w|]+)`)
	looked := 0
	for _, found := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(page, -1) {
		command := commands.FindStringSubmatch(strings.Replace(found[1], "-run '^$' ", "", 1))
		if command == nil {
			continue
		}
		looked++
		files, err := filepath.Glob("../" + cmp.Or(command[1], "*") + "/*_test.go")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, file := range files {
			for _, function := range functions.FindAllStringSubmatch(readPage(t, file), -1) {
				names = append(names, function[1])
			}
		}
		for one := range strings.SplitSeq(command[2], "|") {
			if !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, one) }) {
				t.Errorf("%s: no test and no benchmark has %q in its name", found[1], one)
			}
		}
	}
	if looked < 10 {
		t.Errorf("only %d commands were looked up", looked)
	}
}

// TestPagesSayFromWhichVersionOn compares what the page of each surface says
// with the table of the README, with which another test compares the index.
func TestPagesSayFromWhichVersionOn(t *testing.T) {
	t.Parallel()
	patterns := map[string]string{"functions": "functions/*.md", "ephemeral resource": "ephemeral-resources/*.md", "action": "actions/*.md"}
	for _, row := range surfaceRows(t, "../../README.md") {
		pattern, has := patterns[row[0]]
		if !has {
			continue
		}
		delete(patterns, row[0])
		terraform, tofu := row[len(row)-2], row[len(row)-1]
		want := fmt.Sprintf("Needs Terraform %s or later, or OpenTofu %s or later.", terraform, tofu)
		if tofu == "none" {
			want = fmt.Sprintf("Needs Terraform %s or later; OpenTofu has no %ss.", terraform, row[0])
		}
		pages, err := filepath.Glob("../../docs/" + pattern)
		if err != nil || len(pages) == 0 {
			t.Errorf("%s: %v, %v", pattern, pages, err)
		}
		for _, page := range pages {
			if !strings.Contains(readPage(t, page), "\n"+want+"\n") {
				t.Errorf("%s does not say %q", page, want)
			}
		}
	}
	if len(patterns) > 0 {
		t.Errorf("the README has no row of %v", patterns)
	}
}

// TestGuidesBeginWithTheGate is about the menus of the registries. Both list the
// guides without a subcategory first; OpenTofu's sorts the pages of a group by
// title.
func TestGuidesBeginWithTheGate(t *testing.T) {
	t.Parallel()
	guides, err := filepath.Glob("../../templates/guides/*.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	head := regexp.MustCompile(`(?s)^---\npage_title: "(.+?)"\n(?:subcategory: "([^"]+)"\n)?description: `)
	groups := make(map[string][]string)
	for _, guide := range guides {
		found := head.FindStringSubmatch(readPage(t, guide))
		if found == nil {
			t.Errorf("%s has no title, or a head in another order", guide)
			continue
		}
		groups[found[2]] = append(groups[found[2]], found[1])
	}
	if len(groups) != 3 || len(groups["Setup"]) == 0 || len(groups["Operation"]) == 0 {
		t.Errorf("the groups of guides are %v", groups)
	}
	if first := slices.Min(groups[""]); first != "Gate a rollout" {
		t.Errorf("the guides begin with %q", first)
	}
}

// TestStateOfAClosedGateGrowsWithWhatItNames holds what the documentation says of the
// size of a gate's state.
func TestStateOfAClosedGateGrowsWithWhatItNames(t *testing.T) {
	t.Parallel()
	sizeOver := func(elements int, named int) int {
		server := startSimulator(t, simulator.Options{Elements: elements, Scenario: "rollout"})
		for _, id := range server.ElementIDs()[:defaultMaxBlocking] {
			if err := server.SetState(id, "failed"); err != nil {
				t.Fatal(err)
			}
		}
		config := map[string]any{"target_version": ">= 6.3.5"}
		if named > 0 {
			config["element_ids"] = server.ElementIDs()[:named]
		}
		read := newProtocol(t, server.Environment(simulator.Unified)...).read(nameGate, config)
		if hasError(read.diagnostics) {
			t.Fatal(render(read.diagnostics))
		}
		return writtenSize(t, read.value)
	}
	small, large := sizeOver(500, 0), sizeOver(5_000, 0)
	if large > small+small/20 {
		t.Errorf("a gate over 500 elements has %d bytes of state, over 5,000 %d", small, large)
	}
	const few, many = 200, 400
	forEach := float64(sizeOver(500, many)-sizeOver(500, few)) / (many - few)
	want := fmt.Sprintf("by %.0f bytes for each id in `element_ids`", forEach)
	if !strings.Contains(readPage(t, largeFleetsGuide), want) {
		t.Errorf("the guide on large fleets does not say %q", want)
	}
}

// TestSizesOfStateAreAsDocumented measures what one more element, or one more
// wave, adds to the state of a surface.
func TestSizesOfStateAreAsDocumented(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 400, Seed: 1, Scenario: "mixed"})
	p := newProtocol(t, server.Environment(simulator.Unified)...)
	size := func(surface string, config map[string]any) int {
		read := p.in(t).read(surface, config)
		if hasError(read.diagnostics) {
			t.Fatal(render(read.diagnostics))
		}
		return writtenSize(t, read.value)
	}
	rows := func(fields ...string) int {
		return size(nameStatuses, map[string]any{"with_elements": true, "fields": fields})
	}
	waves := func(sizes ...string) int {
		return size(wavesType, map[string]any{"sizes": sizes, "list_elements": false, "target_version": "6.3.6-b9", "max_blocking_elements": 0})
	}
	elements := len(server.Rows())
	for name, test := range map[string]struct {
		added, parts int
		documented   float64
		page, text   string
	}{
		"element of a row": {rows("id", "element") - rows("id"), elements, 220, largeFleetsGuide, "adds about 220 bytes to a row"},
		"elements":         {size(elementsType, nil), elements, 800, "../../internal/provider/elements_data_source.go", "State holds about 800 bytes for each element"},
		"ids of elements":  {size(elementsType, map[string]any{"ids_only": true}), elements, 100, "../../internal/provider/elements_data_source.go", "with `ids_only` about 100"},
		"waves":            {waves("10", "20", "30", "40", "50", "100%") - waves("10", "100%"), 4, 1000, largeFleetsGuide, "about 1 kB for each wave"},
	} {
		measured := float64(test.added) / float64(test.parts)
		t.Logf("%s: %.0f bytes", name, measured)
		if measured < 0.8*test.documented || measured > 1.2*test.documented {
			t.Errorf("%s takes %.0f bytes, and is documented with %.0f", name, measured, test.documented)
		}
		if !strings.Contains(readPage(t, test.page), test.text) {
			t.Errorf("%s does not say %q", test.page, test.text)
		}
	}
}

func TestGuideSaysHowLongTheNamesOfARowAre(t *testing.T) {
	t.Parallel()
	shortest, longest := "", ""
	for _, name := range allAttributes() {
		if shortest == "" || len(name) < len(shortest) {
			shortest = name
		}
		if len(name) > len(longest) {
			longest = name
		}
	}
	want := fmt.Sprintf("The name alone takes between %d bytes (`\"%s\":`) and %d.", len(shortest)+3, shortest, len(longest)+3)
	if !strings.Contains(readPage(t, largeFleetsGuide), want) {
		t.Errorf("the guide on large fleets does not say %q", want)
	}
}
