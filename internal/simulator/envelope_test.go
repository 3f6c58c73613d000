package simulator_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// recordedKeys are the keys of the envelopes that were recorded.
var recordedKeys = []string{
	"_content_length", "_created_on_utc", "_etag", "_request_id", "_schema", "_status_code", "_updated_on_utc",
	"count", "deleted_count", "items", "next_query", "total_count",
}

// itemKeys are the documented fields and the underscore keys that were
// recorded.
var itemKeys = []string{
	"_created_on_utc", "_debug", "_error", "_etag", "_info", "_schema", "_updated_on_utc", "_warning",
	"active_image_id", "active_version", "download_interval", "download_percent", "element_id", "failure_info", "id",
	"previous_image_id", "rollback_version", "scheduled_download", "scheduled_upgrade", "software_version_change_time",
	"upgrade_image_id", "upgrade_interval", "upgrade_state",
}

func TestEnvelopeHasTheRecordedShape(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 5})
	for form, extra := range map[simulator.Form][]string{simulator.Unified: nil, simulator.Legacy: {"tenant_id"}} {
		answer := signedIn(t, server, form).query(`{"limit":2}`)
		object := answer.object()
		if diff := cmp.Diff(slices.Sorted(slices.Values(slices.Concat(recordedKeys, extra))), slices.Sorted(maps.Keys(object))); diff != "" {
			t.Errorf("%s: keys (-want +got):\n%s", form, diff)
		}
		if object["_status_code"] != "200" || object["_content_length"] != "0" || object["_etag"] != json.Number("0") {
			t.Errorf("%s: envelope %v", form, object)
		}
		if id, _ := object["_request_id"].(string); !regexp.MustCompile(`^\d{38,42}$`).MatchString(id) {
			t.Errorf("%s: _request_id %q", form, id)
		}
		if got := answer.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
			t.Errorf("%s: Content-Type %q", form, got)
		}
	}
}

func TestItemsHaveEveryKeyAndTrueIdentifiers(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 76, Scenario: "mixed"})
	identifier := regexp.MustCompile(`^"\d{16}945"$`)
	seen := make(map[string]bool)
	for _, item := range signedIn(t, server, simulator.Unified).rows(`{}`).Items {
		if diff := cmp.Diff(itemKeys, slices.Sorted(maps.Keys(item))); diff != "" {
			t.Fatalf("keys (-want +got):\n%s", diff)
		}
		id, element := string(item["id"]), string(item["element_id"])
		if !identifier.MatchString(id) || !identifier.MatchString(element) || id == element || seen[id] || seen[element] {
			t.Errorf("identifiers %s and %s are not two new texts of 19 digits", id, element)
		}
		seen[id], seen[element] = true, true
		for _, key := range []string{"_created_on_utc", "_updated_on_utc"} {
			number, err := strconv.ParseInt(string(item[key]), 10, 64)
			if _, good := imagestatus.StampTime(number); err != nil || !good {
				t.Errorf("%s is %s, want 17 digits", key, item[key])
			}
		}
	}
}

func TestNextQueryEchoesTheQuery(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 12, Switches: simulator.Switches{MaxLimit: 5}})
	c := signedIn(t, server, simulator.Unified)
	for body, want := range map[string]string{
		`{}`: `{"getDeleted":{"eq":false},"limit":{"eq":100},"sort_case_insensitive":{"eq":false},"sort_params":{},"total_count":{"eq":12}}`,
		`{"limit":7,"dest_page":2,"getDeleted":true,"sort_params":{"id":"desc","element_id":"asc"},"query_params":{"id":{"neq":"1"}}}`: `{"getDeleted":{"eq":true},
			"limit":{"eq":7},"sort_case_insensitive":{"eq":false},"sort_params":{"id":"desc","element_id":"asc"},"id":{"neq":"1"},"total_count":{"eq":12}}`,
		`{"query_params":{"id":{"eq":"1"}}}`: `{"getDeleted":{"eq":false},"limit":{"eq":100},"sort_case_insensitive":{"eq":false},"sort_params":{},"id":{"eq":"1"}}`,
	} {
		got, err := json.Marshal(c.query(body).object()["next_query"])
		if err != nil {
			t.Fatal(err)
		}
		var wanted any
		decode(t, json.RawMessage(want), &wanted)
		var had any
		decode(t, got, &had)
		if diff := cmp.Diff(wanted, had); diff != "" {
			t.Errorf("%s: next_query (-want +got):\n%s", body, diff)
		}
	}
}

func TestSwitchesOfTheEnvelope(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		switches simulator.Switches
		check    func(t *testing.T, object map[string]any, item map[string]any)
	}{
		{"nulls absent", simulator.Switches{NullsAbsent: true}, func(t *testing.T, _, item map[string]any) {
			if _, present := item["failure_info"]; present || item["active_version"] == nil || len(item) >= len(itemKeys) {
				t.Errorf("item %v", item)
			}
		}},
		{"newer fields omitted", simulator.Switches{OmitNewerFields: true}, func(t *testing.T, _, item map[string]any) {
			if _, present := item["_etag"]; present || len(item) != len(itemKeys)-2 {
				t.Errorf("item %v", item)
			}
		}},
		{"total_count absent", simulator.Switches{TotalCountAbsent: true}, func(t *testing.T, object, _ map[string]any) {
			echo, _ := object["next_query"].(map[string]any)
			if object["total_count"] != nil || echo["total_count"] != nil || object["count"] != json.Number("5") {
				t.Errorf("envelope %v", object)
			}
		}},
		{"next_query absent", simulator.Switches{NextQueryAbsent: true}, func(t *testing.T, object, _ map[string]any) {
			if _, present := object["next_query"]; present {
				t.Errorf("envelope %v", object)
			}
		}},
		{"documented keys", simulator.Switches{EnvelopeID: true}, func(t *testing.T, object, _ map[string]any) {
			if object["id"] == nil || object["description"] == nil || object["deleted_ids"] == nil {
				t.Errorf("envelope %v", object)
			}
		}},
		{"numbers as text", simulator.Switches{NumbersAsText: true}, func(t *testing.T, object, item map[string]any) {
			if object["count"] != "5" || object["total_count"] != "5" || item["download_percent"] != "100" || item["_schema"] != "1" {
				t.Errorf("envelope %v", object)
			}
		}},
		{"numbers with a point", simulator.Switches{NumbersWithPoint: true}, func(t *testing.T, object, item map[string]any) {
			if object["count"] != json.Number("5.0") || object["total_count"] != json.Number("5.0") || item["download_percent"] != json.Number("100.0") {
				t.Errorf("envelope %v", object)
			}
		}},
		{"change time as stamp", simulator.Switches{ChangeTimeAsStamp: true}, func(t *testing.T, _, item map[string]any) {
			if number, _ := item["software_version_change_time"].(json.Number); len(number.String()) != 17 {
				t.Errorf("item %v", item)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{Elements: 5, Switches: test.switches})
			object := signedIn(t, server, simulator.Unified).query(`{}`).object()
			items, _ := object["items"].([]any)
			first, _ := items[0].(map[string]any)
			test.check(t, object, first)
		})
	}
}

func TestProjectionPutsPlaceholders(t *testing.T) {
	t.Parallel()
	for position, want := range map[simulator.PlaceholderMode][]string{
		"":                              {`"active"`, `""`, `""`, `0`},
		simulator.PlaceholderFabricated: {`"active"`, `"1"`, `"pending"`, `0`},
		simulator.PlaceholderNulls:      {`"active"`, `null`, `null`, `null`},
		simulator.PlaceholderOff:        {`"active"`, `"element"`, `"done"`, `100`},
	} {
		t.Run("position_"+string(position), func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{Switches: simulator.Switches{ProjectionPlaceholders: position}})
			text := func(text string) *string { return &text }
			percent := int64(100)
			server.AddRow(imagestatus.Status{
				ID: text("7"), ElementID: text("element"), ActiveVersion: text("active"), UpgradeState: text("done"), DownloadPercent: &percent,
			})
			got := signedIn(t, server, simulator.Unified).rows(`{"retrieved_fields":["active_version"],"query_params":{"upgrade_state":{"eq":"done"}}}`)
			item := got.Items[0]
			have := []string{string(item["active_version"]), string(item["element_id"]), string(item["upgrade_state"]), string(item["download_percent"])}
			if diff := cmp.Diff(want, have); diff != "" || string(item["id"]) != `"7"` {
				t.Errorf("item %s (-want +got):\n%s", item, diff)
			}
		})
	}
}

func TestShuffledOrderChangesBetweenRequests(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 50, Switches: simulator.Switches{DefaultOrder: simulator.OrderShuffled}})
	c := signedIn(t, server, simulator.Unified)
	first, second := c.rows(`{}`).values("id"), c.rows(`{}`).values("id")
	if slices.Equal(first, second) {
		t.Error("two requests got the rows in the same order")
	}
	slices.Sort(first)
	slices.Sort(second)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("two requests got different rows:\n%s", diff)
	}
}

func TestDeletedRowsAreListedWhenAskedFor(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 5, Switches: simulator.Switches{EnvelopeID: true}})
	c := signedIn(t, server, simulator.Unified)
	gone := server.Rows()[2]
	if err := server.Remove(gone.Element()); err != nil {
		t.Fatal(err)
	}
	object := c.query(`{"getDeleted":true}`).object()
	if diff := cmp.Diff(any([]any{*gone.ID}), object["deleted_ids"]); diff != "" || object["deleted_count"] != json.Number("1") {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	later := strconv.FormatInt(server.Now().UnixNano()/100, 10)
	for _, body := range []string{`{}`, `{"getDeleted":true,"last_query_ts":` + later + `}`} {
		if object := c.query(body).object(); object["deleted_count"] != json.Number("0") {
			t.Errorf("%s: deleted_count is %v, want 0", body, object["deleted_count"])
		}
	}
}

func TestTextsAreEscaped(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 1})
	const info = "a \"quoted\" line\nwith a \\, a \x00 and an é"
	if err := server.Fail(server.ElementIDs()[0], info); err != nil {
		t.Fatal(err)
	}
	got := signedIn(t, server, simulator.Unified).everything("10")
	if len(got) != 1 || got[0].FailureInfo == nil || *got[0].FailureInfo != info {
		t.Errorf("failure_info did not survive: %v", got)
	}
}

func TestUnknownPathsAreNotFound(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{})
	for _, path := range []string{"/", "/sdwan/v9.9/api/software/current_status/query", strings.TrimSuffix(queryPaths[simulator.Unified], "/query")} {
		if answer := signedIn(t, server, simulator.Unified).do("POST", path, `{}`); answer.status != 404 {
			t.Errorf("%s: got %d, want 404", path, answer.status)
		}
	}
}
