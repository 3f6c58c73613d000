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

// MaxReportBytes bounds a report, since GitHub rejects a comment of more than 65,536
// characters. No way of counting characters has more than the bytes of UTF-8.
const MaxReportBytes = 60_000

// Report is the content of a report on a gate or on waves. Markdown omits what is nil or
// empty.
type Report struct {
	Name         string
	Ready        *bool // of a gate
	Done         *bool // of waves
	Summary      string
	Reasons      []string
	ReadyPercent *float64 // 0 to 100
	Counts       ReportCounts
	ByPhase      map[string]int64
	ByVersion    map[string]int64
	// Blocking is shown without Label and Why.
	Blocking          []Blocker
	BlockingTruncated bool
	Waves             []WaveReport // nil for a gate
	Current           *int64       // the number of the first wave that is not done
}

// WaveReport is one wave in a Report.
type WaveReport struct {
	Number                int64 // from 1
	Ready, MayBegin, Done *bool
	Summary               string
	Reasons               []string
	Counts                ReportCounts
	Blocking              []Blocker // shown for the wave that the others wait for
}

// ReportCounts are the numbers of elements in a Report.
type ReportCounts struct{ Total, Ready *int64 }

// Lists and tables have a part of MaxReportBytes each; the last table has the rest.
const (
	maxSummaryRunes = 300
	maxReasonRunes  = 1000
	maxPieSlices    = 12
	reasonBytes     = 15_000
	waveBytes       = 14_000
	versionBytes    = 6_000
	reservedBytes   = 6_000 // for headings and notes about omitted rows
)

// Markdown returns the report as GitHub-flavoured Markdown of at most MaxReportBytes:
// the verdict as a heading, then the details, the worst first. It tells how many rows
// are omitted.
func (r *Report) Markdown() string {
	writer := &reportWriter{}
	writer.write("## %s\n", r.heading())
	if r.ReadyPercent != nil {
		writer.write("\n%s\n", bar(*r.ReadyPercent))
	}
	writer.list("reason", r.Reasons)
	writer.waves(r)
	writer.phases(r.ByPhase)
	writer.versions(r.ByVersion)
	writer.blocking(r)
	return writer.text.String()
}

// The last word of gateHeadings is also the first of Verdict.Summary; heading drops one.
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
	heading := fmt.Sprintf(headings[boolText(verdict)], name)
	summary := r.Summary
	if word, rest, found := strings.Cut(summary, ": "); found && strings.HasSuffix(heading, word) {
		summary = rest
	}
	if summary != "" {
		heading += ": " + inMarkdown(summary, maxSummaryRunes)
	}
	return heading
}

func boolText(value *bool) string {
	if value == nil {
		return ""
	}
	return strconv.FormatBool(*value)
}

type reportWriter struct{ text strings.Builder }

func (w *reportWriter) write(format string, arguments ...any) {
	fmt.Fprintf(&w.text, format, arguments...)
}

func (w *reportWriter) rows(rows []string, bytes int, noun string) {
	bytes = min(bytes, MaxReportBytes-reservedBytes-w.text.Len())
	for i, row := range rows {
		if bytes -= len(row); bytes < 0 {
			w.write("\n*%s not shown: the report is too long.*\n", isAre(int64(len(rows)-i), noun))
			return
		}
		w.text.WriteString(row)
	}
}

func (w *reportWriter) list(noun string, texts []string) {
	var rows []string
	for _, text := range texts {
		if written := inMarkdown(text, maxReasonRunes); written != "" {
			rows = append(rows, "- "+written+"\n")
		}
	}
	if len(rows) > 0 {
		w.write("\n")
		w.rows(rows, reasonBytes, noun)
	}
}

func (w *reportWriter) waves(r *Report) {
	if r.Waves == nil {
		return
	}
	rows := make([]string, len(r.Waves))
	for i := range r.Waves {
		rows[i] = r.Waves[i].row(r.Current)
	}
	w.write("\n### Waves\n\n| wave | progress | ready | state | verdict |\n|---:|---|---:|---|---|\n")
	w.rows(rows, waveBytes, "wave")
	if wave := r.blockingWave(); wave != nil && len(wave.Reasons) > 0 {
		w.write("\n### Why wave %d is not done\n", wave.Number)
		w.list("reason", wave.Reasons)
	}
}

// blockingWave is the current wave, else the first that is not ready; nil if there is
// none, or if the current wave is ready.
func (r *Report) blockingWave() *WaveReport {
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

// bar rounds down, so that it never shows too much.
func bar(percent float64) string {
	percent = math.Floor(100*min(max(percent, 0), 100)) / 100
	full := int(percent / 100 * barCells)
	return "`" + strings.Repeat("█", full) + strings.Repeat("░", barCells-full) + "` " + percentText(percent)
}

func (w *reportWriter) phases(counts map[string]int64) {
	shares := make(map[string]int64)
	for phase, count := range largest(counts, maxPieSlices) {
		if label := cmp.Or(inMermaid(phase), otherKey); count > 0 {
			shares[label] += count
		}
	}
	if len(shares) == 0 {
		return
	}
	w.write("\n### Phases\n\n```mermaid\npie showData\n")
	for _, label := range byCount(shares) {
		w.write("    %q : %d\n", label, shares[label])
	}
	w.write("```\n")
}

func (w *reportWriter) versions(counts map[string]int64) {
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
		w.write("\n### Versions\n\n| version | elements | share |\n|---|---:|---|\n")
		w.rows(rows, versionBytes, "version")
	}
}

func (w *reportWriter) blocking(r *Report) {
	blocking, counts := r.Blocking, r.Counts
	if wave := r.blockingWave(); wave != nil {
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
	w.write("\n### Elements that are not ready\n")
	noun := "element"
	if len(blocking) > 0 {
		noun = "more element"
		w.write("\n| element | site | counts as | state | version | remark |\n|---|---|---|---|---|---|\n")
		w.rows(blockerRows(blocking), MaxReportBytes, "element")
	}
	if !isTruncated {
		return
	}
	more := "More elements are"
	if hidden > 0 {
		more = isAre(hidden, noun)
	}
	w.write("\n*%s not ready: `max_blocking_elements` bounds this list.*\n", more)
}

func blockerRows(blocking []Blocker) []string {
	sorted := slices.Clone(blocking)
	slices.SortStableFunc(sorted, func(a, b Blocker) int { return compareBadness(a.Class, b.Class) })
	nameCounts := make(map[string]int)
	for i := range sorted {
		nameCounts[shownName(sorted[i].Name)]++
	}
	rows := make([]string, len(sorted))
	for i := range sorted {
		blocker := &sorted[i]
		rows[i] = "| " + strings.Join([]string{
			inMarkdown(blocker.nameOrID(nameCounts), maxNameRunes+maxKeyRunes), inMarkdown(deref(blocker.SiteName), maxNameRunes),
			inMarkdown(blocker.Class.word(), maxKeyRunes), inMarkdown(deref(blocker.UpgradeState), maxKeyRunes),
			inMarkdown(deref(blocker.ActiveVersion), maxKeyRunes), inMarkdown(blocker.remark(), maxFailureRunes),
		}, " | ") + " |\n"
	}
	return rows
}

func (b Blocker) nameOrID(nameCounts map[string]int) string {
	name := shownName(b.Name)
	switch {
	case name == "":
		return b.displayName()
	case nameCounts[name] > 1 && b.ElementID != "":
		return fmt.Sprintf("%s (id %s)", name, b.ElementID)
	default:
		return name
	}
}

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
