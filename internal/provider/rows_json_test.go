package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// some are items with these attributes alone.
func some(items []any, attributes ...string) []any {
	kept := make([]any, len(items))
	for i, item := range items {
		row := make(map[string]any, len(attributes))
		for _, attribute := range attributes {
			row[attribute] = object(item)[attribute]
		}
		kept[i] = row
	}
	return kept
}

// rowsOf reads what items_json holds, with numbers as they are written.
func rowsOf(t *testing.T, text any) []any {
	t.Helper()
	written, isText := text.(string)
	if !isText {
		t.Fatalf("items_json is %v, want a text", text)
	}
	decoder := json.NewDecoder(strings.NewReader(written))
	decoder.UseNumber()
	var rows []any
	if err := decoder.Decode(&rows); err != nil || decoder.More() {
		t.Fatalf("items_json is no JSON array: %v: %.200s", err, written)
	}
	return rows
}

// checkText compares items_json with the wanted items, and what else depends on
// fields.
func checkText(t *testing.T, got map[string]any, want []any) {
	t.Helper()
	expect(t, got, map[string]any{"items": nil, "returned_count": number64(int64(len(want)))})
	if difference := cmp.Diff(want, rowsOf(t, got["items_json"])); difference != "" {
		t.Errorf("items_json (-want +got):\n%.2000s", difference)
	}
}

func allAttributes() []string { return columnNames(columns) }

func TestFieldsReturnTheRowsOfItemsAsText(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 90, Seed: 5, Scenario: "mixed", Switches: simulator.Switches{DefaultOrder: simulator.OrderShuffled}})
	for name, config := range map[string]map[string]any{
		"the fleet":     {},
		"an order":      {"sort_by": map[string]any{"field": "active_version", "direction": "desc"}},
		"a limit":       {"limit": 7, "sort_by": map[string]any{"field": "_updated_on_utc"}},
		"a page":        {"limit": 7, "dest_page": 2},
		"a phase":       {"filters": []map[string]any{filter("phase", "", "failed", "aborted")}},
		"a description": {"where": map[string]any{"roles": []string{inventory.RoleHub}}},
		"elements":      {"with_elements": true},
		"no row":        {"element_ids": []string{}},
		"some fields":   {"request": map[string]any{"retrieved_fields": imagestatus.FieldNames()}},
	} {
		for _, form := range forms {
			t.Run(name+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				p := newProtocol(t, variables(server, form, "PRISMASDWAN_PAGE_SIZE=20")...)
				typed := p.read(statusesType, config).must(t)
				if typed["items_json"] != nil {
					t.Errorf("items_json without fields is %.100v, want null", typed["items_json"])
				}
				for _, attributes := range [][]string{{"phase", "element_id"}, {"updated_at", "etag", "failure_info", "active_version"}, allAttributes()} {
					if _, joined := config["with_elements"]; joined {
						attributes = append(slices.Clip(attributes), nameElement)
					}
					configured := map[string]any{"fields": attributes}
					maps.Copy(configured, config)
					got := p.read(statusesType, configured).must(t)
					checkText(t, got, some(list(typed["items"]), attributes...))
					for _, same := range []string{"matched_count", "returned_count", "truncated", "response"} {
						expect(t, got, map[string]any{same: typed[same]})
					}
				}
			})
		}
	}
}

func TestTextOfRowsIsStableAndExact(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 2, Seed: 1, Scenario: "steady"})
	elements := server.ElementIDs()
	for i, edit := range []func(*imagestatus.Status){
		func(row *imagestatus.Status) {
			row.FailureInfo, row.Etag, row.UpgradeState = new("disk <full> & \"broken\"\n\té\U0001F4A5"), new(int64(math.MaxInt64)), new("failed")
			row.UpdatedOnUTC = new(int64(17742016870010945))
		},
		func(row *imagestatus.Status) {
			row.FailureInfo, row.Etag, row.UpgradeState, row.UpdatedOnUTC = nil, new(int64(0)), nil, nil
		},
	} {
		if err := server.Update(elements[i], edit); err != nil {
			t.Fatal(err)
		}
	}
	want := fmt.Sprintf(`[{"element_id":%q,"failure_info":"disk \u003cfull\u003e \u0026 \"broken\"\n\té💥","etag":9223372036854775807,"phase":"failed","updated_at":"2026-03-22T17:48:07Z"},`+
		`{"element_id":%q,"failure_info":null,"etag":0,"phase":"idle","updated_at":null}]`, elements[0], elements[1])
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for _, fields := range [][]string{
		{"element_id", "failure_info", "etag", "phase", "updated_at"},
		{"updated_at", "phase", "etag", "failure_info", "element_id", "phase"},
	} {
		if got := p.read(statusesType, map[string]any{"fields": fields}).must(t)["items_json"]; got != want {
			t.Errorf("fields %v: got\n%v\nwant\n%v", fields, got, want)
		}
	}
}

func TestTextOfAnyValueIsReadBackAsTheValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, number := rapid.String().Draw(t, "text"), rapid.Int64().Draw(t, "number")
		list := rapid.SliceOf(rapid.String()).Draw(t, "list")
		kind := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
			"text": tftypes.String, "number": tftypes.Number, "truth": tftypes.Bool, "list": textsType, "null": tftypes.String,
		}}
		written, err := appendValue(nil, tftypes.NewValue(kind, map[string]tftypes.Value{
			"text": tftypes.NewValue(tftypes.String, text), "number": tftypes.NewValue(tftypes.Number, number),
			"truth": tftypes.NewValue(tftypes.Bool, true), "list": textsValue(list), "null": tftypes.NewValue(tftypes.String, nil),
		}))
		if err != nil {
			t.Fatal(err)
		}
		type object struct {
			List   []string `json:"list"`
			Null   *string  `json:"null"`
			Number int64    `json:"number"`
			Text   string   `json:"text"`
			Truth  bool     `json:"truth"`
		}
		want := object{List: list, Number: number, Text: text, Truth: true}
		if again, err := json.Marshal(want); err != nil || !bytes.Equal(again, written) {
			t.Fatalf("got %s, want %s (%v)", written, again, err)
		}
	})
}

func TestFieldsThatCannotBeHadAreErrors(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	request := func(retrieved ...string) map[string]any { return map[string]any{"retrieved_fields": retrieved} }
	for name, test := range map[string]struct {
		config map[string]any
		want   string
	}{
		"a misspelt attribute": {map[string]any{"fields": []string{"id", "activ_version"}}, "Error: Invalid argument [fields[1]]\n" +
			"fields[1] is \"activ_version\". No such attribute of a row. Did you mean `active_version`? Use `id`, `element_id`, "},
		"a field of the wire": {map[string]any{"fields": []string{"_updated_on_utc"}}, "Error: Invalid argument [fields[0]]\n" +
			"fields[0] is \"_updated_on_utc\". No such attribute of a row. Use `id`, `element_id`, "},
		"an empty name": {map[string]any{"fields": []string{""}}, "Error: Invalid argument [fields[0]]\n" +
			"fields[0] is \"\". No such attribute of a row. Use `id`, `element_id`, "},
		"no attribute": {map[string]any{"fields": []string{}}, "Error: Invalid argument [fields]\n" +
			"fields is []. An empty list is not the same as no list. Write at least one entry, or leave the argument out (null)."},
		"an attribute that is not retrieved": {map[string]any{"fields": []string{"id", "phase"}, "request": request("id")}, "Error: Invalid argument [fields[1]]\n" +
			"fields[1] is \"phase\". It comes from `upgrade_state`, which is not retrieved, so it would be null in every row. " +
			"Add `upgrade_state` to `request.retrieved_fields`, or leave out `request`: whole rows are read by default."},
		"an attribute behind a mask": {map[string]any{"fields": []string{"element_id"}, "request": map[string]any{
			"retrieved_fields": []string{"element_id"}, "retrieved_fields_mask": true,
		}}, "Error: Invalid argument [fields[0]]\nfields[0] is \"element_id\". With `request.retrieved_fields_mask` no attribute but `id` can be trusted, so it would be null in every row. " +
			"Leave out the mask, or the attribute."},
		"an element without elements": {map[string]any{"fields": []string{"element"}}, "Error: Invalid argument [fields[0]]\n" +
			"fields[0] is \"element\". The lists of elements and sites are not read, so it would be null in every row. Set `with_elements` to `true`."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := onlyError(t, p.in(t).validate(statusesType, test.config))
			if !strings.HasPrefix(got, test.want) || strings.HasSuffix(test.want, ".") && got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
	for _, config := range []map[string]any{
		{"fields": []any{unknown, "nonsense"}},
		{"fields": []string{"phase"}, "request": map[string]any{"retrieved_fields": unknown}},
		{"fields": []string{"phase"}, "request": request("upgrade_state")},
		{"fields": []string{"element"}, "with_elements": unknown},
	} {
		if diagnostics := p.validate(statusesType, config); len(diagnostics) > 0 {
			t.Errorf("%v:\n%s", config, render(diagnostics))
		}
	}
}

func TestListsAreReadOnlyForFieldsThatNeedThem(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3, Seed: 1})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for _, test := range []struct {
		fields []string
		want   int
	}{{[]string{"id"}, 0}, {[]string{"id", "element"}, 1}} {
		server.ResetRequests()
		p.read(statusesType, map[string]any{"with_elements": true, "fields": test.fields}).must(t)
		for _, kind := range []simulator.RequestKind{simulator.RequestElements, simulator.RequestSites} {
			if got := server.Count(kind); got < test.want || test.want == 0 && got > 0 {
				t.Errorf("fields %v: %d requests of %v, want %d", test.fields, got, kind, test.want)
			}
		}
	}
}

func TestAccTextOfRowsIsDecodedByTerraform(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 120, Seed: 5, Scenario: "mixed"})
	want := make(map[string]knownvalue.Check)
	for _, row := range where(server.Rows(), func(row imagestatus.Status) bool { return row.Phase() == imagestatus.PhaseFailed }) {
		if row.ActiveVersion != nil {
			want[row.Element()] = knownvalue.StringExact(*row.ActiveVersion)
		} else {
			want[row.Element()] = knownvalue.Null()
		}
	}
	if len(want) < 5 {
		t.Fatalf("%d elements have failed, want some", len(want))
	}
	config := `
		data "prismasdwan_element_image_statuses" "fleet" {
			fields = ["element_id", "active_version", "phase"]
		}
		output "failed" {
			value = {
				for row in jsondecode(data.prismasdwan_element_image_statuses.fleet.items_json) :
				row.element_id => row.active_version if row.phase == "failed"
			}
		}`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified, "PRISMASDWAN_PAGE_SIZE=50"),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("failed", knownvalue.MapExact(want)),
				statecheck.ExpectKnownValue(statusesAddress, tfjsonpath.New("items"), knownvalue.Null()),
				statecheck.ExpectKnownValue(statusesAddress, tfjsonpath.New("returned_count"), knownvalue.Int64Exact(120)),
			}},
			{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
}
