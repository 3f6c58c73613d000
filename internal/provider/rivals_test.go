package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const rivalSuffix = "_rival"

// wantSameState fails unless both states are equal: as the protocol carries
// them, types and nulls included.
func wantSameState(tb testing.TB, p *protocol, name string, ours, rival *tfprotov6.DynamicValue) {
	tb.Helper()
	schema := p.schemas.DataSourceSchemas[name]
	got, want := p.decode(schema, ours), p.decode(schema, rival)
	if !got.Equal(want) {
		tb.Errorf("the state differs from that of State.Set (-State.Set +ours):\n%s", cmp.Diff(plain(want), plain(got)))
	}
}

func TestStateIsTheOneOfTheFramework(t *testing.T) {
	t.Parallel()
	for name, switches := range map[string]simulator.Switches{
		"as documented": {}, "nulls left out": {NullsAbsent: true}, "numbers as text": {NumbersAsText: true}, "envelope with extras": {EnvelopeID: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 60, Seed: 3, Scenario: "mixed", Switches: switches})
			p := newRivalProtocol(t, server)
			compared := make(map[string]bool)
			for _, test := range []struct {
				surface string
				config  map[string]any
			}{
				{statusesType, nil},
				{statusesType, map[string]any{"limit": 7}},
				{statusesType, map[string]any{"with_elements": true}},
				{statusesType, map[string]any{"request": map[string]any{"retrieved_fields": []string{"element_id", "upgrade_state"}}}},
				{statusesType, map[string]any{"filters": []any{map[string]any{"field": "active_version", "operator": "eq", "values": []string{"9.9.9-b9"}}}}},
				{oneType, map[string]any{"element_id": server.Rows()[0].Element()}},
				{oneType, map[string]any{"element_id": server.Rows()[59].Element()}},
				{elementsType, nil},
				{elementsType, map[string]any{"ids_only": true}},
				{elementsType, map[string]any{"where": map[string]any{"roles": []string{"HUB"}}}},
				{statusesType, map[string]any{"fields": allAttributes()}},
				{statusesType, map[string]any{"fields": []string{nameElement, "phase", "element_id"}, "with_elements": true, "limit": 9}},
				{statusesType, map[string]any{"fields": []string{"id"}, "element_ids": []string{}}},
				{wavesType, inWaves(threeSizes)},
				{wavesType, inWaves(threeSizes, toTarget(), map[string]any{"max_blocking_elements": 5})},
				{wavesType, inWaves(threeSizes, map[string]any{"list_elements": false})},
				{wavesType, inWaves([]string{"100%"}, map[string]any{"element_ids": []string{}})},
				{wavesType, inWaves([]string{"100%"}, map[string]any{"element_ids": []string{"17", server.ElementIDs()[4]}, "keep_apart": "none", "max_blocking_elements": 5})},
				{wavesType, inWaves(threeSizes, map[string]any{"min_ready_percent": 0, "max_failed": 60, "overrides": []any{map[string]any{"wave": 3, "max_failed": 0}}})},
			} {
				ours, rival := p.in(t).read(test.surface, test.config), p.in(t).read(test.surface+rivalSuffix, test.config)
				if hasError(ours.diagnostics) || hasError(rival.diagnostics) {
					t.Errorf("%s %v:\n%s%s", test.surface, test.config, render(ours.diagnostics), render(rival.diagnostics))
				} else if !ours.value.Equal(rival.value) {
					t.Errorf("%s %v: the state differs from that of State.Set (-State.Set +ours):\n%s",
						test.surface, test.config, cmp.Diff(plain(rival.value), plain(ours.value)))
				}
				compared[test.surface] = true
			}
			for surface := range p.schemas.DataSourceSchemas {
				if _, has := p.schemas.DataSourceSchemas[surface+rivalSuffix]; has && !compared[surface] {
					t.Errorf("%s has a rival and is not compared", surface)
				}
			}
		})
	}
}

// TestEverySurfacePastTheFrameworkHasARival finds the data sources that leave
// their state for the server to send, which is past State.Set.
func TestEverySurfacePastTheFrameworkHasARival(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3, Seed: 3})
	p := newRivalProtocol(t, server)
	framework := providerserver.NewProtocol6(New("test", environment(variables(server, simulator.Legacy)...))())()
	bare := p.in(t)
	bare.server = framework
	if diagnostics := bare.configure(nil); len(diagnostics) > 0 {
		t.Fatal(render(diagnostics))
	}
	past := 0
	for name, schema := range p.schemas.DataSourceSchemas {
		if strings.HasSuffix(name, rivalSuffix) {
			continue
		}
		config, has := smallReads[name]
		if !has {
			t.Errorf("smallReads lacks %s", name)
			continue
		}
		if name == oneType {
			config = oneElement(server.ElementIDs()[0])
		}
		ctx, settled := withCompleteState(t.Context())
		bare.readDynamic(ctx, name, bare.dynamic(schema, config)).must(t)
		if settled.value == nil {
			continue
		}
		past++
		if p.schemas.DataSourceSchemas[name+rivalSuffix] == nil {
			t.Errorf("%s leaves its state for the server and has no rival", name)
		}
	}
	if past < 4 {
		t.Errorf("%d data sources leave their state for the server, want the four at least", past)
	}
}

// rivalProvider has a rival for each data source that writes its rows past the
// framework: one as the framework's tutorials have it written, with rows in
// structs and State.Set. Its name ends in rivalSuffix.
type rivalProvider struct{ provider.Provider }

func (p rivalProvider) DataSources(ctx context.Context) []func() datasource.DataSource {
	return append(p.Provider.DataSources(ctx),
		func() datasource.DataSource { return &rivalDataSource{} },
		func() datasource.DataSource { return &rivalStatusDataSource{} },
		func() datasource.DataSource { return &rivalElementsDataSource{} },
		func() datasource.DataSource { return &rivalWavesDataSource{} },
	)
}

func newRivalProtocol(tb testing.TB, server *simulator.Server) *protocol {
	tb.Helper()
	rival := rivalProvider{New("test", environment(server.Environment(simulator.Legacy)...))()}
	p := &protocol{t: tb, server: NewServer(rival)()}
	schemas, err := p.server.GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	p.schemas = schemas
	if diagnostics := p.configure(nil); len(diagnostics) > 0 {
		tb.Fatal(render(diagnostics))
	}
	return p
}

// rivalDataSource is the rival of the statuses.
type rivalDataSource struct{ elementImageStatusesDataSource }

func (d *rivalDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = statusesType + rivalSuffix
}

type rivalModel struct {
	selectionModel
	SortBy        types.Object   `tfsdk:"sort_by"`
	Limit         types.Int64    `tfsdk:"limit"`
	DestPage      types.Int64    `tfsdk:"dest_page"`
	WithElements  types.Bool     `tfsdk:"with_elements"`
	Fields        types.List     `tfsdk:"fields"`
	Request       types.Object   `tfsdk:"request"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
	Items         []rivalRow     `tfsdk:"items"`
	ItemsJSON     types.String   `tfsdk:"items_json"`
	MatchedCount  types.Int64    `tfsdk:"matched_count"`
	ReturnedCount types.Int64    `tfsdk:"returned_count"`
	Truncated     types.Bool     `tfsdk:"truncated"`
	Response      *rivalResponse `tfsdk:"response"`
}

type rivalRow struct {
	rivalStatus

	Element *rivalJoined `tfsdk:"element"`
}

// rivalStatus is a row alone.
type rivalStatus struct {
	ID                        types.String      `tfsdk:"id"`
	ElementID                 types.String      `tfsdk:"element_id"`
	ActiveImageID             types.String      `tfsdk:"active_image_id"`
	ActiveVersion             types.String      `tfsdk:"active_version"`
	PreviousImageID           types.String      `tfsdk:"previous_image_id"`
	RollbackVersion           types.String      `tfsdk:"rollback_version"`
	UpgradeImageID            types.String      `tfsdk:"upgrade_image_id"`
	UpgradeState              types.String      `tfsdk:"upgrade_state"`
	DownloadPercent           types.Int64       `tfsdk:"download_percent"`
	DownloadInterval          types.Int64       `tfsdk:"download_interval"`
	UpgradeInterval           types.Int64       `tfsdk:"upgrade_interval"`
	ScheduledDownload         types.String      `tfsdk:"scheduled_download"`
	ScheduledUpgrade          types.String      `tfsdk:"scheduled_upgrade"`
	FailureInfo               types.String      `tfsdk:"failure_info"`
	SoftwareVersionChangeTime types.Int64       `tfsdk:"software_version_change_time"`
	Etag                      types.Int64       `tfsdk:"etag"`
	Phase                     types.String      `tfsdk:"phase"`
	CreatedAt                 timetypes.RFC3339 `tfsdk:"created_at"`
	UpdatedAt                 timetypes.RFC3339 `tfsdk:"updated_at"`
}

func newRivalStatus(s *imagestatus.Status) rivalStatus {
	return rivalStatus{
		ID:                        types.StringPointerValue(s.ID),
		ElementID:                 types.StringPointerValue(s.ElementID),
		ActiveImageID:             types.StringPointerValue(s.ActiveImageID),
		ActiveVersion:             types.StringPointerValue(s.ActiveVersion),
		PreviousImageID:           types.StringPointerValue(s.PreviousImageID),
		RollbackVersion:           types.StringPointerValue(s.RollbackVersion),
		UpgradeImageID:            types.StringPointerValue(s.UpgradeImageID),
		UpgradeState:              types.StringPointerValue(s.UpgradeState),
		DownloadPercent:           types.Int64PointerValue(s.DownloadPercent),
		DownloadInterval:          types.Int64PointerValue(s.DownloadInterval),
		UpgradeInterval:           types.Int64PointerValue(s.UpgradeInterval),
		ScheduledDownload:         types.StringPointerValue(s.ScheduledDownload),
		ScheduledUpgrade:          types.StringPointerValue(s.ScheduledUpgrade),
		FailureInfo:               types.StringPointerValue(s.FailureInfo),
		SoftwareVersionChangeTime: types.Int64PointerValue(s.SoftwareVersionChangeTime),
		Etag:                      types.Int64PointerValue(s.Etag),
		Phase:                     types.StringValue(string(s.Phase())),
		CreatedAt:                 rivalTime(s.CreatedOnUTC),
		UpdatedAt:                 rivalTime(s.UpdatedOnUTC),
	}
}

func rivalTime(stamp *int64) timetypes.RFC3339 {
	if stamp == nil {
		return timetypes.NewRFC3339Null()
	}
	at, _ := imagestatus.StampTime(*stamp)
	return timetypes.NewRFC3339TimeValue(at)
}

func (d *rivalDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model rivalModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	var asked elementImageStatusesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &asked)...)
	query, chosen := asked.query(ctx, &resp.Diagnostics)
	selection, fleet, ok := d.connection.selection(ctx, chosen, lists{elements: asked.WithElements.ValueBool(), sites: asked.WithElements.ValueBool()}, &resp.Diagnostics)
	if !ok {
		return
	}
	query.Selection = selection
	rows, summary, err := sdwan.Read(ctx, d.connection.client, query, func() *rowCollector { return new(rowCollector) })
	if err != nil {
		resp.Diagnostics.AddError("Read failed", err.Error())
		return
	}
	query.SortRows(rows.rows)
	model.Items = make([]rivalRow, len(rows.rows))
	model.ReturnedCount = types.Int64Value(int64(len(model.Items)))
	for i := range rows.rows {
		model.Items[i].rivalStatus = newRivalStatus(&rows.rows[i])
		model.Items[i].hide(query)
		if asked.WithElements.ValueBool() {
			model.Items[i].Element = newRivalJoined(fleet, &rows.rows[i])
		}
	}
	model.MatchedCount = types.Int64PointerValue(summary.Matched)
	if !model.Fields.IsNull() {
		var fields []string
		resp.Diagnostics.Append(model.Fields.ElementsAs(ctx, &fields, false)...)
		model.ItemsJSON, model.Items = types.StringValue(rivalText(model.Items, fields, &resp.Diagnostics)), nil
	}
	model.Truncated = types.BoolValue(summary.Truncated)
	model.Response = &rivalResponse{
		ID:           summary.Envelope.ID,
		Description:  summary.Envelope.Description,
		DeletedIDs:   summary.Envelope.DeletedIDs,
		TenantID:     summary.Envelope.TenantID,
		Count:        summary.Envelope.Count,
		TotalCount:   summary.Envelope.TotalCount,
		DeletedCount: summary.Envelope.DeletedCount,
	}
	if err := jsonValue(summary.Envelope.NextQuery).As(&model.Response.NextQuery); err != nil {
		resp.Diagnostics.AddError("Echo of the query not readable", err.Error())
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

type rivalResponse struct {
	ID           *string  `tfsdk:"id"`
	Description  *string  `tfsdk:"description"`
	NextQuery    *string  `tfsdk:"next_query"`
	TenantID     *string  `tfsdk:"tenant_id"`
	Count        *int64   `tfsdk:"count"`
	TotalCount   *int64   `tfsdk:"total_count"`
	DeletedCount *int64   `tfsdk:"deleted_count"`
	DeletedIDs   []string `tfsdk:"deleted_ids"`
}

// hide makes null what the query leaves out.
func (r *rivalRow) hide(query imagestatus.Query) {
	fields := reflect.ValueOf(&r.rivalStatus).Elem()
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Tag.Get("tfsdk")
		if at := slices.IndexFunc(columns, func(c column[imagestatus.Status]) bool { return c.name == name }); !query.Shows(columns[at].field) {
			fields.Field(i).SetZero() // The zero value of the framework's types is null.
		}
	}
}

// rivalText is items_json in the way of encoding/json.
func rivalText(rows []rivalRow, fields []string, diags *diag.Diagnostics) string {
	var text bytes.Buffer
	for i := range rows {
		separator := byte('{')
		add := func(name string, value any) {
			if !slices.Contains(fields, name) {
				return
			}
			encoded, err := json.Marshal(value)
			if err != nil {
				diags.AddError("Value not written", err.Error())
			}
			fmt.Fprintf(&text, "%c%q:%s", separator, name, encoded)
			separator = ','
		}
		if i > 0 {
			text.WriteByte(',')
		}
		row := reflect.ValueOf(rows[i].rivalStatus)
		for j := range row.NumField() {
			var value any
			switch scalar := row.Field(j).Interface().(type) {
			case types.Int64:
				value = scalar.ValueInt64Pointer()
			case types.String:
				value = scalar.ValueStringPointer()
			case timetypes.RFC3339:
				value = scalar.ValueStringPointer()
			}
			add(row.Type().Field(j).Tag.Get("tfsdk"), value)
		}
		add(nameElement, rows[i].Element.members())
		text.WriteByte('}')
	}
	return "[" + text.String() + "]"
}

type rivalJoined struct {
	Name      *string  `tfsdk:"name"`
	SiteID    *string  `tfsdk:"site_id"`
	SiteName  *string  `tfsdk:"site_name"`
	Role      *string  `tfsdk:"role"`
	ModelName *string  `tfsdk:"model_name"`
	Connected *bool    `tfsdk:"connected"`
	Tags      []string `tfsdk:"tags"`
	SiteTags  []string `tfsdk:"site_tags"`
}

// members are the attributes by name; nil for no element.
func (j *rivalJoined) members() map[string]any {
	if j == nil {
		return nil
	}
	members, fields := make(map[string]any), reflect.ValueOf(*j)
	for i := range fields.NumField() {
		members[fields.Type().Field(i).Tag.Get("tfsdk")] = fields.Field(i).Interface()
	}
	return members
}

// newRivalJoined is nil for a row whose element is not in the list.
func newRivalJoined(fleet *inventory.Fleet, status *imagestatus.Status) *rivalJoined {
	element, listed := fleet.Element(status.Element())
	if !listed {
		return nil
	}
	joined := &rivalJoined{
		Name: element.Name, Role: element.Role, ModelName: element.ModelName, Connected: element.Connected,
		Tags: append([]string{}, element.Tags...), SiteTags: []string{},
	}
	if id, bound := element.Site(); bound {
		joined.SiteID, joined.SiteTags = &id, nil
		if site := fleet.SiteOf(element); site != nil {
			joined.SiteName, joined.SiteTags = site.Name, append([]string{}, site.Tags...)
		}
	}
	return joined
}

// rivalStatusDataSource is the rival of the status of one element.
type rivalStatusDataSource struct{ elementImageStatusDataSource }

func (d *rivalStatusDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = oneType + rivalSuffix
}

type rivalStatusModel struct {
	rivalStatus

	ElementName types.String   `tfsdk:"element_name"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

func (d *rivalStatusDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model rivalStatusModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	status, err := d.newest(ctx, model.ElementID.ValueString())
	if err != nil || status == nil {
		resp.Diagnostics.AddError("Read failed", "There is no status.")
		return
	}
	model.rivalStatus = newRivalStatus(status)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// rivalElementsDataSource is the rival of the elements.
type rivalElementsDataSource struct{ elementsDataSource }

func (d *rivalElementsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = elementsType + rivalSuffix
}

type rivalElementsModel struct {
	Where        types.Object      `tfsdk:"where"`
	IDsOnly      types.Bool        `tfsdk:"ids_only"`
	Timeouts     timeouts.Value    `tfsdk:"timeouts"`
	Items        []rivalElement    `tfsdk:"items"`
	IDs          []string          `tfsdk:"ids"`
	MatchedCount *int64            `tfsdk:"matched_count"`
	PeerGroups   map[string]string `tfsdk:"peer_groups"`
}

type rivalElement struct {
	rivalJoined

	ID              string  `tfsdk:"id"`
	SerialNumber    *string `tfsdk:"serial_number"`
	HardwareID      *string `tfsdk:"hw_id"`
	SoftwareVersion *string `tfsdk:"software_version"`
	State           *string `tfsdk:"state"`
	PeerGroup       string  `tfsdk:"peer_group"`
}

func (d *rivalElementsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model rivalElementsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	described, _ := description(ctx, model.Where, &resp.Diagnostics)
	withItems := !model.IDsOnly.ValueBool()
	fleet, selected, ok := d.connection.elements(ctx, described, withItems, &resp.Diagnostics)
	if !ok {
		return
	}
	model.IDs, model.PeerGroups, model.MatchedCount = []string{}, make(map[string]string), new(int64(len(selected.Elements)))
	if withItems {
		model.Items = []rivalElement{}
	}
	for _, element := range selected.Elements {
		model.IDs = append(model.IDs, element.ID)
		model.PeerGroups[element.ID] = element.PeerGroup()
		if !withItems {
			continue
		}
		model.Items = append(model.Items, rivalElement{
			rivalJoined: *newRivalJoined(fleet, &imagestatus.Status{ElementID: &element.ID}), ID: element.ID,
			SerialNumber: element.SerialNumber, HardwareID: element.HardwareID, SoftwareVersion: element.SoftwareVersion,
			State: element.State, PeerGroup: element.PeerGroup(),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// rivalWavesDataSource is the rival of the waves.
type rivalWavesDataSource struct{ upgradeWavesDataSource }

func (d *rivalWavesDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = wavesType + rivalSuffix
}

type rivalWave struct {
	Number           int64              `tfsdk:"number"`
	ElementIDs       []string           `tfsdk:"element_ids"`
	Elements         []rivalWaveElement `tfsdk:"elements"`
	Ready            bool               `tfsdk:"ready"`
	Done             bool               `tfsdk:"done"`
	MayBegin         bool               `tfsdk:"may_begin"`
	Summary          string             `tfsdk:"summary"`
	Reasons          []string           `tfsdk:"reasons"`
	Counts           types.Object       `tfsdk:"counts"`
	BlockingElements []rivalBlocker     `tfsdk:"blocking_elements"`
}

type rivalBlocker struct {
	ElementID       string  `tfsdk:"element_id"`
	ElementName     *string `tfsdk:"element_name"`
	SiteName        *string `tfsdk:"site_name"`
	Class           string  `tfsdk:"class"`
	UpgradeState    *string `tfsdk:"upgrade_state"`
	Phase           *string `tfsdk:"phase"`
	ActiveVersion   *string `tfsdk:"active_version"`
	UpgradeVersion  *string `tfsdk:"upgrade_version"`
	DownloadPercent *int64  `tfsdk:"download_percent"`
	FailureInfo     *string `tfsdk:"failure_info"`
}

func newRivalBlocker(blocker rollout.Blocker) rivalBlocker {
	rival := rivalBlocker{
		ElementID: blocker.ElementID, ElementName: blocker.Name, SiteName: blocker.SiteName, Class: string(blocker.Class),
		UpgradeState: blocker.UpgradeState, ActiveVersion: blocker.ActiveVersion, UpgradeVersion: blocker.UpgradeVersion,
		DownloadPercent: blocker.DownloadPercent, FailureInfo: blocker.FailureInfo,
	}
	if !blocker.Class.Rowless() {
		rival.Phase = new(string(blocker.Phase))
	}
	return rival
}

func rivalCounts(counts rollout.Counts) types.Object {
	kinds := map[string]attr.Type{"total": types.Int64Type}
	values := map[string]attr.Value{"total": types.Int64Value(counts.Total)}
	for _, class := range rollout.Classes() {
		kinds[string(class)] = types.Int64Type
		values[string(class)] = types.Int64Value(counts.Of(class))
	}
	return types.ObjectValueMust(kinds, values)
}

type rivalWaveElement struct {
	ID        string  `tfsdk:"id"`
	Name      *string `tfsdk:"name"`
	SiteName  *string `tfsdk:"site_name"`
	PeerGroup *string `tfsdk:"peer_group"`
}

func (d *rivalWavesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model upgradeWavesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	asked := model.read(ctx, &resp.Diagnostics)
	tally, who, err := d.connection.judgeWaves(ctx, asked)
	if err != nil {
		resp.Diagnostics.AddError("Read failed", err.Error())
		return
	}
	verdict := d.connection.explainedWaves(ctx, tally, who, newNamer(d.connection.client))
	waves := make([]rivalWave, len(verdict.Waves))
	for i := range verdict.Waves {
		waves[i] = newRivalWave(verdict.Waves[i], who.fleet, asked.listed, model.shown())
	}
	var problems diag.Diagnostics
	model.Waves, problems = types.ListValueFrom(ctx, model.Waves.ElementType(ctx), waves)
	resp.Diagnostics.Append(problems...)
	model.Done, model.Summary = types.BoolValue(verdict.Done()), types.StringValue(verdict.Summary)
	if !verdict.Done() {
		model.Current = types.Int64Value(int64(verdict.Current))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func newRivalWave(verdict rollout.WaveVerdict, fleet *inventory.Fleet, listed bool, shown int) rivalWave {
	wave := rivalWave{
		Number: int64(verdict.Number), Ready: verdict.Ready, Done: verdict.Ready, MayBegin: verdict.MayBegin,
		Summary: verdict.Summary, Reasons: append([]string{}, verdict.Reasons...), Counts: rivalCounts(verdict.Counts),
		BlockingElements: []rivalBlocker{},
	}
	for i, blocker := range verdict.Blocking {
		if i < shown {
			wave.BlockingElements = append(wave.BlockingElements, newRivalBlocker(blocker))
		}
	}
	if !listed {
		return wave
	}
	wave.ElementIDs, wave.Elements = verdict.ElementIDs, []rivalWaveElement{}
	for _, id := range verdict.ElementIDs {
		described := rivalWaveElement{ID: id}
		if joined := newRivalJoined(fleet, &imagestatus.Status{ElementID: &id}); joined != nil {
			element, _ := fleet.Element(id)
			described.Name, described.SiteName, described.PeerGroup = joined.Name, joined.SiteName, new(element.PeerGroup())
		}
		wave.Elements = append(wave.Elements, described)
	}
	return wave
}
