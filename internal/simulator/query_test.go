package simulator_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// matching lists the elements whose truth satisfies a condition, in order.
func matching(rows []imagestatus.Status, holds func(*imagestatus.Status) bool) []string {
	ids := []string{}
	for i := range rows {
		if holds(&rows[i]) {
			ids = append(ids, `"`+rows[i].Element()+`"`)
		}
	}
	return ids
}

func TestFilters(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 120, Scenario: "mixed"})
	c := signedIn(t, server, simulator.Unified)
	truth := server.Rows()
	first := truth[0].Element()
	percent := func(holds func(int64) bool) func(*imagestatus.Status) bool {
		return func(row *imagestatus.Status) bool { return row.DownloadPercent != nil && holds(*row.DownloadPercent) }
	}
	state := func(wanted ...imagestatus.State) func(*imagestatus.Status) bool {
		return func(row *imagestatus.Status) bool {
			return row.UpgradeState != nil && slices.Contains(wanted, row.State())
		}
	}
	for _, test := range []struct {
		name, params string
		holds        func(*imagestatus.Status) bool
	}{
		{"nothing", `{}`, func(*imagestatus.Status) bool { return true }},
		{"eq", `{"upgrade_state":{"eq":"failed"}}`, state("failed")},
		{"eq is exact", `{"upgrade_state":{"eq":"Failed"}}`, state()},
		{"eq null", `{"upgrade_state":{"eq":null}}`, func(row *imagestatus.Status) bool { return row.UpgradeState == nil }},
		{"neq lets null through", `{"upgrade_state":{"neq":"failed"}}`, func(row *imagestatus.Status) bool { return !state("failed")(row) }},
		{"in", `{"upgrade_state":{"in":["failed","init"]}}`, state("failed", "init")},
		{"in nothing", `{"upgrade_state":{"in":[]}}`, state()},
		{"in with a bare text", `{"element_id":{"in":"` + first + `"}}`, func(row *imagestatus.Status) bool { return row.Element() == first }},
		{"gt", `{"download_percent":{"gt":50}}`, percent(func(p int64) bool { return p > 50 })},
		{"gte", `{"download_percent":{"gte":100}}`, percent(func(p int64) bool { return p >= 100 })},
		{"lt", `{"download_percent":{"lt":50}}`, percent(func(p int64) bool { return p < 50 })},
		{"lte", `{"download_percent":{"lte":0}}`, percent(func(p int64) bool { return p <= 0 })},
		{"number as text", `{"download_percent":{"gt":"50"}}`, percent(func(p int64) bool { return p > 50 })},
		{"number for a text", `{"id":{"gt":0}}`, func(*imagestatus.Status) bool { return true }},
		{"two operators", `{"download_percent":{"gt":10,"lt":50}}`, percent(func(p int64) bool { return p > 10 && p < 50 })},
		{"re is unanchored", `{"upgrade_state":{"re":"load_s"}}`, state("download_scheduled")},
		{"two fields", `{"upgrade_state":{"re":"fail"},"active_version":{"re":"^6"}}`, func(row *imagestatus.Status) bool {
			return row.Phase() == imagestatus.PhaseFailed && row.ActiveVersion != nil && (*row.ActiveVersion)[0] == '6'
		}},
		{"or", `{"or":{"upgrade_state":{"eq":"done"},"download_percent":{"lt":5}}}`, func(row *imagestatus.Status) bool {
			return state("done")(row) || percent(func(p int64) bool { return p < 5 })(row)
		}},
		{"or of one", `{"or":{"upgrade_state":{"re":"done"}}}`, state("done")},
		{"and", `{"and":{"upgrade_state":{"re":"down"},"download_percent":{"lt":50}}}`, func(row *imagestatus.Status) bool {
			return strings.Contains(string(row.State()), "down") && percent(func(p int64) bool { return p < 50 })(row)
		}},
		{"or beside a field", `{"download_percent":{"lt":50},"or":{"upgrade_state":{"eq":"downloading"},"active_version":{"eq":null}}}`, func(row *imagestatus.Status) bool {
			return percent(func(p int64) bool { return p < 50 })(row) && (state("downloading")(row) || row.ActiveVersion == nil)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := c.rows(`{"limit":500,"sort_params":{"element_id":"asc"},"query_params":` + test.params + `}`)
			if diff := cmp.Diff(matching(truth, test.holds), got.values("element_id")); diff != "" {
				t.Errorf("elements (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilterAndItsOppositeShareTheFleet(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 90, Scenario: "mixed"})
	c := signedIn(t, server, simulator.Unified)
	rapid.Check(t, func(rt *rapid.T) {
		field := rapid.SampledFrom(imagestatus.FieldNames()).Draw(rt, "field")
		values := c.rows(`{"limit":500}`).values(field)
		value := rapid.SampledFrom(values).Draw(rt, "value")
		total := func(operator string) int {
			return len(c.rows(`{"limit":500,"query_params":{"` + field + `":{"` + operator + `":` + value + `}}}`).Items)
		}
		if with, without := total("eq"), total("neq"); with+without != len(values) || with == 0 {
			rt.Errorf("%s eq %s finds %d, neq %d, of %d", field, value, with, without, len(values))
		}
	})
}

func TestBodiesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body, code string
		switches         simulator.Switches
	}{
		{"no body", ``, "INPUT_JSON_EMPTY", simulator.Switches{}},
		{"no JSON", `{"limit":`, "INVALID_JSON", simulator.Switches{}},
		{"a list", `[]`, "INVALID_JSON_INPUT", simulator.Switches{}},
		{"null", `null`, "INVALID_JSON_INPUT", simulator.Switches{}},
		{"a word for a limit", `{"limit":"ten"}`, "INVALID_LIMIT_NUMBER", simulator.Switches{}},
		{"a negative limit", `{"limit":-1}`, "INVALID_LIMIT_NUMBER", simulator.Switches{}},
		{"a negative page", `{"dest_page":-1}`, "INVALID_INPUT", simulator.Switches{}},
		{"a limit above the maximum", `{"limit":101}`, "INVALID_LIMIT_NUMBER", simulator.Switches{MaxLimit: 100, LimitMode: simulator.LimitRefuse}},
		{"an unknown key", `{"limits":1}`, "INVALID_JSON_EXTRA_ATTRIBUTE", simulator.Switches{UnknownKeys: simulator.UnknownRefused}},
		{"an unknown field", `{"query_params":{"site_id":{"eq":"1"}}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"an unknown operator", `{"query_params":{"id":{"nin":["1"]}}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"a bare value", `{"query_params":{"id":"1"}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"a list under or", `{"query_params":{"or":[{"id":{"eq":"1"}}]}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"a bad expression", `{"query_params":{"id":{"re":"("}}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"a word for a number", `{"query_params":{"download_percent":{"gt":"half"}}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"true for a text", `{"query_params":{"id":{"eq":true}}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"an unknown sort field", `{"sort_params":{"name":"asc"}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"an unknown direction", `{"sort_params":{"id":"up"}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"a newer field on an older controller", `{"sort_params":{"_etag":"asc"}}`, "BAD_QUERY_REQUEST", simulator.Switches{OmitNewerFields: true}},
		{"a text for getDeleted", `{"getDeleted":"yes"}`, "INVALID_JSON_INPUT", simulator.Switches{}},
		{"a list for next_query", `{"next_query":[]}`, "INVALID_JSON_INPUT", simulator.Switches{}},
		{"a text for retrieved_fields", `{"retrieved_fields":"id"}`, "INVALID_JSON_INPUT", simulator.Switches{}},
		{"an unknown aggregate", `{"aggregate":{"field":"id","operator":"median"}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"an aggregate of no field", `{"aggregate":{"operator":"sum"}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"a sum of texts", `{"aggregate":{"field":"id","operator":"sum"}}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"an unknown group", `{"group_by":["phase"]}`, "BAD_QUERY_REQUEST", simulator.Switches{}},
		{"an aggregate that is refused", `{"group_by":["upgrade_state"]}`, "BAD_QUERY_REQUEST", simulator.Switches{Aggregate: simulator.AggregateRefused}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{Elements: 3, Switches: test.switches})
			answer := signedIn(t, server, simulator.Unified).query(test.body)
			if answer.status != http.StatusBadRequest || answer.code() != test.code {
				t.Errorf("got %d %s, want 400 %s", answer.status, answer.body, test.code)
			}
			if answer.object()["_request_id"] == nil {
				t.Errorf("%s has no _request_id", answer.body)
			}
		})
	}
}

func TestAllDocumentedKeysAreTaken(t *testing.T) {
	t.Parallel()
	const all = `{"_etag":1,"aggregate":null,"dest_page":1,"getDeleted":false,"group_by":[],"id":"7","isReadPreferenceSecondary":false,
		"last_query_ts":0,"limit":25,"next_query":{},"query_params":{},"retrieved_fields":[],"retrieved_fields_mask":false,
		"sort_case_insensitive":true,"sort_params":{"element_id":"asc"},"total_count":3}`
	server := start(t, simulator.Options{Elements: 3, Switches: simulator.Switches{UnknownKeys: simulator.UnknownRefused}})
	c := signedIn(t, server, simulator.Legacy)
	if got := c.rows(all); len(got.Items) != 3 {
		t.Errorf("got %d rows, want 3", len(got.Items))
	}
	var keys map[string]any
	if err := json.Unmarshal([]byte(all), &keys); err != nil {
		t.Fatal(err)
	}
	for key := range keys {
		if got := c.rows(`{"` + key + `":null}`); len(got.Items) != 3 {
			t.Errorf("%s as null: got %d rows, want 3", key, len(got.Items))
		}
	}
}

func TestSwitchesOfTheQueryLanguage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		switches   simulator.Switches
		rows       int
	}{
		{"unknown keys are ignored by default", `{"legacy":true}`, simulator.Switches{}, 40},
		{"an unknown field matches nothing", `{"query_params":{"site_id":{"eq":"1"}}}`, simulator.Switches{UnknownQuery: simulator.UnknownNoMatch}, 0},
		{"an unknown operator matches nothing", `{"query_params":{"id":{"like":"1"}}}`, simulator.Switches{UnknownQuery: simulator.UnknownNoMatch}, 0},
		{"an unknown sort field is passed over", `{"sort_params":{"name":"asc"}}`, simulator.Switches{UnknownQuery: simulator.UnknownNoMatch}, 40},
		{"filters are ignored", `{"query_params":{"id":{"eq":"1"}}}`, simulator.Switches{IgnoreFilters: true}, 40},
		{"eq without case", `{"query_params":{"upgrade_state":{"eq":"FAILED"}}}`, simulator.Switches{CaseInsensitive: true}, 1},
		{"in without case", `{"query_params":{"upgrade_state":{"in":["FAILED","Init"]}}}`, simulator.Switches{CaseInsensitive: true}, 3},
		{"re without case", `{"query_params":{"upgrade_state":{"re":"^FAIL"}}}`, simulator.Switches{CaseInsensitive: true}, 1},
		{"never upgraded without rows", `{}`, simulator.Switches{NeverUpgradedRows: simulator.RowsAbsent}, 39},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{Elements: 40, Scenario: "mixed", Switches: test.switches})
			got := signedIn(t, server, simulator.Unified).rows(test.body)
			if len(got.Items) != test.rows {
				t.Errorf("got %d rows, want %d", len(got.Items), test.rows)
			}
		})
	}
}
