package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

var _ function.Function = (*reportMarkdownFunction)(nil)

type reportMarkdownFunction struct{}

func newReportMarkdownFunction() function.Function { return reportMarkdownFunction{} }

func (reportMarkdownFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "report_markdown"
}

func (reportMarkdownFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Writes a gate or waves as a page for a pull request",
		MarkdownDescription: "Returns GitHub-flavoured Markdown about a gate or about waves: the verdict as a heading, the reasons, a table of the waves, " +
			"the phases as a Mermaid pie chart, the versions, and the elements that are not ready, the worst first; of waves, those of the current one.\n\n" +
			fmt.Sprintf("The page has at most %d bytes of UTF-8, and so at most that many characters: GitHub refuses a comment of more than 65,536 characters. ", rollout.MaxReportBytes) +
			"The page says what was cut. Texts of the controller, such as names and failures, are shown as they are: none of them starts a link, a mention, an issue reference, " +
			"HTML, an emoji or a formula, or leaves its cell.\n\n" +
			"The result is ephemeral if the gate is, and sensitive if a part of the gate is. " +
			"An unknown value returns an unknown text.",
		Parameters: []function.Parameter{function.DynamicParameter{
			Name: "gate",
			MarkdownDescription: "The data source or the ephemeral resource `prismasdwan_upgrade_gate`, or the data source `prismasdwan_upgrade_waves`, as a whole. " +
				"An object with some of its attributes will do, such as one of a test with mocks; it needs `ready` or `waves`. What is missing or null is left out of the page.",
		}},
		Return: function.StringReturn{},
	}
}

func (reportMarkdownFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var argument types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &argument); resp.Error != nil {
		return
	}
	raw, err := argument.ToTerraformValue(ctx)
	switch {
	case err != nil:
		resp.Error = argumentError(0, err)
		return
	case !raw.IsFullyKnown():
		resp.Error = resp.Result.Set(ctx, types.StringUnknown())
		return
	}
	report, err := readReport(argument)
	if err != nil {
		resp.Error = argumentError(0, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, report.Markdown())
}

// passAGate is the remedy for a value that is neither a gate nor waves.
const passAGate = "pass one gate or waves as a whole, such as data.prismasdwan_upgrade_gate.canary"

func readReport(argument types.Dynamic) (*rollout.Report, error) {
	if argument.IsNull() || argument.IsUnderlyingValueNull() {
		return nil, errors.New("the value is null: " + passAGate)
	}
	value := argument.UnderlyingValue()
	members, isKeyed := keyed(value)
	if !isKeyed {
		return nil, fmt.Errorf("the value is %s: %s", shownValue(value), passAGate)
	}
	if members["ready"] == nil && members["waves"] == nil {
		return nil, errors.New("the value has neither ready nor waves: " + passAGate)
	}
	gate := &attributeReader{members: members, failed: new(error)}
	counts := gate.object("counts")
	report := &rollout.Report{
		Name: gate.text("name"), Ready: gate.truth("ready"), Done: gate.truth("done"),
		Summary: gate.text("summary"), Reasons: gate.texts("reasons"), ReadyPercent: gate.percent("ready_percent"),
		Counts:  rollout.ReportCounts{Total: counts.whole(countTotal), Ready: counts.whole("ready")},
		ByPhase: gate.wholes("by_phase"), ByVersion: gate.wholes("by_version"),
		Blocking: readBlocking(gate), Waves: readWaves(gate), Current: gate.whole("current"),
	}
	if truncated := gate.truth("blocking_truncated"); truncated != nil {
		report.BlockingTruncated = *truncated
	}
	return report, *gate.failed
}

// readBlocking reads the elements of a gate or of a wave that are not ready; nil if
// the attribute is missing or null.
func readBlocking(gate *attributeReader) []rollout.Blocker {
	entries := gate.objects("blocking_elements")
	if entries == nil {
		return nil
	}
	blocking := make([]rollout.Blocker, len(entries))
	for i, entry := range entries {
		blocking[i] = rollout.Blocker{
			ElementID: entry.text("element_id"), Name: entry.textOrNull("element_name"), SiteName: entry.textOrNull("site_name"),
			Class: rollout.Class(entry.text("class")), UpgradeState: entry.textOrNull("upgrade_state"), Phase: imagestatus.Phase(entry.text("phase")),
			ActiveVersion: entry.textOrNull("active_version"), DownloadPercent: entry.whole("download_percent"), FailureInfo: entry.textOrNull("failure_info"),
		}
	}
	return blocking
}

// readWaves returns nil if the attribute is missing or null: the report is then about a
// gate.
func readWaves(gate *attributeReader) []rollout.WaveReport {
	entries := gate.objects("waves")
	if entries == nil {
		return nil
	}
	waves := make([]rollout.WaveReport, len(entries))
	for i, entry := range entries {
		counts := entry.object("counts")
		waves[i] = rollout.WaveReport{
			Number: int64(i + 1), Ready: entry.truth("ready"), MayBegin: entry.truth("may_begin"), Done: entry.truth("done"),
			Summary: entry.text("summary"), Reasons: entry.texts("reasons"), Blocking: readBlocking(entry),
			Counts: rollout.ReportCounts{Total: counts.whole(countTotal), Ready: counts.whole("ready")},
		}
		if number := entry.whole("number"); number != nil {
			waves[i].Number = *number
		}
	}
	return waves
}

// attributeReader reads the attributes of an object of any type. It treats a missing
// attribute as null, and keeps the first attribute of a wrong type as the error.
type attributeReader struct {
	members map[string]attr.Value
	at      string // where the object is, such as "waves[0]."; "" for the outermost one
	failed  *error
}

// member returns an attribute's value; nil is missing or null.
func (r *attributeReader) member(name string) attr.Value {
	value := r.members[name]
	if dynamic, isDynamic := value.(types.Dynamic); isDynamic {
		value = dynamic.UnderlyingValue()
	}
	if value == nil || value.IsNull() {
		return nil
	}
	return value
}

func (r *attributeReader) wrong(name string, value attr.Value, remedy string) {
	if *r.failed == nil {
		*r.failed = fmt.Errorf("attribute %s%s is %s: write %s", r.at, name, shownValue(value), remedy)
	}
}

func readAs[T attr.Value](r *attributeReader, name, remedy string) *T {
	value := r.member(name)
	if value == nil {
		return nil
	}
	read, isType := value.(T)
	if !isType {
		r.wrong(name, value, remedy)
		return nil
	}
	return &read
}

func (r *attributeReader) textOrNull(name string) *string {
	if read := readAs[types.String](r, name, "a text or null"); read != nil {
		return read.ValueStringPointer()
	}
	return nil
}

func (r *attributeReader) text(name string) string {
	if text := r.textOrNull(name); text != nil {
		return *text
	}
	return ""
}

func (r *attributeReader) truth(name string) *bool {
	if read := readAs[types.Bool](r, name, "true, false or null"); read != nil {
		return read.ValueBoolPointer()
	}
	return nil
}

func (r *attributeReader) percent(name string) *float64 {
	if read := readAs[types.Number](r, name, "a number or null"); read != nil {
		percent, _ := read.ValueBigFloat().Float64()
		return &percent
	}
	return nil
}

func (r *attributeReader) whole(name string) *int64 {
	const remedy = "a whole number or null"
	read := readAs[types.Number](r, name, remedy)
	if read == nil {
		return nil
	}
	number, accuracy := read.ValueBigFloat().Int64()
	if accuracy != big.Exact {
		r.wrong(name, *read, remedy)
		return nil
	}
	return &number
}

// wholes reads a map of numbers without null entries.
func (r *attributeReader) wholes(name string) map[string]int64 {
	counts := make(map[string]int64)
	entries := r.object(name)
	entries.at = r.at + name + "."
	for _, key := range slices.Sorted(maps.Keys(entries.members)) {
		if count := entries.whole(key); count != nil {
			counts[key] = *count
		}
	}
	return counts
}

// object reads an object or a map; a missing or null one has no attributes.
func (r *attributeReader) object(name string) *attributeReader {
	read := &attributeReader{at: r.at + name + ".", failed: r.failed}
	if value := r.member(name); value != nil {
		read.members = r.keyed(name, value)
	}
	return read
}

func (r *attributeReader) keyed(name string, value attr.Value) map[string]attr.Value {
	members, isKeyed := keyed(value)
	if !isKeyed {
		r.wrong(name, value, "an object or null")
	}
	return members
}

func (r *attributeReader) entries(name string) *attributeReader {
	value := r.member(name)
	if value == nil {
		return nil
	}
	list, isList := value.(interface{ Elements() []attr.Value })
	if !isList {
		r.wrong(name, value, "a list or null")
		return nil
	}
	read := &attributeReader{members: make(map[string]attr.Value), at: r.at, failed: r.failed}
	for i, entry := range list.Elements() {
		read.members[entryName(name, i)] = entry
	}
	return read
}

func entryName(name string, i int) string { return fmt.Sprintf("%s[%d]", name, i) }

// texts reads a list of texts; null entries become "".
func (r *attributeReader) texts(name string) []string {
	entries := r.entries(name)
	if entries == nil {
		return nil
	}
	texts := make([]string, len(entries.members))
	for i := range texts {
		texts[i] = entries.text(entryName(name, i))
	}
	return texts
}

// objects reads a list of objects; null entries have no attributes.
func (r *attributeReader) objects(name string) []*attributeReader {
	entries := r.entries(name)
	if entries == nil {
		return nil
	}
	objects := make([]*attributeReader, len(entries.members))
	for i := range objects {
		objects[i] = entries.object(entryName(name, i))
	}
	return objects
}
