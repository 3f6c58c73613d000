package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

// Defaults and bounds of a gate's arguments.
const (
	defaultMinReadyPercent = 100
	defaultMinElements     = 1
	defaultMaxBlocking     = 20
	maxMaxBlocking         = 1000
	maxNameLength          = 64
	defaultWaitInterval    = 30 * time.Second
	defaultWaitHold        = 0
	shortestInterval       = time.Second
	defaultWaitTimeout     = time.Hour
)

// printable matches one line without blanks at its ends.
var printable = regexp.MustCompile(`^[\pL\pM\pN\pP\pS]([\pL\pM\pN\pP\pS ]*[\pL\pM\pN\pP\pS])?$`)

// gateModel is the rule of a gate, the same for the data source, the ephemeral
// resource and the action.
type gateModel struct {
	selectionModel
	ruleModel

	Name types.String `tfsdk:"name"`
	Wait types.Object `tfsdk:"wait"`
	Wave types.Object `tfsdk:"wave"`
}

// ruleModel is the rule that elements must satisfy, those of a gate or of each wave.
type ruleModel struct {
	TargetVersion       types.String  `tfsdk:"target_version"`
	TargetImageID       types.String  `tfsdk:"target_image_id"`
	VerifyTarget        types.Bool    `tfsdk:"verify_target"`
	RequireConnected    types.Bool    `tfsdk:"require_connected"`
	SettledFor          types.String  `tfsdk:"settled_for"`
	MinReadyPercent     types.Float64 `tfsdk:"min_ready_percent"`
	MaxFailed           types.Int64   `tfsdk:"max_failed"`
	MaxFailedPercent    types.Float64 `tfsdk:"max_failed_percent"`
	MinElements         types.Int64   `tfsdk:"min_elements"`
	MaxBlockingElements types.Int64   `tfsdk:"max_blocking_elements"`
}

type waitModel struct {
	Interval types.String `tfsdk:"interval"`
	Hold     types.String `tfsdk:"hold"`
}

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
	attributes[nameWave] = waveAttribute()
	maps.Copy(attributes, targetArguments())
	maps.Copy(attributes, gateThresholds())
	return attributes
}

func gateThresholds() map[string]schema.Attribute {
	attributes := make(map[string]schema.Attribute)
	attributes["min_ready_percent"] = schema.Float64Attribute{
		Optional: true,
		MarkdownDescription: fmt.Sprintf("Percentage of the elements that must be ready: 0, or 1 to 100. A value between 0 and 1 is an error, since `0.95` is most often meant as 95%%. "+
			"It is compared exactly: 999 of 1,000 are not 99.95%%. Default: `%d`.", defaultMinReadyPercent),
	}
	attributes["require_connected"] = schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Whether an element must be connected to the controller to be ready, according to the controller's list of elements. " +
			"An element that is not connected, or whose connection is not known, counts as `" + string(rollout.ClassDisconnected) + "`. Default: `false`.",
	}
	attributes["settled_for"] = schema.StringAttribute{
		Optional:   true,
		Validators: []validator.String{timeLimit{}},
		MarkdownDescription: "How long the status of an element must have been unchanged for the element to be ready, as a duration such as `30m`, " +
			"by the controller's `_updated_on_utc` and the clock of this machine. An element whose status changed since then, or does not say when it changed, " +
			"counts as `" + string(rollout.ClassPending) + "`. Default: no time.",
	}
	attributes["max_failed"] = schema.Int64Attribute{
		Optional:   true,
		Validators: []validator.Int64{int64validator.AtLeast(0)},
		MarkdownDescription: "Number of elements that may have failed, 0 or more. If `max_failed_percent` is set too, both must hold. " +
			"Default: `0`, or no number with `max_failed_percent`.",
	}
	attributes["max_failed_percent"] = schema.Float64Attribute{
		Optional: true,
		MarkdownDescription: "Percentage of the elements that may have failed, 0 to 100, compared exactly. `0.5` is half a percent. " +
			"If `max_failed` is set too, both must hold. Default: no percentage.",
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

func targetArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"target_version": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{stringvalidator.ConflictsWith(path.MatchRoot("target_image_id"))},
			MarkdownDescription: "Version that an element must run to be on target: exact such as `6.3.6-b9`, a release such as `6.3.6` (any build), " +
				"or a constraint such as `>= 6.3.5-b1, < 6.4.0`. " +
				"An element that reports a release without a build is on target if every build of the release is. Default: any version. Conflicts with `target_image_id`.",
		},
		"target_image_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Id of the image that an element must run to be on target. Default: any image. Conflicts with `target_version`.",
		},
		"verify_target": verifyTargetAttribute(),
	}
}

func waitAttribute(fallback string) schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "How to wait for the gate to open. " + fallback,
		Attributes: map[string]schema.Attribute{
			"interval": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Time between two checks of the fleet, as a duration of at least `1s`. Default: `" + shortDuration(defaultWaitInterval) + "`.",
			},
			"hold": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long the gate must stay open without a break before it counts as open, as a duration such as `5m`. " +
					"A check that finds the gate closed, or that fails, starts the time again. Default: `0s`: the first check that finds the gate open is enough.",
			},
		},
	}
}

// enforceAttribute is an argument of the gates that return a result.
func enforceAttribute() schema.Attribute {
	return schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Whether a closed gate is an error. The error stops every run that reads the gate: also `plan -refresh-only` and `destroy`, but not `destroy -refresh=false`. " +
			"With `false` the gate only reports; use `ready` in a `precondition`. Default: `false`.",
	}
}

// read reads the arguments and reports those that cannot be used. known is false if an
// argument is not known yet.
func (m gateModel) read(ctx context.Context, diags *diag.Diagnostics) (asked gateRead, known bool) {
	chosen, known := m.choice(ctx, diags)
	target, err := rollout.ParseTarget(optionalText(m.TargetVersion), optionalText(m.TargetImageID))
	addArgumentErrors(diags, err)
	m.checkVerify(diags)
	wave, waveKnown := m.wave(ctx, diags)
	gate := rollout.Gate{
		Name:             cmp.Or(m.Name.ValueString(), wave.defaultName()),
		Target:           target,
		RequireConnected: m.RequireConnected.ValueBool(),
		SettledFor:       durationArgument(path.Root("settled_for"), m.SettledFor, 0, time.Nanosecond, diags),
		MinReadyPercent:  percentArgument(path.Root("min_ready_percent"), m.MinReadyPercent, rollout.ParseReadyPercent, diags),
		MaxFailedPercent: percentArgument(path.Root("max_failed_percent"), m.MaxFailedPercent, rollout.ParseMaxFailedPercent, diags),
		MinElements:      orDefault(m.MinElements, defaultMinElements),
		MaxBlocking:      int(orDefault(m.MaxBlockingElements, defaultMaxBlocking)),
		ElementIDs:       chosen.ElementIDs(),
	}
	if !m.MaxFailed.IsUnknown() {
		gate.MaxFailed = m.MaxFailed.ValueInt64Pointer()
	}
	for _, value := range []interface{ IsUnknown() bool }{
		m.TargetVersion, m.TargetImageID, m.VerifyTarget, m.RequireConnected, m.SettledFor,
		m.MinReadyPercent, m.MaxFailed, m.MaxFailedPercent, m.MinElements, m.MaxBlockingElements,
	} {
		known = known && !value.IsUnknown()
	}
	return gateRead{gate: gate, chosen: chosen, verify: m.VerifyTarget.ValueBool(), wave: wave}, known && waveKnown
}

// percentArgument reads a percentage as it was typed, which is the shortest decimal
// for the binary number. Nil is none.
func percentArgument(at path.Path, value types.Float64, parse func(string) (*big.Rat, error), diags *diag.Diagnostics) *big.Rat {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	percent, err := parse(strconv.FormatFloat(value.ValueFloat64(), 'f', -1, 64))
	if refused, ok := errors.AsType[*imagestatus.ArgumentError](err); ok {
		invalid(diags, at, refused.Quoted(), refused.Problem+" "+refused.Remedy)
	}
	return percent
}

func orDefault(value types.Int64, fallback int64) int64 {
	if value.IsNull() {
		return fallback
	}
	return value.ValueInt64()
}

// wait reads the argument; nil is no wait.
func (m gateModel) wait(ctx context.Context, diags *diag.Diagnostics) *rollout.Wait {
	if m.Wait.IsNull() || m.Wait.IsUnknown() {
		return nil
	}
	var model waitModel
	diags.Append(m.Wait.As(ctx, &model, basetypes.ObjectAsOptions{})...)
	return &rollout.Wait{
		Interval: durationArgument(path.Root("wait").AtName("interval"), model.Interval, defaultWaitInterval, shortestInterval, diags),
		Hold:     durationArgument(path.Root("wait").AtName("hold"), model.Hold, defaultWaitHold, 0, diags),
	}
}

func durationArgument(at path.Path, value types.String, fallback, shortest time.Duration, diags *diag.Diagnostics) time.Duration {
	if value.IsNull() || value.IsUnknown() {
		return fallback
	}
	duration, err := time.ParseDuration(value.ValueString())
	if err != nil || duration < shortest {
		invalid(diags, at, strconv.Quote(value.ValueString()),
			fmt.Sprintf("It is not a duration of at least %s. Write a number with its unit, such as 30s, 5m or 1h30m.", shortest))
	}
	return duration
}

// validate checks the arguments as far as they are known.
func (m gateModel) validate(ctx context.Context, diags *diag.Diagnostics) {
	m.read(ctx, diags)
	m.wait(ctx, diags)
}
