package rollout

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// MaxReportBytes bounds a report. Bytes of UTF-8 are at least as many as
// characters in any other count, and GitHub refuses a comment of more than
// 65,536 characters.
const MaxReportBytes = 60_000

// Report is what a page about a gate or about waves is made of. What is nil,
// empty or "" is not known, or was not asked for, and the page leaves it out.
type Report struct {
	// Name is that of the gate.
	Name string
	// Ready is the verdict of a gate.
	Ready *bool
	// Done reports whether all waves are.
	Done    *bool
	Summary string
	Reasons []string
	// ReadyPercent is the share of ready elements, from 0 to 100.
	ReadyPercent *float64
	Counts       ReportCounts
	ByPhase      map[string]int64
	ByVersion    map[string]int64
	// Blocking holds elements that are not ready. Of Label and Why nothing is
	// shown.
	Blocking          []Blocker
	BlockingTruncated bool
	// Waves is nil in the report of a gate.
	Waves []WaveReport
	// Current is the number of the first wave that is not done.
	Current *int64
}

// WaveReport is one wave in a Report.
type WaveReport struct {
	// Number counts from 1.
	Number                int64
	Ready, MayBegin, Done *bool
	Summary               string
	Reasons               []string
	Counts                ReportCounts
	// Blocking is as in a Report; the page shows that of the wave that holds the
	// others.
	Blocking []Blocker
}

// ReportCounts are the counts of a Report that the page shows.
type ReportCounts struct{ Total, Ready *int64 }

// Lengths in characters, beyond which the page cuts a text, and the parts of
// MaxReportBytes that lists and tables may take; the last table takes the rest.
const (
	maxSummaryRunes = 300
	maxReasonRunes  = 1000
	maxPieSlices    = 12
	reasonBytes     = 15_000
	waveBytes       = 14_000
	versionBytes    = 6_000
	// reservedBytes is room for headings and for what says that rows are cut.
	reservedBytes = 6_000
)

// Markdown is the report as GitHub-flavoured Markdown: the verdict as a heading,
// then what there is to say, the worst first. It has at most MaxReportBytes
// bytes and says what does not fit.
func (r *Report) Markdown() string {
	page := &page{}
	page.write("## %s\n", r.heading())
	if r.ReadyPercent != nil {
		page.write("\n%s\n", bar(*r.ReadyPercent))
	}
	page.list("reason", r.Reasons)
	page.waves(r)
	page.phases(r.ByPhase)
	page.versions(r.ByVersion)
	page.blocking(r)
	return page.text.String()
}

// headings are the beginnings of a report by what it is about and by its
// verdict. The word of a gate is the first of its summary, too.
var (
	gateHeadings  = map[string]string{"true": "✅ Upgrade gate%s open", "false": "⛔ Upgrade gate%s closed", "": "❔ Upgrade gate%s without a verdict"}
	wavesHeadings = map[string]string{"true": "✅ Upgrade waves%s done", "false": "⏳ Upgrade waves%s not done", "": "❔ Upgrade waves%s"}
)

func (r *Report) heading() string {
	headings, verdict := gateHeadings, r.Ready
	if r.Waves != nil {
		headings, verdict = wavesHeadings, r.Done
	}
	name := ""
	if r.Name != "" {
		name = fmt.Sprintf(` "%s"`, inMarkdown(r.Name, maxNameRunes))
	}
	heading := fmt.Sprintf(headings[truth(verdict)], name)
	summary := r.Summary
	if word, rest, found := strings.Cut(summary, ": "); found && strings.HasSuffix(heading, word) {
		summary = rest
	}
	if summary != "" {
		heading += ": " + inMarkdown(summary, maxSummaryRunes)
	}
	return heading
}

func truth(value *bool) string {
	if value == nil {
		return ""
	}
	return strconv.FormatBool(*value)
}

// page is Markdown under a bound.
type page struct{ text strings.Builder }

func (p *page) write(format string, arguments ...any) { fmt.Fprintf(&p.text, format, arguments...) }

// rows writes as many rows as the bytes allow, and how many more there are.
func (p *page) rows(rows []string, bytes int, noun string) {
	bytes = min(bytes, MaxReportBytes-reservedBytes-p.text.Len())
	for i, row := range rows {
		if bytes -= len(row); bytes < 0 {
			p.write("\n*%s not shown: the report is too long.*\n", isAre(int64(len(rows)-i), noun))
			return
		}
		p.text.WriteString(row)
	}
}

func (p *page) list(noun string, texts []string) {
	var rows []string
	for _, text := range texts {
		if written := inMarkdown(text, maxReasonRunes); written != "" {
			rows = append(rows, "- "+written+"\n")
		}
	}
	if len(rows) > 0 {
		p.write("\n")
		p.rows(rows, reasonBytes, noun)
	}
}

func (p *page) waves(r *Report) {
	if r.Waves == nil {
		return
	}
	rows := make([]string, len(r.Waves))
	for i := range r.Waves {
		rows[i] = r.Waves[i].row(r.Current)
	}
	p.write("\n### Waves\n\n| wave | progress | ready | state | verdict |\n|---:|---|---:|---|---|\n")
	p.rows(rows, waveBytes, "wave")
	if wave := r.holding(); wave != nil && len(wave.Reasons) > 0 {
		p.write("\n### Why wave %d is not done\n", wave.Number)
		p.list("reason", wave.Reasons)
	}
}

// holding is the current wave, else the first that is not ready; nil where
// there is none, or where it is ready.
func (r *Report) holding() *WaveReport {
	for i := range r.Waves {
		wave := &r.Waves[i]
		if r.Current != nil && wave.Number != *r.Current {
			continue
		}
		if wave.Ready != nil && !*wave.Ready {
			return wave
		}
	}
	return nil
}

func (w *WaveReport) row(current *int64) string {
	share, ready := "", ""
	if w.Counts.Ready != nil && w.Counts.Total != nil {
		ready = fmt.Sprintf("%d/%d", *w.Counts.Ready, *w.Counts.Total)
		if *w.Counts.Total > 0 {
			share = bar(100 * float64(*w.Counts.Ready) / float64(*w.Counts.Total))
		}
	}
	return fmt.Sprintf("| %d | %s | %s | %s | %s |\n", w.Number, share, ready, w.state(current), inMarkdown(w.Summary, maxSummaryRunes))
}

func (w *WaveReport) state(current *int64) string {
	isCurrent := current != nil && *current == w.Number
	switch {
	case w.Done != nil && *w.Done:
		return "done"
	case isCurrent:
		return "**current**"
	case w.MayBegin == nil:
		return ""
	case *w.MayBegin:
		return "may begin"
	default:
		return "must wait"
	}
}

const barCells = 10

// bar is a share in percent as a picture and a number. Both are rounded down,
// so that neither shows more than there is.
func bar(percent float64) string {
	percent = math.Floor(100*min(max(percent, 0), 100)) / 100
	full := int(percent / 100 * barCells)
	return "`" + strings.Repeat("█", full) + strings.Repeat("░", barCells-full) + "` " + percentText(percent)
}

func (p *page) phases(counts map[string]int64) {
	shares := make(map[string]int64)
	for phase, count := range largest(counts, maxPieSlices) {
		if label := cmp.Or(inMermaid(phase), otherKey); count > 0 {
			shares[label] += count
		}
	}
	if len(shares) == 0 {
		return
	}
	p.write("\n### Phases\n\n```mermaid\npie showData\n")
	for _, label := range byCount(shares) {
		p.write("    %q : %d\n", label, shares[label])
	}
	p.write("```\n")
}

func (p *page) versions(counts map[string]int64) {
	rows := make([]string, 0, len(counts))
	var total float64
	for count := range maps.Values(counts) {
		total += float64(max(count, 0))
	}
	for _, version := range byCount(counts) {
		if count := counts[version]; count > 0 {
			rows = append(rows, fmt.Sprintf("| %s | %d | %s |\n", inMarkdown(version, maxKeyRunes), count, bar(100*float64(count)/total)))
		}
	}
	if len(rows) > 0 {
		p.write("\n### Versions\n\n| version | elements | share |\n|---|---:|---|\n")
		p.rows(rows, versionBytes, "version")
	}
}

func (p *page) blocking(r *Report) {
	blocking, counts := r.Blocking, r.Counts
	if wave := r.holding(); wave != nil {
		blocking, counts = wave.Blocking, wave.Counts
	}
	hidden := int64(0)
	if blocking != nil && counts.Total != nil && counts.Ready != nil {
		hidden = *counts.Total - *counts.Ready - int64(len(blocking))
	}
	isTruncated := hidden > 0 || r.BlockingTruncated
	if len(blocking) == 0 && !isTruncated {
		return
	}
	p.write("\n### Elements that are not ready\n")
	noun := "element"
	if len(blocking) > 0 {
		noun = "more element"
		p.write("\n| element | site | counts as | state | version | remark |\n|---|---|---|---|---|---|\n")
		p.rows(blockerRows(blocking), MaxReportBytes, "element")
	}
	if !isTruncated {
		return
	}
	more := "More elements are"
	if hidden > 0 {
		more = isAre(hidden, noun)
	}
	p.write("\n*%s not ready: `max_blocking_elements` bounds this list.*\n", more)
}

// blockerRows are rows of a table, the worst class first.
func blockerRows(blocking []Blocker) []string {
	sorted := slices.Clone(blocking)
	slices.SortStableFunc(sorted, func(a, b Blocker) int { return compareBadness(a.Class, b.Class) })
	bearers := make(map[string]int)
	for i := range sorted {
		bearers[shownName(sorted[i].Name)]++
	}
	rows := make([]string, len(sorted))
	for i := range sorted {
		blocker := &sorted[i]
		rows[i] = "| " + strings.Join([]string{
			inMarkdown(blocker.nameOrID(bearers), maxNameRunes+maxKeyRunes), inMarkdown(deref(blocker.SiteName), maxNameRunes),
			inMarkdown(blocker.Class.word(), maxKeyRunes), inMarkdown(deref(blocker.UpgradeState), maxKeyRunes),
			inMarkdown(deref(blocker.ActiveVersion), maxKeyRunes), inMarkdown(blocker.remark(), maxFailureRunes),
		}, " | ") + " |\n"
	}
	return rows
}

// nameOrID is what a table calls an element: with its id where several in it
// bear the name.
func (b Blocker) nameOrID(bearers map[string]int) string {
	name := shownName(b.Name)
	switch {
	case name == "":
		return b.called()
	case bearers[name] > 1 && b.ElementID != "":
		return fmt.Sprintf("%s (id %s)", name, b.ElementID)
	default:
		return name
	}
}

// remark is the controller's text about a failure, else the progress, else why
// there is no row.
func (b Blocker) remark() string {
	switch info := deref(b.FailureInfo); {
	case info != "":
		return info
	case b.DownloadPercent != nil && b.Phase == imagestatus.PhaseDownloading:
		return fmt.Sprintf("%d%% downloaded", *b.DownloadPercent)
	case b.Class.Rowless():
		return classTable[b.Class.index()].rowless
	default:
		return ""
	}
}
