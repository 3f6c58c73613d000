package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// Defaults of a gate, in the schema's descriptions and in force.
const (
	defaultMinReadyPercent = 100
	defaultMaxFailed       = 0
	defaultMinElements     = 1
	defaultMaxBlocking     = 20
	maxMaxBlocking         = 1000
	maxNameLength          = 64
	defaultWaitInterval    = 30 * time.Second
	defaultWaitHold        = 0
	shortestInterval       = time.Second
	// defaultWaitTimeout bounds a read that waits.
	defaultWaitTimeout = time.Hour
)

// printable is one line without blanks at its ends.
var printable = regexp.MustCompile(`^[\pL\pM\pN\pP\pS]([\pL\pM\pN\pP\pS ]*[\pL\pM\pN\pP\pS])?$`)

// gateModel is the rule of a gate, the same for the data source, the ephemeral
// resource and the action.
type gateModel struct {
	selectionModel
	Name                types.String  `tfsdk:"name"`
	TargetVersion       types.String  `tfsdk:"target_version"`
	TargetImageID       types.String  `tfsdk:"target_image_id"`
	MinReadyPercent     types.Float64 `tfsdk:"min_ready_percent"`
	MaxFailed           types.Int64   `tfsdk:"max_failed"`
	MinElements         types.Int64   `tfsdk:"min_elements"`
	MaxBlockingElements types.Int64   `tfsdk:"max_blocking_elements"`
	Wait                types.Object  `tfsdk:"wait"`
}

type waitModel struct {
	Interval types.String `tfsdk:"interval"`
	Hold     types.String `tfsdk:"hold"`
}

// gateResultModel is what a gate gives.
type gateResultModel struct {
	Ready             types.Bool       `tfsdk:"ready"`
	Summary           types.String     `tfsdk:"summary"`
	Reasons           []string         `tfsdk:"reasons"`
	ReadyPercent      types.Float64    `tfsdk:"ready_percent"`
	Counts            types.Object     `tfsdk:"counts"`
	ByPhase           map[string]int64 `tfsdk:"by_phase"`
	ByState           map[string]int64 `tfsdk:"by_state"`
	ByVersion         map[string]int64 `tfsdk:"by_version"`
	BlockingElements  []blockerModel   `tfsdk:"blocking_elements"`
	BlockingTruncated types.Bool       `tfsdk:"blocking_truncated"`
}

type blockerModel struct {
	ElementID       string  `tfsdk:"element_id"`
	Class           string  `tfsdk:"class"`
	UpgradeState    *string `tfsdk:"upgrade_state"`
	Phase           *string `tfsdk:"phase"`
	ActiveVersion   *string `tfsdk:"active_version"`
	DownloadPercent *int64  `tfsdk:"download_percent"`
	FailureInfo     *string `tfsdk:"failure_info"`
}

// gateArguments are the attributes of gateModel.
func gateArguments() map[string]schema.Attribute {
	attributes := selectionAttributes()
	attributes["name"] = schema.StringAttribute{
		Optional: true,
		Validators: []validator.String{
			stringvalidator.UTF8LengthBetween(1, maxNameLength),
			stringvalidator.RegexMatches(printable, "must be one line of printable characters"),
		},
		MarkdownDescription: fmt.Sprintf("Name of the gate in its messages, 1 to %d characters, such as `hubs`. "+
			"It tells gates apart: Terraform shows warnings with the same heading only once. "+
			"Default: the heading of a closed gate has its target and one of the elements that are not ready.", maxNameLength),
	}
	attributes["target_version"] = schema.StringAttribute{
		Optional:   true,
		Validators: []validator.String{stringvalidator.ConflictsWith(path.MatchRoot("target_image_id"))},
		MarkdownDescription: "Version that an element must run to be on target: exact such as `6.3.6-b9`, a release such as `6.3.6` (any build), " +
			"or a constraint such as `>= 6.3.5-b1, < 6.4.0`. " +
			"An element that reports a release without a build is on target if every build of the release is. Default: any version. Conflicts with `target_image_id`.",
	}
	attributes["target_image_id"] = schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: "Id of the image that an element must run to be on target. Default: any image. Conflicts with `target_version`.",
	}
	attributes["min_ready_percent"] = schema.Float64Attribute{
		Optional: true,
		MarkdownDescription: fmt.Sprintf("Percentage of the elements that must be ready: 0, or 1 to 100. A value between 0 and 1 is an error, since `0.95` is most often meant as 95%%. "+
			"It is compared exactly: 999 of 1,000 are not 99.95%%. Default: `%d`.", defaultMinReadyPercent),
	}
	attributes["max_failed"] = schema.Int64Attribute{
		Optional:            true,
		Validators:          []validator.Int64{int64validator.AtLeast(0)},
		MarkdownDescription: fmt.Sprintf("Number of elements that may have failed, 0 or more. Default: `%d`.", defaultMaxFailed),
	}
	attributes["min_elements"] = schema.Int64Attribute{
		Optional:   true,
		Validators: []validator.Int64{int64validator.AtLeast(1)},
		MarkdownDescription: fmt.Sprintf("Number of selected elements that must have a status at all, 1 or more, so that an empty selection never opens the gate. Default: `%d`.",
			defaultMinElements),
	}
	attributes["max_blocking_elements"] = schema.Int64Attribute{
		Optional:            true,
		Validators:          []validator.Int64{int64validator.Between(0, maxMaxBlocking)},
		MarkdownDescription: fmt.Sprintf("Number of elements that are shown as not ready, 0 to %d. Default: `%d`.", maxMaxBlocking, defaultMaxBlocking),
	}
	return attributes
}

// waitAttribute describes the waiting; fallback says what happens without it.
func waitAttribute(fallback string) schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "How to wait for the gate to open. " + fallback,
		Attributes: map[string]schema.Attribute{
			"interval": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Time between two looks at the fleet, as a duration of at least `1s`. Default: `" + shortDuration(defaultWaitInterval) + "`.",
			},
			"hold": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long the gate must stay open without a break before it counts as open, as a duration such as `5m`. " +
					"A look that finds it closed, or that fails, starts the time again. Default: `0s`, the first look at which it is open.",
			},
		},
	}
}

// enforceAttribute is an argument of those gates that give a result.
func enforceAttribute() schema.Attribute {
	return schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Whether a closed gate is an error. The error stops every run that reads the gate: also `plan -refresh-only` and `destroy`, but not `destroy -refresh=false`. " +
			"With `false` the gate reports, and `ready` is for a `precondition` to use. Default: `false`.",
	}
}

const countTotal = "total"

// countAttributes are one for each class, and the total.
func countAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		countTotal: schema.Int64Attribute{Computed: true, MarkdownDescription: "Elements selected, and those named in `element_ids` that are missing or left out."},
	}
	for _, class := range rollout.Classes() {
		attributes[string(class)] = schema.Int64Attribute{Computed: true, MarkdownDescription: class.Meaning()}
	}
	return attributes
}

func countsValue(counts rollout.Counts) types.Object {
	kinds := map[string]attr.Type{countTotal: types.Int64Type}
	values := map[string]attr.Value{countTotal: types.Int64Value(counts.Total)}
	for _, class := range rollout.Classes() {
		kinds[string(class)] = types.Int64Type
		values[string(class)] = types.Int64Value(counts.Of(class))
	}
	return types.ObjectValueMust(kinds, values)
}

// gateResults are the attributes of gateResultModel.
func gateResults() map[string]schema.Attribute {
	count := func(description string) schema.Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	counts := func(description string) schema.Attribute {
		return schema.MapAttribute{Computed: true, ElementType: types.Int64Type, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"ready":   schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the gate is open."},
		"summary": text("The verdict in one line, such as `closed: 37/50 ready (74%), 12 pending, 1 failed`."),
		"reasons": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Sentences on why the gate is closed, for an `error_message`; empty when it is open.",
		},
		"ready_percent": schema.Float64Attribute{
			Computed:            true,
			MarkdownDescription: "Share of the elements that are ready, in percent, rounded down to two decimals.",
		},
		"counts": schema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: "Number of elements by what they count as. An element with several rows counts once, by the newest by `_updated_on_utc`, and of equally new ones by the worse.",
			Attributes: countAttributes(),
		},
		"by_phase":   counts("Number of elements by phase, for the phases that occur."),
		"by_state":   counts("Number of elements by `upgrade_state`; `none` stands for no state. The 50 most frequent states are named, the others added up as `other`."),
		"by_version": counts("Number of elements by `active_version`; `none` stands for no version. The 50 most frequent versions are named, the others added up as `other`."),
		"blocking_elements": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Elements that are not ready, the worst first, at most `max_blocking_elements`.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"element_id":       text("Id of the element."),
				"class":            text("What it counts as, from the worst on: " + markdownList(rollout.BlockingClasses()) + "."),
				"upgrade_state":    text("State as the controller spells it."),
				"phase":            text("Phase of the state; null for an element that is missing or left out."),
				"active_version":   text("Version that the element runs."),
				"download_percent": count("Progress of the download in percent."),
				"failure_info":     text("The controller's text about a failure, at most 300 characters of it."),
			}},
		},
		"blocking_truncated": schema.BoolAttribute{
			Computed: true, MarkdownDescription: "Whether more elements are not ready than `blocking_elements` holds.",
		},
	}
}

// gate makes the rule of the arguments and reports those that cannot be used.
// known is false where an argument's value is not known yet.
func (m gateModel) gate(ctx context.Context, diags *diag.Diagnostics) (gate rollout.Gate, query imagestatus.Query, known bool) {
	chosen, known := m.choice(ctx, diags)
	query.Selection = chosen.Selection
	target, err := rollout.ParseTarget(optionalText(m.TargetVersion), optionalText(m.TargetImageID))
	addArgumentErrors(diags, err)
	gate = rollout.Gate{
		Name:        m.Name.ValueString(),
		Target:      target,
		MaxFailed:   m.MaxFailed.ValueInt64Pointer(),
		MinElements: orDefault(m.MinElements, defaultMinElements),
		MaxBlocking: int(orDefault(m.MaxBlockingElements, defaultMaxBlocking)),
		ElementIDs:  chosen.ElementIDs(),
	}
	if !m.MinReadyPercent.IsNull() && !m.MinReadyPercent.IsUnknown() {
		// The shortest decimal is what was typed; the binary number is not.
		gate.MinReadyPercent, err = rollout.ParseReadyPercent(strconv.FormatFloat(m.MinReadyPercent.ValueFloat64(), 'f', -1, 64))
		addArgumentErrors(diags, err)
	}
	for _, value := range []interface{ IsUnknown() bool }{
		m.TargetVersion, m.TargetImageID, m.MinReadyPercent, m.MaxFailed, m.MinElements, m.MaxBlockingElements,
	} {
		known = known && !value.IsUnknown()
	}
	return gate, query, known
}

func orDefault(value types.Int64, fallback int64) int64 {
	if value.IsNull() {
		return fallback
	}
	return value.ValueInt64()
}

// wait makes a wait of the argument; nil where it is absent.
func (m gateModel) wait(ctx context.Context, diags *diag.Diagnostics) *rollout.Wait {
	if m.Wait.IsNull() || m.Wait.IsUnknown() {
		return nil
	}
	var model waitModel
	diags.Append(m.Wait.As(ctx, &model, basetypes.ObjectAsOptions{})...)
	return &rollout.Wait{
		Interval: durationArgument("interval", model.Interval, defaultWaitInterval, shortestInterval, diags),
		Hold:     durationArgument("hold", model.Hold, defaultWaitHold, 0, diags),
	}
}

func durationArgument(name string, value types.String, fallback, shortest time.Duration, diags *diag.Diagnostics) time.Duration {
	if value.IsNull() || value.IsUnknown() {
		return fallback
	}
	duration, err := time.ParseDuration(value.ValueString())
	if err != nil || duration < shortest {
		addArgumentErrors(diags, &imagestatus.ArgumentError{
			Path: []any{"wait", name}, Value: value.ValueString(),
			Problem: fmt.Sprintf("It is not a duration of at least %s.", shortest), Remedy: "Write a number with its unit, such as 30s, 5m or 1h30m.",
		})
	}
	return duration
}

// validate checks the arguments as far as they are known.
func (m gateModel) validate(ctx context.Context, diags *diag.Diagnostics) {
	m.gate(ctx, diags)
	m.wait(ctx, diags)
}

// look judges the fleet as it is now. Only where filters narrow elements that
// are named by id and some of these have no row, one more read tells which of
// them the filters leave out.
func (c *connection) look(ctx context.Context, query imagestatus.Query, gate rollout.Gate) (rollout.Verdict, error) {
	tally, _, err := sdwan.Read(ctx, c.client, query, gate.Judge)
	if err != nil {
		return rollout.Verdict{}, err
	}
	if missing := tally.Missing(); len(missing) > 0 && query.Selection.Filtered() {
		named, err := imagestatus.SelectFilters(missing, nil)
		if err != nil {
			return rollout.Verdict{}, err
		}
		left, _, err := sdwan.Read(ctx, c.client, imagestatus.Query{Selection: named}, func() leftOut {
			return leftOut{query.Selection, make(map[string]bool)}
		})
		if err != nil {
			return rollout.Verdict{}, err
		}
		tally.LeaveOut(left.elements)
	}
	return tally.Verdict(nil), nil
}

// leftOut collects the elements whose rows a selection leaves out.
type leftOut struct {
	selection imagestatus.Selection
	elements  map[string]bool
}

// Add takes a row. One that the selection would take came between two reads.
func (l leftOut) Add(status imagestatus.Status) error {
	if l.selection.Judge(&status) != imagestatus.Holds {
		l.elements[status.Element()] = true
	}
	return nil
}

// passingKinds are the errors after which a waiting gate looks again: the
// controller or the way to it may be restarting.
var passingKinds = map[sdwan.Kind]bool{
	sdwan.KindUnavailable:  true,
	sdwan.KindUnreachable:  true,
	sdwan.KindRateLimited:  true,
	sdwan.KindSignIn:       true,
	sdwan.KindMalformed:    true,
	sdwan.KindInconsistent: true,
}

// await judges the fleet until the gate opens, cannot open, or the context's
// deadline. A verdict that is not ready is no error, but one after which the
// fleet could not be read any more is none: it may be old.
func (c *connection) await(ctx context.Context, query imagestatus.Query, gate rollout.Gate, wait rollout.Wait, report func(rollout.Progress)) (rollout.Verdict, error) {
	if deadline, bounded := ctx.Deadline(); bounded {
		wait.Deadline = deadline
	}
	var blind error // Why the last look that time did not cut short failed.
	verdict, err := wait.Until(ctx, realClock{}, rollout.Observer{
		Look: func(ctx context.Context) (rollout.Verdict, error) {
			verdict, err := c.look(ctx, query, gate)
			if err == nil || ctx.Err() == nil {
				blind = err
			}
			return verdict, err
		},
		Passing: passing,
		Report:  report,
	})
	ended := errors.Is(err, rollout.ErrDeadline) || errors.Is(err, context.DeadlineExceeded)
	switch {
	case ended && blind != nil:
		return verdict, blind
	case ended && verdict.Summary != "":
		verdict.Ready = false
		return verdict, nil
	case errors.Is(err, context.Canceled) && sdwan.KindOf(err) == "":
		return verdict, &sdwan.Error{Kind: sdwan.KindCancelled, Operation: "wait for the gate", Problem: "the wait was cancelled between two looks at the fleet"}
	default:
		return verdict, err
	}
}

// passing reports whether a waiting gate looks again after an error. To come
// back at a time beyond the deadline is no use.
func passing(err error) bool {
	return passingKinds[sdwan.KindOf(err)] && !sdwan.IsBeyondDeadline(err)
}

// realClock is the clock outside tests.
type realClock struct{}

// Now tells the time.
func (realClock) Now() time.Time { return time.Now() }

// Sleep waits, or returns the context's error as soon as it ends.
func (realClock) Sleep(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// result judges the fleet once, or waits for the gate where it must, within
// the time limit. ok is false where diags say why there is no verdict.
func (m gateModel) result(ctx context.Context, connected *connection, limit time.Duration, diags *diag.Diagnostics) (gate rollout.Gate, verdict rollout.Verdict, ok bool) {
	gate, query, _ := m.gate(ctx, diags)
	wait := m.wait(ctx, diags)
	if diags.HasError() {
		return gate, verdict, false
	}
	ctx, cancel := context.WithTimeout(connected.logging(ctx), limit)
	defer cancel()
	var err error
	if wait == nil {
		verdict, err = connected.look(ctx, query, gate)
	} else {
		verdict, err = connected.await(ctx, query, gate, *wait, nil)
	}
	if err != nil {
		connected.addError(diags, err)
		return gate, verdict, false
	}
	return gate, verdict, true
}

// timeLimit is the default time limit of a gate.
func (m gateModel) timeLimit() time.Duration {
	if m.Wait.IsNull() {
		return defaultReadTimeout
	}
	return defaultWaitTimeout
}

func newGateResult(verdict rollout.Verdict) gateResultModel {
	result := gateResultModel{
		Ready:             types.BoolValue(verdict.Ready),
		Summary:           types.StringValue(verdict.Summary),
		Reasons:           append([]string{}, verdict.Reasons...),
		ReadyPercent:      types.Float64Value(verdict.ReadyPercent),
		Counts:            countsValue(verdict.Counts),
		ByPhase:           make(map[string]int64, len(verdict.ByPhase)),
		ByState:           verdict.ByState,
		ByVersion:         verdict.ByVersion,
		BlockingElements:  make([]blockerModel, len(verdict.Blocking)),
		BlockingTruncated: types.BoolValue(verdict.BlockingTruncated),
	}
	for phase, count := range verdict.ByPhase {
		result.ByPhase[string(phase)] = count
	}
	for i, blocker := range verdict.Blocking {
		result.BlockingElements[i] = newBlockerModel(blocker)
	}
	return result
}

func newBlockerModel(blocker rollout.Blocker) blockerModel {
	model := blockerModel{
		ElementID: blocker.ElementID, Class: string(blocker.Class),
		UpgradeState: blocker.UpgradeState, ActiveVersion: blocker.ActiveVersion,
		DownloadPercent: blocker.DownloadPercent, FailureInfo: blocker.FailureInfo,
	}
	if !blocker.Class.Rowless() {
		phase := string(blocker.Phase)
		model.Phase = &phase
	}
	return model
}

// Beginnings of the summaries of a gate that does not open.
const (
	summaryGateClosed  = "Upgrade gate closed"
	summaryGateWaiting = "Upgrade gate did not open in time"
)

// headline is the summary of a closed gate. Terraform and OpenTofu show
// warnings with the same summary only once, so that it differs between gates: by
// the name, else by the target and the worst element.
func headline(beginning string, gate rollout.Gate, verdict rollout.Verdict) string {
	counts := verdict.Progress()
	if gate.Name != "" {
		return fmt.Sprintf("%s: %s, %s", beginning, gate.Name, counts)
	}
	if target := gate.Target.String(); target != "" {
		counts += ", target " + target
	}
	if len(verdict.Blocking) > 0 {
		counts += ", worst element " + cmp.Or(verdict.Blocking[0].ElementID, "without an id")
	}
	return fmt.Sprintf("%s: %s", beginning, counts)
}

// explain is a closed gate as a diagnostic's text: everything one needs to
// know without a second look.
func explain(gate rollout.Gate, verdict rollout.Verdict) string {
	var text strings.Builder
	text.WriteString("The upgrade gate ")
	if gate.Name != "" {
		fmt.Fprintf(&text, "%q ", gate.Name)
	}
	text.WriteString("is " + verdict.Summary + ".\n")
	for _, reason := range verdict.Reasons {
		text.WriteString("\n- " + reason)
	}
	if len(verdict.Blocking) > 0 {
		text.WriteString("\n\nElements that are not ready, the worst first:")
		for _, blocker := range verdict.Blocking {
			text.WriteString("\n  " + blocker.String())
		}
		if verdict.BlockingTruncated {
			hidden := verdict.Counts.Total - verdict.Counts.Ready - int64(len(verdict.Blocking))
			fmt.Fprintf(&text, "\n  and %d more", hidden)
		}
	}
	text.WriteString("\n\nWhat to do:")
	for _, remedy := range verdict.Remedies {
		text.WriteString("\n- " + remedy)
	}
	return text.String()
}
