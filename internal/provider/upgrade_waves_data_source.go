package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

var (
	_ datasource.DataSourceWithConfigure      = (*upgradeWavesDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*upgradeWavesDataSource)(nil)
)

type upgradeWavesDataSource struct{ connection *connection }

func newUpgradeWavesDataSource() datasource.DataSource { return &upgradeWavesDataSource{} }

func (d *upgradeWavesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_upgrade_waves"
}

func (d *upgradeWavesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.connection = connectionOf(req.ProviderData, &resp.Diagnostics)
}

func (d *upgradeWavesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := upgradeWavesArguments()
	maps.Copy(attributes, map[string]schema.Attribute{
		"waves": schema.ListNestedAttribute{
			Computed: true,
			MarkdownDescription: "The waves in order. A wave that would have no element is left out, so that a small fleet has fewer waves than sizes; " +
				"where nothing is selected there is one wave, which is never done.",
			NestedObject: schema.NestedAttributeObject{Attributes: columnAttributes(waveColumns)},
		},
		"current": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of the first wave that is not done, from 1. Null if all are."},
		"done":    schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether every wave is done."},
		"summary": schema.StringAttribute{Computed: true, MarkdownDescription: "The rollout in one line, such as `wave 2 of 4: 37/40 ready (92.5%), 1 failed; waves 3 and 4 are held`."},
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Splits a fleet into waves that never take both members of a pair, and judges all of them from one read: who is in which wave, which waves are done, and which may begin. " +
			"Each wave is judged alone, by the same rule over its own elements.\n\n" +
			"The same elements always make the same waves. An element that joins the fleet moves no other one to an earlier wave; elements that leave can. " +
			"An element that has a status and is not in the controller's list of elements belongs to the last wave. " +
			"A row that names no element holds every wave.\n\n" +
			"A data source is read at plan and **not** again when a saved plan is applied. The argument `wave` of the gates is about one of these waves, also at apply. " +
			"The guide *Upgrade in waves* shows what to do with `may_begin`, and what not.",
		Attributes: attributes,
	}
}

// ValidateConfig checks the arguments as far as they are known.
func (d *upgradeWavesDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var model upgradeWavesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		model.read(ctx, &resp.Diagnostics)
	}
}

const summaryNamesUnread = "Names of elements not read"

func (d *upgradeWavesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model upgradeWavesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.connection.ready(req.Config, &resp.Diagnostics) {
		return
	}
	limit, problems := model.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(problems...)
	asked := model.read(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(d.connection.logging(ctx), limit)
	defer cancel()
	named := newNamer(d.connection.client)
	if err := named.verify(ctx, asked.gateRead); err != nil {
		d.connection.addError(&resp.Diagnostics, err)
		return
	}
	tally, who, err := d.connection.judgeWaves(ctx, asked)
	if err != nil {
		d.connection.addError(&resp.Diagnostics, err)
		return
	}
	if who.unread != nil {
		_, reason := d.connection.explanation(who.unread)
		resp.Diagnostics.AddWarning(summaryNamesUnread, "`elements` of the waves lack names, because a list that has them cannot be read; everything else is complete. "+
			"Set `list_elements` to `false` to do without `elements`.\n\n"+reason)
	}
	verdict := d.connection.explainedWaves(ctx, tally, who, named)
	if err := setRaw(ctx, &resp.State, req.Config, wavesValues(verdict, who.fleet, asked.listed, model.shown())); err != nil {
		d.connection.addError(&resp.Diagnostics, err)
	}
}

// explainedWaves returns the verdict with the names of the elements shown as not ready,
// and with what the tenant's images say of the current wave. It reads neither if names
// could not be read before.
func (c *connection) explainedWaves(ctx context.Context, tally *rollout.SequenceTally, who participants, named *namer) rollout.SequenceVerdict {
	verdict := tally.Verdict(who.fleet)
	blocking, wantsImages := verdict.Blocking(), tally.WantsImages(&verdict)
	if !c.showNames || who.unread != nil || len(blocking) == 0 && !wantsImages {
		return verdict
	}
	names, _, images := named.explain(ctx, who.fleet, blocking, wantsImages)
	verdict = tally.Verdict(names)
	if images != nil {
		tally.Explain(&verdict, names, images)
	}
	return verdict
}

type shownWave struct {
	rollout.WaveVerdict

	fleet  *inventory.Fleet
	listed bool
	shown  int
}

var waveColumns = []column[shownWave]{
	{
		name: "number", valueType: tftypes.Number,
		schema: schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of the wave, from 1."},
		value:  func(w *shownWave) tftypes.Value { return tftypes.NewValue(tftypes.Number, int64(w.Number)) },
	},
	{
		name: "element_ids", valueType: textsType,
		schema: schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Ids of the wave's elements, in their order as text. Null with `list_elements = false`."},
		value: func(w *shownWave) tftypes.Value {
			if !w.listed {
				return textsValue(nil)
			}
			return textsValue(w.ElementIDs)
		},
	},
	{
		name: "elements", valueType: tftypes.List{ElementType: waveElementType},
		schema: schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "The wave's elements as the controller's list of elements describes them, in the order of ids. Null with `list_elements = false`.",
			NestedObject: schema.NestedAttributeObject{Attributes: columnAttributes(waveElementColumns)},
		},
		value: (*shownWave).elements,
	},
	waveFlag("ready", "Whether the wave's gate is open: its elements satisfy the rule.", func(w *shownWave) bool { return w.Ready }),
	waveFlag("done", "Whether the wave is done: the same as `ready`.", func(w *shownWave) bool { return w.Ready }),
	waveFlag("may_begin", "Whether every wave before this one is done. The first wave may always begin.", func(w *shownWave) bool { return w.MayBegin }),
	{
		name: "summary", valueType: tftypes.String,
		schema: schema.StringAttribute{Computed: true, MarkdownDescription: "The verdict about the wave in one line, such as `closed: 37/40 ready (92.5%), 3 pending`."},
		value:  func(w *shownWave) tftypes.Value { return tftypes.NewValue(tftypes.String, w.Summary) },
	},
	{
		name: "reasons", valueType: textsType,
		schema: schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Sentences on why the wave is not done; empty when it is."},
		value:  func(w *shownWave) tftypes.Value { return textsValue(append([]string{}, w.Reasons...)) },
	},
	{
		name: "counts", valueType: countsType,
		schema: schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "Number of the wave's elements by class, as for a gate.", Attributes: columnAttributes(countColumns)},
		value: func(w *shownWave) tftypes.Value {
			return tftypes.NewValue(countsType, columnValues(countColumns, &w.Counts))
		},
	},
	{
		name: "blocking_elements", valueType: tftypes.List{ElementType: blockerType},
		schema: schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "Elements of the wave that are not ready, the worst first, at most `max_blocking_elements`. Images are read for the current wave only, so `upgrade_version` is null in the others.",
			NestedObject: schema.NestedAttributeObject{Attributes: columnAttributes(blockerColumns)},
		},
		value: func(w *shownWave) tftypes.Value {
			return listOfRows(blockerType, w.Blocking[:min(len(w.Blocking), w.shown)], func(b *rollout.Blocker) map[string]tftypes.Value { return columnValues(blockerColumns, b) })
		},
	},
}

func waveFlag(name, description string, value func(*shownWave) bool) column[shownWave] {
	return column[shownWave]{
		name: name, valueType: tftypes.Bool,
		schema: schema.BoolAttribute{Computed: true, MarkdownDescription: description},
		value:  func(w *shownWave) tftypes.Value { return tftypes.NewValue(tftypes.Bool, value(w)) },
	}
}

type waveElement struct {
	id          string
	description *placedElement // nil if the list of elements lacks the element
}

var waveElementColumns = []column[waveElement]{
	textColumn("id", "Id of the element.", func(e *waveElement) *string { return &e.id }),
	textColumn("name", "Name of the element. Null where it has none, or where the list of elements lacks the element or cannot be read.", describedAs(func(e *placedElement) *string { return e.Name })),
	textColumn("site_name", "Name of the element's site. Null as well where the element is bound to none, or where the sites cannot be read.", describedAs(siteNameOf)),
	textColumn("peer_group", "The peer group of the element. "+peerGroupText+" Null where the list of elements lacks the element or cannot be read.",
		describedAs(func(e *placedElement) *string { return new(e.PeerGroup()) })),
}

func describedAs(of func(*placedElement) *string) func(*waveElement) *string {
	return func(e *waveElement) *string {
		if e.description == nil {
			return nil
		}
		return of(e.description)
	}
}

var (
	waveElementType = columnsType(waveElementColumns)
	waveType        = columnsType(waveColumns)
)

func (w *shownWave) elements() tftypes.Value {
	if !w.listed {
		return tftypes.NewValue(tftypes.List{ElementType: waveElementType}, nil)
	}
	elements := make([]waveElement, len(w.ElementIDs))
	for i, id := range w.ElementIDs {
		elements[i].id = id
		if w.fleet == nil {
			continue
		}
		if element, listed := w.fleet.Element(id); listed {
			elements[i].description = &placedElement{Element: element, site: w.fleet.SiteOf(element)}
		}
	}
	return listOfRows(waveElementType, elements, func(e *waveElement) map[string]tftypes.Value { return columnValues(waveElementColumns, e) })
}

func wavesValues(verdict rollout.SequenceVerdict, fleet *inventory.Fleet, listed bool, shown int) map[string]tftypes.Value {
	waves := make([]shownWave, len(verdict.Waves))
	for i, wave := range verdict.Waves {
		waves[i] = shownWave{WaveVerdict: wave, fleet: fleet, listed: listed, shown: shown}
	}
	var current any
	if !verdict.Done() {
		current = int64(verdict.Current)
	}
	return map[string]tftypes.Value{
		"waves":   listOfRows(waveType, waves, func(w *shownWave) map[string]tftypes.Value { return columnValues(waveColumns, w) }),
		"current": tftypes.NewValue(tftypes.Number, current),
		"done":    tftypes.NewValue(tftypes.Bool, verdict.Done()),
		"summary": tftypes.NewValue(tftypes.String, verdict.Summary),
	}
}
