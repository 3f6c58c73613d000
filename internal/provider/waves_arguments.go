package provider

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

const (
	nameWave  = "wave"
	nameSizes = "sizes"
)

// apartness is a value of keep_apart: elements of the same group are never in one wave.
type apartness struct {
	name, meaning string
	group         func(*inventory.Element) string // "" is no group
}

// apartnesses has the default first.
var apartnesses = []apartness{
	{"peer_group", "no two elements of one peer group: the cluster of a hub, else the enabled HA group of a branch element, else the site", (*inventory.Element).PeerGroup},
	{"site", "no two elements of one site", func(e *inventory.Element) string {
		if id, bound := e.Site(); bound {
			return "site/" + id
		}
		return ""
	}},
	{"none", "no restriction", nil},
}

func apartnessNames() []string {
	names := make([]string, len(apartnesses))
	for i, apart := range apartnesses {
		names[i] = apart.name
	}
	return names
}

// wavesPlan says how the elements that are chosen make waves.
type wavesPlan struct {
	sizes       []rollout.WaveSize
	apart       apartness
	first, last []string // element ids pinned to the first wave and that of the last size
}

// readSizes reads the sizes at a path of the configuration and reports those that
// cannot be used.
func readSizes(ctx context.Context, at path.Path, list types.List, diags *diag.Diagnostics) (sizes []rollout.WaveSize, known bool) {
	texts, known := knownTexts(ctx, list, diags)
	if !known {
		return nil, false
	}
	sizes, err := rollout.ParseWaveSizes(texts)
	if err != nil {
		reason := err.Error()
		refused := imagestatus.ArgumentError{List: append([]string{}, texts...)}
		invalid(diags, at, refused.Quoted(), strings.ToUpper(reason[:1])+reason[1:]+`. Write sizes such as ["3", "25%", "100%"].`)
	}
	return sizes, true
}

// readApartness returns the default for null and for a value that the schema rejects.
func readApartness(value types.String) apartness {
	for _, apart := range apartnesses {
		if apart.name == value.ValueString() {
			return apart
		}
	}
	return apartnesses[0]
}

func sizesAttribute() schema.Attribute {
	return schema.ListAttribute{
		Required: true, ElementType: types.StringType,
		Validators: []validator.List{entries{}},
		MarkdownDescription: "How far the rollout has come after each wave: a number of elements such as `\"3\"`, or a percentage such as `\"25%\"`. " +
			"Sizes are cumulative and grow, and the last one is `\"100%\"`. Numbers are exact and percentages approximate, as for the function `plan_waves`.",
	}
}

func keepApartAttribute() schema.Attribute {
	var meanings []string
	for _, apart := range apartnesses {
		meanings = append(meanings, "`"+apart.name+"` ("+apart.meaning+")")
	}
	return schema.StringAttribute{
		Optional:   true,
		Validators: []validator.String{stringvalidator.OneOf(apartnessNames()...)},
		MarkdownDescription: "Which elements to keep out of the same wave: " + strings.Join(meanings, ", ") + ". Where a group has members left after the last size, waves are added at the end. " +
			"All but `none` need the controller's list of elements; an element that the list lacks has no peer. Default: `" + apartnesses[0].name + "`.",
	}
}

// waveChoice is one wave of the elements that a gate chooses.
type waveChoice struct {
	wavesPlan

	number int
}

type waveModel struct {
	Sizes     types.List   `tfsdk:"sizes"`
	Number    types.Int64  `tfsdk:"number"`
	KeepApart types.String `tfsdk:"keep_apart"`
}

func waveAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional:   true,
		Validators: []validator.Object{objectvalidator.ConflictsWith(path.MatchRoot("query_params"))},
		MarkdownDescription: "Narrows the gate to one wave of the selected elements, the same wave as that of the data source `prismasdwan_upgrade_waves`. " +
			"Each read determines the elements of the wave anew. Default: all selected elements. Conflicts with `query_params`.",
		Attributes: map[string]schema.Attribute{
			nameSizes: sizesAttribute(),
			"number": schema.Int64Attribute{
				Required: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: "Number of the wave, from 1. A wave without an element, as in a small fleet, is a closed gate; a number beyond the sizes and the waves that are added is an error.",
			},
			"keep_apart": keepApartAttribute(),
		},
	}
}

// wave reads the argument; nil is none.
func (m gateModel) wave(ctx context.Context, diags *diag.Diagnostics) (chosen *waveChoice, known bool) {
	if m.Wave.IsNull() || m.Wave.IsUnknown() {
		return nil, m.Wave.IsNull()
	}
	var model waveModel
	diags.Append(m.Wave.As(ctx, &model, basetypes.ObjectAsOptions{})...)
	chosen = &waveChoice{number: int(model.Number.ValueInt64())}
	chosen.apart = readApartness(model.KeepApart)
	chosen.sizes, known = readSizes(ctx, path.Root(nameWave).AtName(nameSizes), model.Sizes, diags)
	known = known && !model.Number.IsUnknown() && !model.KeepApart.IsUnknown()
	if sizes := len(chosen.sizes); known && sizes > 0 && chosen.apart.group == nil && chosen.number > sizes {
		addArgumentErrors(diags, chosen.beyond(sizes))
	}
	return chosen, known
}

// defaultName is the name of a gate without one; "" without a wave.
func (w *waveChoice) defaultName() string {
	if w == nil || w.number == 0 {
		return ""
	}
	return fmt.Sprintf("wave %d", w.number)
}

// beyond is the error for a number that no wave has.
func (w *waveChoice) beyond(waves int) error {
	return &imagestatus.ArgumentError{
		Argument: argumentWaveNumber, Value: strconv.Itoa(w.number),
		Problem: fmt.Sprintf("The last wave is number %d.", waves), Remedy: fmt.Sprintf("Write a number from 1 to %d, or add a size.", waves),
	}
}
