package rollout

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	nethtml "golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// reportOf is the report of a verdict.
func reportOf(verdict *Verdict) *Report {
	report := &Report{
		Ready: &verdict.Ready, Summary: verdict.Summary, Reasons: verdict.Reasons, ReadyPercent: &verdict.ReadyPercent,
		Counts: ReportCounts{Total: &verdict.Counts.Total, Ready: &verdict.Counts.Ready}, ByPhase: make(map[string]int64),
		ByVersion: verdict.ByVersion, Blocking: verdict.Blocking, BlockingTruncated: verdict.BlockingTruncated,
	}
	for phase, count := range verdict.ByPhase {
		report.ByPhase[string(phase)] = count
	}
	return report
}

func openReport(t *testing.T) *Report {
	t.Helper()
	var rows []imagestatus.Status
	for id := range 12 {
		rows = append(rows, elementRow(strconv.Itoa(id+1), []string{"complete", "-"}[id%2], wantedVersion))
	}
	verdict := judgeNamed(t, Gate{MaxBlocking: 20, Target: mustTarget(t, wantedVersion, "")}, nil, rows...)
	return reportOf(&verdict)
}

// closedReport has more elements that are not ready than the gate lists, and
// one that is missing.
func closedReport(t *testing.T) *Report {
	t.Helper()
	rows := []imagestatus.Status{
		elementRow("1", "failed", formerVersion), elementRow("2", "complete", wantedVersion), elementRow("3", "rebooting", formerVersion),
		elementRow("4", "upgrade_abort", formerVersion), elementRow("5", "downloading", formerVersion), elementRow("6", "-", wantedVersion),
	}
	rows[0].FailureInfo, rows[4].DownloadPercent = new("disk full while unpacking the image"), new(int64(42))
	for id := range 20 {
		rows = append(rows, elementRow(strconv.Itoa(id+100), []string{"pending", "install"}[id%2], formerVersion))
	}
	verdict := judgeNamed(t, Gate{MaxBlocking: 12, ElementIDs: []string{"77"}, Target: mustTarget(t, wantedVersion, "")}, branches(), rows...)
	report := reportOf(&verdict)
	report.Name = "hubs"
	return report
}

func wavesReport() *Report {
	counts := func(total, ready int64) ReportCounts { return ReportCounts{Total: &total, Ready: &ready} }
	return &Report{
		Done: new(false), Current: new(int64(2)), Summary: "wave 2 of 4: closed: 5/12 ready (41.66%), 6 pending, 1 failed",
		Waves: []WaveReport{
			{Number: 1, Ready: new(true), MayBegin: new(true), Done: new(true), Summary: "open: 3/3 ready (100%)", Counts: counts(3, 3)},
			{
				Number: 2, Ready: new(false), MayBegin: new(true), Done: new(false), Summary: "closed: 5/12 ready (41.66%), 6 pending, 1 failed", Counts: counts(12, 5),
				Reasons: []string{"1 element failed (max_failed is 0): BR-FRA-01 (Frankfurt) (failed: disk full).", "5 of 12 elements are ready (41.66%), 100% required: 6 pending, 1 failed."},
				Blocking: []Blocker{
					{ElementID: "1", Name: new("BR-FRA-01"), SiteName: new("Frankfurt"), Class: ClassFailed, Phase: imagestatus.PhaseFailed, UpgradeState: new("failed"), ActiveVersion: new(formerVersion), FailureInfo: new("disk full")},
					{ElementID: "3", Name: new("DC-1"), Class: ClassPending, Phase: imagestatus.PhaseQueued, UpgradeState: new("pending"), ActiveVersion: new(formerVersion)},
				},
			},
			{Number: 3, Ready: new(false), MayBegin: new(false), Done: new(false), Summary: "closed: 0/85 ready (0%), 85 pending", Counts: counts(85, 0)},
			{Number: 4, MayBegin: new(true), Counts: counts(0, 0)},
		},
	}
}

// hostileReport has texts in every place that comes from outside.
func hostileReport(text func(label string) string) *Report {
	point := func(label string) *string { return new(text(label)) }
	blocker := func(class Class) Blocker {
		return Blocker{
			ElementID: text("id"), Name: point("name"), SiteName: point("site"), Class: class, UpgradeState: point("state"),
			ActiveVersion: point("version"), FailureInfo: point("failure"),
		}
	}
	return &Report{
		Name: text("gate"), Ready: new(false), Summary: text("summary"), Reasons: []string{text("reason"), text("reason")},
		ByPhase: map[string]int64{text("phase"): 2, "failed": 1}, ByVersion: map[string]int64{text("by version"): 3},
		Waves: []WaveReport{{
			Number: 1, Ready: new(false), Summary: text("wave"), Reasons: []string{text("wave's reason")},
			Blocking: []Blocker{blocker(ClassPending), blocker(ClassFailed), blocker(Class(text("class")))},
		}},
	}
}

// hostileBy are texts for the page that people read.
var hostileBy = map[string]string{
	"gate": "hubs | @org/team", "summary": "closed: see https://evil.example and #123", "reason": "1. [click](http://evil.example) ![](http://evil.example/x.png)",
	"phase": "failed\" : 9\n```", "by version": "6.3 | $x$ | :tada:", "wave": "closed | open", "wave's reason": "- [ ] done\r\n## Ready",
	"id": "<b>1</b>", "name": "</td></tr></table><h1>open</h1>", "site": "`code` | **bold**", "state": "~~failed~~", "version": "www.evil.example", "class": "ready |",
	"failure": "someone@evil.example wrote:\n```mermaid\ngraph TD\n```\n<!-- GH-123",
}

func TestReportsReadAsInTheirGoldenFiles(t *testing.T) {
	t.Parallel()
	for name, report := range map[string]*Report{
		"open": openReport(t), "closed": closedReport(t), "waves": wavesReport(),
		"waves_done": {Done: new(true), Summary: "all waves are done", Waves: []WaveReport{{Number: 1, Done: new(true), Ready: new(true)}}},
		"bare":       {},
		"unlisted":   {Ready: new(false), BlockingTruncated: true, Blocking: []Blocker{}, Counts: ReportCounts{Total: new(int64(9)), Ready: new(int64(2))}},
		"hostile":    hostileReport(func(label string) string { return hostileBy[label] }),
	} {
		path := filepath.Join("testdata", "report", name+".md")
		got := report.Markdown()
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("%s is another one (-want +got); -update takes it over:\n%s", path, diff)
		}
	}
}

// shape is a page as a tree of elements, without texts and the spans in them.
func shape(t testingT, page string) string {
	t.Helper()
	var tree strings.Builder
	var visit func(*nethtml.Node)
	visit = func(node *nethtml.Node) {
		for child := range node.ChildNodes() {
			switch {
			case child.Type != nethtml.ElementNode || child.Data == "span":
			default:
				tree.WriteString(child.Data + "(")
				visit(child)
				tree.WriteString(")")
			}
		}
	}
	visit(rendered(t, page))
	return tree.String()
}

func TestTextsFromOutsideDoNotChangeThePage(t *testing.T) {
	t.Parallel()
	usual := shape(t, hostileReport(func(string) string { return "usual" }).Markdown())
	if !strings.Contains(usual, "pre(code())") || strings.Count(usual, "table(") != 3 {
		t.Fatalf("the page has not the parts that are compared: %s", usual)
	}
	rapid.Check(t, func(t *rapid.T) {
		page := hostileReport(func(label string) string { return "x" + drawHostile(t, label) }).Markdown()
		if got := shape(t, page); got != usual {
			t.Fatalf("the page has another shape:\n%s\nwant:\n%s\nthe page:\n%s", got, usual, page)
		}
		if count := strings.Count(page, "```"); count != 2 {
			t.Fatalf("%d fences:\n%s", count, page)
		}
	})
}

func TestReportFitsIntoAComment(t *testing.T) {
	t.Parallel()
	worst := strings.Repeat("@", maxReasonRunes+1)
	long := hostileReport(func(string) string { return worst })
	for i := range 500 {
		long.Reasons = append(long.Reasons, worst[:300])
		long.Waves[0].Blocking = append(long.Waves[0].Blocking, long.Waves[0].Blocking[i%3])
		long.Waves = append(long.Waves, WaveReport{Number: int64(i), Summary: worst})
		long.ByVersion[fmt.Sprint(worst[:60], i)] = 1
		long.ByPhase[fmt.Sprint("phase", i)] = 1
	}
	page := long.Markdown()
	for _, want := range []string{"reasons are not shown", "waves are not shown", "versions are not shown", "elements are not shown: the report is too long"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say that %s", want)
		}
	}
	for _, section := range []string{"### Waves", "### Phases", "### Versions", "### Elements that are not ready"} {
		if !strings.Contains(page, section) {
			t.Errorf("the page has no section %s", section)
		}
	}
	if shape(t, page) == "" || len(page) > MaxReportBytes || len(page) < MaxReportBytes/2 {
		t.Errorf("the page has %d bytes, want at most %d and more than half of it", len(page), MaxReportBytes)
	}
	rapid.Check(t, func(t *rapid.T) {
		report := hostileReport(func(label string) string { return drawHostile(t, label) })
		unit := rapid.SampledFrom([]string{"@", "é", "漢", "a", "x:y "}).Draw(t, "unit")
		for range rapid.IntRange(0, 60).Draw(t, "more") {
			report.Reasons = append(report.Reasons, strings.Repeat(unit, rapid.IntRange(0, 1200).Draw(t, "length")))
			report.Waves[0].Blocking = append(report.Waves[0].Blocking, report.Waves[0].Blocking[0])
		}
		if page := report.Markdown(); len(page) > MaxReportBytes || !utf8.ValidString(page) {
			t.Fatalf("%d bytes, want at most %d of UTF-8", len(page), MaxReportBytes)
		}
	})
}

func TestReportHasTheWorstElementsFirst(t *testing.T) {
	t.Parallel()
	blocker := func(id string, class Class) Blocker { return Blocker{ElementID: id, Class: class} }
	page := (&Report{Blocking: []Blocker{
		blocker("one", ClassPending), blocker("two", ClassMissing), blocker("three", ClassFailed), blocker("four", ClassUnrecognized), blocker("five", ClassPending),
	}}).Markdown()
	last := -1
	for _, id := range []string{"four", "three", "two", "one", "five"} {
		at := strings.Index(page, "| "+id+" |")
		if at <= last {
			t.Errorf("%s is at %d, want it after %d:\n%s", id, at, last, page)
		}
		last = at
	}
}

func TestReportTellsElementsOfOneNameApart(t *testing.T) {
	t.Parallel()
	page := (&Report{Blocking: []Blocker{
		{ElementID: "1", Name: new("shelf"), Class: ClassFailed}, {ElementID: "2", Name: new("shelf"), Class: ClassFailed},
		{ElementID: "3", Name: new("hub"), Class: ClassFailed}, {ElementID: "4", Class: ClassMissing}, {Class: ClassMissing},
		{ElementID: "5", Class: ClassPending, Phase: imagestatus.PhaseDownloading, DownloadPercent: new(int64(42))},
		{ElementID: "6", Class: ClassPending, Phase: imagestatus.PhaseInstalling, DownloadPercent: new(int64(100))},
	}}).Markdown()
	for _, want := range []string{
		"| shelf (id 1) |", "| shelf (id 2) |", "| hub |", "| 4 |  | missing |  |  | no status yet |", "| (no element id) |",
		"| 5 |  | pending |  |  | 42% downloaded |", "| 6 |  | pending |  |  |  |",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

func TestBarsNeverShowMoreThanThereIs(t *testing.T) {
	t.Parallel()
	for percent, want := range map[float64]string{
		0: "`░░░░░░░░░░` 0%", 9.99: "`░░░░░░░░░░` 9.99%", 10: "`█░░░░░░░░░` 10%", 99.999: "`█████████░` 99.99%", 100: "`██████████` 100%",
		-3: "`░░░░░░░░░░` 0%", 250: "`██████████` 100%",
	} {
		if got := bar(percent); got != want {
			t.Errorf("%v: got %s, want %s", percent, got, want)
		}
	}
}

func TestHeadingSaysTheVerdictOnce(t *testing.T) {
	t.Parallel()
	for want, report := range map[string]*Report{
		"✅ Upgrade gate open: 1/1 ready (100%)":  {Ready: new(true), Summary: "open: 1/1 ready (100%)"},
		"⛔ Upgrade gate closed: 0/1 ready":       {Ready: new(false), Summary: "closed: 0/1 ready"},
		"⛔ Upgrade gate closed: open: 1/1 ready": {Ready: new(false), Summary: "open: 1/1 ready"},
		"⛔ Upgrade gate \"a\" closed":            {Ready: new(false), Name: "a"},
		"❔ Upgrade gate without a verdict":       {},
		"⏳ Upgrade waves not done: wave 1":       {Done: new(false), Waves: []WaveReport{}, Summary: "wave 1"},
		"❔ Upgrade waves":                        {Waves: []WaveReport{}},
	} {
		if got, _, _ := strings.Cut(report.Markdown(), "\n"); got != "## "+want {
			t.Errorf("got %q, want %q", got, "## "+want)
		}
	}
}
