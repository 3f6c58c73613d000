package provider

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const (
	rivalSuffix = "_rival"
	statusType  = typeName + "_element_image_status"
)

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
				{nameStatuses, nil},
				{nameStatuses, map[string]any{"limit": 7}},
				{nameStatuses, map[string]any{"with_elements": true}},
				{nameStatuses, map[string]any{"request": map[string]any{"retrieved_fields": []string{"element_id", "upgrade_state"}}}},
				{nameStatuses, map[string]any{"filters": []any{map[string]any{"field": "active_version", "operator": "eq", "values": []string{"9.9.9-b9"}}}}},
				{statusType, map[string]any{"element_id": server.Rows()[0].Element()}},
				{statusType, map[string]any{"element_id": server.Rows()[59].Element()}},
				{elementsType, nil},
				{elementsType, map[string]any{"ids_only": true}},
				{elementsType, map[string]any{"where": map[string]any{"roles": []string{"HUB"}}}},
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

// rivalProvider has a rival for each data source that writes its rows past the
// framework: one as the framework's tutorials have it written, with rows in
// structs and State.Set. Its name ends in rivalSuffix.
type rivalProvider struct{ provider.Provider }

func (p rivalProvider) DataSources(ctx context.Context) []func() datasource.DataSource {
	return append(p.Provider.DataSources(ctx),
		func() datasource.DataSource { return &rivalDataSource{} },
		func() datasource.DataSource { return &rivalStatusDataSource{} },
		func() datasource.DataSource { return &rivalElementsDataSource{} },
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
	resp.TypeName = nameStatuses + rivalSuffix
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
	for i := range rows.rows {
		model.Items[i].rivalStatus = newRivalStatus(&rows.rows[i])
		model.Items[i].hide(query)
		if asked.WithElements.ValueBool() {
			model.Items[i].Element = newRivalJoined(fleet, &rows.rows[i])
		}
	}
	model.MatchedCount = types.Int64PointerValue(summary.Matched)
	model.ReturnedCount = types.Int64Value(int64(len(model.Items)))
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
	resp.TypeName = statusType + rivalSuffix
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
