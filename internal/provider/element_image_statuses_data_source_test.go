package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const statusesAddress = "data.prismasdwan_element_image_statuses.fleet"

// wantItem is a row as the documentation promises it. It is written out here
// by hand, so that the provider's own table is held against something.
func wantItem(row imagestatus.Status) map[string]any {
	return map[string]any{
		"id":                           orNull(row.ID),
		"element_id":                   orNull(row.ElementID),
		"active_image_id":              orNull(row.ActiveImageID),
		"active_version":               orNull(row.ActiveVersion),
		"previous_image_id":            orNull(row.PreviousImageID),
		"rollback_version":             orNull(row.RollbackVersion),
		"upgrade_image_id":             orNull(row.UpgradeImageID),
		"upgrade_state":                orNull(row.UpgradeState),
		"download_percent":             numberOrNull(row.DownloadPercent),
		"download_interval":            numberOrNull(row.DownloadInterval),
		"upgrade_interval":             numberOrNull(row.UpgradeInterval),
		"scheduled_download":           orNull(row.ScheduledDownload),
		"scheduled_upgrade":            orNull(row.ScheduledUpgrade),
		"failure_info":                 orNull(row.FailureInfo),
		"software_version_change_time": numberOrNull(row.SoftwareVersionChangeTime),
		"etag":                         numberOrNull(row.Etag),
		"phase":                        string(row.Phase()),
		"created_at":                   momentOrNull(row.CreatedOnUTC),
		"updated_at":                   momentOrNull(row.UpdatedOnUTC),
	}
}

func orNull(text *string) any {
	if text == nil {
		return nil
	}
	return *text
}

func numberOrNull(number *int64) any {
	if number == nil {
		return nil
	}
	return number64(*number)
}

// momentOrNull reads the first ten of 17 digits as seconds.
func momentOrNull(stamp *int64) any {
	if stamp == nil {
		return nil
	}
	seconds, err := strconv.ParseInt(strconv.FormatInt(*stamp, 10)[:10], 10, 64)
	if err != nil {
		return nil
	}
	return time.Unix(seconds, 0).UTC().Format("2006-01-02T15:04:05Z")
}

// wantItems are rows among others, whose elements were not asked for.
func wantItems(rows []imagestatus.Status) []any {
	items := make([]any, len(rows))
	for i, row := range rows {
		item := wantItem(row)
		item["element"] = nil
		items[i] = item
	}
	return items
}

// where keeps the rows for which a condition holds.
func where(rows []imagestatus.Status, holds func(imagestatus.Status) bool) []imagestatus.Status {
	return slices.DeleteFunc(slices.Clone(rows), func(row imagestatus.Status) bool { return !holds(row) })
}

// equals is a check that a value in state is the wanted one, in full.
func equals(want any) knownvalue.Check { return exactly{want} }

type exactly struct{ want any }

// CheckValue compares.
func (e exactly) CheckValue(got any) error {
	if difference := cmp.Diff(e.want, got); difference != "" {
		return fmt.Errorf("(-want +got):\n%.4000s", difference)
	}
	return nil
}

// String names the value.
func (e exactly) String() string { return fmt.Sprintf("%.200v", e.want) }

func TestAccWholeFleetArrivesOncePerRowThroughEitherForm(t *testing.T) {
	t.Parallel()
	const elements = 2345
	for _, form := range forms {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{
				Elements: elements, Seed: 7, Scenario: "mixed", Switches: simulator.Switches{MaxLimit: 200},
			})
			rows := server.Rows()
			if len(rows) != elements {
				t.Fatalf("the simulator has %d rows", len(rows))
			}
			count := knownvalue.Int64Exact(elements)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: connected(server, form),
				Steps: []resource.TestStep{{
					Config: `data "prismasdwan_element_image_statuses" "fleet" {}`,
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(statusesAddress, tfjsonpath.New("items"), equals(wantItems(rows))),
						statecheck.ExpectKnownValue(statusesAddress, tfjsonpath.New("matched_count"), count),
						statecheck.ExpectKnownValue(statusesAddress, tfjsonpath.New("returned_count"), count),
						statecheck.ExpectKnownValue(statusesAddress, tfjsonpath.New("truncated"), knownvalue.Bool(false)),
						statecheck.ExpectKnownValue(statusesAddress, tfjsonpath.New("response").AtMapKey("total_count"), count),
					},
				}},
			})
		})
	}
}

// The mixed fleet has each state, values that are missing and a state that
// nobody knows, so that the comparison above means something.
func TestMixedFleetHasNullsAndUnknownStates(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 120, Seed: 7, Scenario: "mixed"})
	nulls := make(map[string]bool)
	for _, row := range server.Rows() {
		for name, value := range wantItem(row) {
			nulls[name] = nulls[name] || value == nil
		}
	}
	for _, name := range []string{"active_image_id", "active_version", "upgrade_state", "download_percent", "failure_info", "scheduled_upgrade", "download_interval"} {
		if !nulls[name] {
			t.Errorf("no row has a null %s", name)
		}
	}
	unlisted := string(simulator.UnlistedState)
	read := newProtocol(t, variables(server, simulator.Unified)...).read(statusesType, everything).must(t)
	found := false
	for _, item := range list(read["items"]) {
		row := object(item)
		if row["upgrade_state"] == unlisted {
			found = true
			if row["phase"] != "unknown" {
				t.Errorf("the phase of %s is %v, want unknown", unlisted, row["phase"])
			}
		}
	}
	if !found {
		t.Errorf("no row kept the state %s as the controller spelt it", unlisted)
	}
}

func list(value any) []any {
	members, _ := value.([]any)
	return members
}

func object(value any) map[string]any {
	members, _ := value.(map[string]any)
	return members
}

// ids lists the element ids of items in order.
func ids(items any) []string {
	var elements []string
	for _, item := range list(items) {
		element, _ := object(item)["element_id"].(string)
		elements = append(elements, element)
	}
	return elements
}

func elementsOf(rows []imagestatus.Status) []string {
	var elements []string
	for _, row := range rows {
		elements = append(elements, row.Element())
	}
	return elements
}

func filter(field, operator string, values ...string) map[string]any {
	written := map[string]any{"field": field, "values": values}
	if operator != "" {
		written["operator"] = operator
	}
	return written
}

func has(text *string, want ...string) bool { return text != nil && slices.Contains(want, *text) }

func TestSelectionsGiveTheRowsTheyDescribe(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 120, Seed: 3, Scenario: "mixed"})
	rows := server.Rows()
	p := newProtocol(t, variables(server, simulator.Unified)...)
	type row = imagestatus.Status
	percent := func(holds func(int64) bool) func(row) bool {
		return func(r row) bool { return r.DownloadPercent != nil && holds(*r.DownloadPercent) }
	}
	filters := func(filters ...map[string]any) map[string]any { return map[string]any{"filters": filters} }
	query := func(text string) map[string]any { return map[string]any{"query_params": text} }
	some := elementsOf(rows[10:15])
	for _, test := range []struct {
		name   string
		config map[string]any
		holds  func(row) bool
	}{
		{"in by default", filters(filter("upgrade_state", "", "complete", "failed")), func(r row) bool { return has(r.UpgradeState, "complete", "failed") }},
		{"in", filters(filter("active_version", "in", "6.3.6-b9", "6.3.6-b12")), func(r row) bool { return has(r.ActiveVersion, "6.3.6-b9", "6.3.6-b12") }},
		{"eq", filters(filter("upgrade_state", "eq", "in-progress")), func(r row) bool { return has(r.UpgradeState, "in-progress") }},
		{"neq", filters(filter("upgrade_state", "neq", "complete")), func(r row) bool { return !has(r.UpgradeState, "complete") }},
		{"gt", filters(filter("download_percent", "gt", "30")), percent(func(n int64) bool { return n > 30 })},
		{"gte", filters(filter("download_percent", "gte", "100")), percent(func(n int64) bool { return n >= 100 })},
		{"lt", filters(filter("download_percent", "lt", "30")), percent(func(n int64) bool { return n < 30 })},
		{"lte", filters(filter("download_percent", "lte", "0")), percent(func(n int64) bool { return n <= 0 })},
		{"re", filters(filter("active_version", "re", `^6\.3\.\d+-b`)), func(r row) bool {
			return r.ActiveVersion != nil && strings.HasPrefix(*r.ActiveVersion, "6.3.") && !strings.Contains(*r.ActiveVersion, "pre")
		}},
		{"in of integers", filters(filter("download_percent", "in", "0", "100")), percent(func(n int64) bool { return n == 0 || n == 100 })},
		{"a 64-bit integer beyond what floats hold", filters(filter("_created_on_utc", "eq", strconv.FormatInt(*rows[0].CreatedOnUTC, 10))), func(r row) bool { return *r.CreatedOnUTC == *rows[0].CreatedOnUTC }},
		{"filters all hold", filters(filter("upgrade_state", "in", "complete", "done"), filter("active_version", "re", "^6")), func(r row) bool {
			return has(r.UpgradeState, "complete", "done") && r.ActiveVersion != nil && strings.HasPrefix(*r.ActiveVersion, "6")
		}},
		{"a range of one field", filters(filter("download_percent", "gt", "10"), filter("download_percent", "lt", "50")), percent(func(n int64) bool { return n > 10 && n < 50 })},
		{"elements by id", map[string]any{"element_ids": some}, func(r row) bool { return slices.Contains(some, r.Element()) }},
		{"elements by id and a filter", map[string]any{"element_ids": some, "filters": []map[string]any{filter("active_version", "neq", "6.3.6-b9")}}, func(r row) bool {
			return slices.Contains(some, r.Element()) && !has(r.ActiveVersion, "6.3.6-b9")
		}},
		{"an element that does not exist", map[string]any{"element_ids": []string{"1"}}, func(row) bool { return false }},
		{"query_params", query(`{"upgrade_state":{"eq":"failed"}}`), func(r row) bool { return has(r.UpgradeState, "failed") }},
		{"query_params with or", query(`{"or":{"upgrade_state":{"eq":"failed"},"download_percent":{"gte":100}}}`), func(r row) bool {
			return has(r.UpgradeState, "failed") || r.DownloadPercent != nil && *r.DownloadPercent >= 100
		}},
		{"query_params with and in or", query(`{"or":{"upgrade_state":{"in":["done"]},"and":{"active_version":{"re":"^6"},"upgrade_state":{"in":["complete"]}}}}`), func(r row) bool {
			return has(r.UpgradeState, "done") || has(r.UpgradeState, "complete") && r.ActiveVersion != nil && strings.HasPrefix(*r.ActiveVersion, "6")
		}},
		{"query_params beside a field", query(`{"element_id":{"in":["` + strings.Join(some, `","`) + `"]},"or":{"upgrade_state":{"neq":"x"},"id":{"eq":"1"}}}`), nil},
		{"query_params that ask for everything", query(`{}`), func(row) bool { return true }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.holds == nil {
				// A state that does not exist can only be a mistake.
				if failure := p.in(t).read(statusesType, test.config).failure(t); !strings.HasPrefix(failure, "Error: Invalid argument [query_params]\nquery_params is \"x\". At or.upgrade_state.neq: No such upgrade state. Use ") {
					t.Error(failure)
				}
				return
			}
			want := where(rows, test.holds)
			if len(want) == len(rows) && test.name != "query_params that ask for everything" {
				t.Fatal("the selection leaves nothing out, so the test would prove nothing")
			}
			expect(t, p.in(t).read(statusesType, test.config).must(t), map[string]any{
				"items": wantItems(want), "matched_count": number64(int64(len(want))), "truncated": false,
			})
		})
	}
}

func TestAccSelectionsWorkInTerraform(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 120, Seed: 3, Scenario: "mixed"})
	rows := where(server.Rows(), func(row imagestatus.Status) bool {
		return has(row.UpgradeState, "failed", "install_failed") && row.ActiveVersion != nil && *row.ActiveVersion != "6.3.6-b9"
	})
	if len(rows) == 0 {
		t.Fatal("no row matches, so the test would prove nothing")
	}
	config := func(selection string) string {
		return "data \"prismasdwan_element_image_statuses\" \"fleet\" {\n" + selection + "\n}"
	}
	items := []statecheck.StateCheck{statecheck.ExpectKnownValue(statusesAddress, tfjsonpath.New("items"), equals(wantItems(rows)))}
	unchanged := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: connected(server, simulator.Unified),
		Steps: []resource.TestStep{
			{
				Config: config(`
					filters = [
						{ field = "upgrade_state", values = ["failed", "install_failed"] },
						{ field = "active_version", operator = "neq", values = ["6.3.6-b9"] },
						{ field = "active_version", operator = "re", values = ["."] },
					]`),
				ConfigStateChecks: items,
			},
			{
				Config: config(`
					query_params = jsonencode({
						or  = { upgrade_state = { in = ["failed", "install_failed"] } }
						and = { active_version = { neq = "6.3.6-b9", re = "." } }
					})`),
				ConfigStateChecks: items,
				ConfigPlanChecks:  unchanged,
			},
		},
	})
}

func TestEmptySelectionsGiveNoRowsAndSendNoQuery(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 20})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	got := p.read(statusesType, map[string]any{"element_ids": []string{}}).must(t)
	expect(t, got, map[string]any{"items": []any{}, "matched_count": number64(0), "returned_count": number64(0), "truncated": false})
	if queries := server.Count(simulator.RequestQuery); queries != 0 {
		t.Errorf("%d queries were sent: a controller may take an empty list for no filter", queries)
	}
}

func TestSortingIsStableAmongEquals(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 120, Seed: 5, Scenario: "mixed", Switches: simulator.Switches{DefaultOrder: simulator.OrderShuffled}})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	// order compares by the field alone: null first, then as the kind orders.
	order := map[string]func(a, b imagestatus.Status) int{
		"upgrade_state":    func(a, b imagestatus.Status) int { return compareTexts(a.UpgradeState, b.UpgradeState) },
		"active_version":   func(a, b imagestatus.Status) int { return compareTexts(a.ActiveVersion, b.ActiveVersion) },
		"download_percent": func(a, b imagestatus.Status) int { return compareNumbers(a.DownloadPercent, b.DownloadPercent) },
		"_updated_on_utc":  func(a, b imagestatus.Status) int { return compareNumbers(a.UpdatedOnUTC, b.UpdatedOnUTC) },
		"element_id":       func(a, b imagestatus.Status) int { return strings.Compare(a.Element(), b.Element()) },
	}
	for field, compare := range order {
		for _, direction := range []string{"", "asc", "desc"} {
			for _, limit := range []int64{0, 17} {
				t.Run(fmt.Sprintf("%s %s %d", field, direction, limit), func(t *testing.T) {
					t.Parallel()
					sign := 1
					if direction == "desc" {
						sign = -1
					}
					// Rows come in the order of elements, which is that of ties.
					want := server.Rows()
					slices.SortStableFunc(want, func(a, b imagestatus.Status) int { return sign * compare(a, b) })
					sortBy := map[string]any{"field": field}
					if direction != "" {
						sortBy["direction"] = direction
					}
					config := map[string]any{"sort_by": sortBy}
					if limit > 0 {
						config["limit"] = limit
					}
					got := list(p.in(t).read(statusesType, config).must(t)["items"])
					if limit == 0 {
						if difference := cmp.Diff(wantItems(want), got); difference != "" {
							t.Errorf("(-want +got):\n%.3000s", difference)
						}
						return
					}
					// Which of equal rows make it into the limit is the
					// controller's choice; their values are not.
					attribute := strings.TrimPrefix(field, "_")
					if field == "_updated_on_utc" {
						attribute = "updated_at"
					}
					for i, item := range got {
						if difference := cmp.Diff(wantItem(want[i])[attribute], object(item)[attribute]); difference != "" {
							t.Errorf("item %d (-want +got):\n%s", i, difference)
						}
					}
					if int64(len(got)) != limit {
						t.Errorf("%d items, want %d", len(got), limit)
					}
				})
			}
		}
	}
}

func compareTexts(a, b *string) int {
	switch {
	case a == nil || b == nil:
		return presence(a != nil) - presence(b != nil)
	default:
		return strings.Compare(*a, *b)
	}
}

func compareNumbers(a, b *int64) int {
	switch {
	case a == nil || b == nil:
		return presence(a != nil) - presence(b != nil)
	case *a < *b:
		return -1
	case *a > *b:
		return 1
	default:
		return 0
	}
}

func presence(present bool) int {
	if present {
		return 1
	}
	return 0
}

func TestLimitAndPageTellWhatTheyLeaveOut(t *testing.T) {
	t.Parallel()
	options := simulator.Options{Elements: 25, Seed: 2}
	elements := elementsOf(startSimulator(t, options).Rows())
	for _, test := range []struct {
		name      string
		limit     int64
		page      int64
		want      []string
		truncated bool
	}{
		{"no limit", 0, 0, elements, false},
		{"a limit below the fleet", 10, 0, elements[:10], true},
		{"a limit of one", 1, 0, elements[:1], true},
		{"a limit of all", 25, 0, elements, false},
		{"a limit above the fleet", 26, 0, elements, false},
		{"the first page", 10, 1, elements[:10], true},
		{"the second page", 10, 2, elements[10:20], true},
		{"the last page", 10, 3, elements[20:], true},
		{"a page that holds all", 25, 1, elements, false},
		{"a page past the end", 10, 4, nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, options)
			p := newProtocol(t, variables(server, simulator.Unified)...)
			small := newProtocol(t, variables(server, simulator.Unified, "PRISMASDWAN_PAGE_SIZE=4")...)
			config := map[string]any{}
			if test.limit > 0 {
				config["limit"] = test.limit
			}
			if test.page > 0 {
				config["dest_page"] = test.page
			}
			for _, provider := range []*protocol{p, small} {
				server.ResetRequests()
				got := provider.read(statusesType, config).must(t)
				if difference := cmp.Diff(test.want, ids(got["items"])); difference != "" {
					t.Errorf("elements (-want +got):\n%s", difference)
				}
				expect(t, got, map[string]any{
					"truncated": test.truncated, "matched_count": number64(25), "returned_count": number64(int64(len(test.want))),
				})
				if queries := server.Count(simulator.RequestQuery); test.page > 0 && queries != 2 {
					t.Errorf("%d queries, want the page that was asked for, and one that confirms it", queries)
				}
			}
		})
	}
}

func TestPageThatCannotBeHadIsAnError(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 25, Switches: simulator.Switches{MaxLimit: 5}})
	want := "Error: Query refused by the controller\n" +
		"Could not read the image statuses: the controller returns at most 5 rows a page, so dest_page 1 of limit 10 cannot be read.\n\n" +
		"Change the query. A code below, if any, is the controller's own reason. Which queries the controller accepts beyond the documented filters is not published.\n\n" +
		"Endpoint: http://CONTROLLER"
	got := newProtocol(t, variables(server, simulator.Unified)...).read(statusesType, map[string]any{"limit": 10, "dest_page": 1}).failure(t)
	if difference := cmp.Diff(want, steady(got)); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
}

// bodies lists the bodies of the queries that reached the controller.
func bodies(t *testing.T, server *simulator.Server) []map[string]any {
	t.Helper()
	var decoded []map[string]any
	for _, request := range server.Requests() {
		if request.Kind != simulator.RequestQuery {
			continue
		}
		decoder := json.NewDecoder(strings.NewReader(request.Body))
		decoder.UseNumber()
		var body map[string]any
		if err := decoder.Decode(&body); err != nil {
			t.Fatalf("body %s: %v", request.Body, err)
		}
		decoded = append(decoded, body)
	}
	return decoded
}

func TestEachArgumentReachesTheController(t *testing.T) {
	t.Parallel()
	request := func(argument string, value any) map[string]any {
		return map[string]any{"request": map[string]any{argument: value}}
	}
	for _, test := range []struct {
		key    string
		config map[string]any
		want   any
	}{
		{"query_params", map[string]any{"filters": []map[string]any{filter("download_percent", "gte", "5")}}, map[string]any{"download_percent": map[string]any{"gte": number64(5)}}},
		{"query_params", map[string]any{"element_ids": []string{"7", "8", "7"}}, map[string]any{"element_id": map[string]any{"in": []any{"7", "8"}}}},
		{"query_params", map[string]any{"query_params": `{"or":{"id":{"eq":"1"}}}`}, map[string]any{"or": map[string]any{"id": map[string]any{"eq": "1"}}}},
		{"sort_params", map[string]any{"sort_by": map[string]any{"field": "active_version", "direction": "desc"}, "limit": 3}, map[string]any{"active_version": "desc"}},
		{"sort_params", everything, map[string]any{"element_id": "asc"}},
		{"limit", map[string]any{"limit": 3}, number64(3)},
		{"limit", everything, number64(1000)},
		{"dest_page", map[string]any{"limit": 3, "dest_page": 2}, number64(2)},
		{"getDeleted", request("get_deleted", true), true},
		{"getDeleted", request("get_deleted", false), false},
		{"id", request("id", "query-1"), "query-1"},
		{"last_query_ts", request("last_query_ts", int64(9007199254740993)), number64(9007199254740993)},
		{"next_query", request("next_query", `{"limit":{"eq":9007199254740993}}`), map[string]any{"limit": map[string]any{"eq": number64(9007199254740993)}}},
		{"retrieved_fields", request("retrieved_fields", []string{"active_version"}), []any{"active_version", "id", "element_id"}},
		{"retrieved_fields_mask", map[string]any{"request": map[string]any{"retrieved_fields": []string{"id"}, "retrieved_fields_mask": false}}, false},
		{"sort_case_insensitive", request("sort_case_insensitive", true), true},
		{"total_count", request("total_count", 12), number64(12)},
	} {
		for _, form := range forms {
			t.Run(fmt.Sprintf("%s %v %s", test.key, test.want, form), func(t *testing.T) {
				t.Parallel()
				server := startSimulator(t, simulator.Options{Elements: 8})
				newProtocol(t, variables(server, form)...).read(statusesType, test.config).must(t)
				sent := bodies(t, server)
				if len(sent) == 0 {
					t.Fatal("no query reached the controller")
				}
				if test.key == "limit" || test.key == "dest_page" {
					// What confirms the first page is another one.
					sent = sent[:1]
				}
				for _, body := range sent {
					if difference := cmp.Diff(test.want, body[test.key]); difference != "" {
						t.Errorf("%s (-want +got):\n%s", test.key, difference)
					}
				}
			})
		}
	}
}

func TestNothingIsSentUnasked(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		server := startSimulator(t, simulator.Options{Elements: 8})
		newProtocol(t, variables(server, form)...).read(statusesType, everything).must(t)
		for _, body := range bodies(t, server) {
			if keys := slices.Sorted(maps.Keys(body)); !slices.Equal(keys, []string{"dest_page", "limit", "sort_params"}) {
				t.Errorf("%s: the body has %v, want only what paging needs", form, keys)
			}
		}
	}
}

func TestResponseGivesWhatTheAnswerSaysBesideItsRows(t *testing.T) {
	t.Parallel()
	echo := func(total string) string {
		return `{"getDeleted":{"eq":true},"limit":{"eq":1000},"sort_case_insensitive":{"eq":false},"sort_params":{"element_id":"asc"},"total_count":{"eq":` + total + `}}`
	}
	for _, test := range []struct {
		name     string
		form     simulator.Form
		switches simulator.Switches
		want     map[string]any
	}{
		{"unified, as seen", simulator.Unified, simulator.Switches{}, map[string]any{
			"id": nil, "description": nil, "tenant_id": nil, "next_query": echo("9"),
			"count": number64(9), "total_count": number64(9), "deleted_count": number64(1), "deleted_ids": nil,
		}},
		{"legacy, as seen", simulator.Legacy, simulator.Switches{}, map[string]any{
			"id": nil, "description": nil, "tenant_id": simulator.TenantID, "next_query": echo("9"),
			"count": number64(9), "total_count": number64(9), "deleted_count": number64(1), "deleted_ids": nil,
		}},
		{"unified, as documented", simulator.Unified, simulator.Switches{EnvelopeID: true, NumbersAsText: true}, map[string]any{
			"id": "query-1", "description": "Element image status query", "tenant_id": nil, "next_query": echo("9"),
			"count": number64(9), "total_count": number64(9), "deleted_count": number64(1), "deleted_ids": []any{"GONE"},
		}},
		{"legacy, as documented", simulator.Legacy, simulator.Switches{EnvelopeID: true}, map[string]any{
			"id": "query-1", "description": nil, "tenant_id": simulator.TenantID, "next_query": echo("9"),
			"count": number64(9), "total_count": number64(9), "deleted_count": number64(1), "deleted_ids": []any{"GONE"},
		}},
		{"with as little as possible", simulator.Unified, simulator.Switches{NextQueryAbsent: true, TotalCountAbsent: true}, map[string]any{
			"id": nil, "description": nil, "tenant_id": nil, "next_query": nil,
			"count": number64(9), "total_count": nil, "deleted_count": number64(1), "deleted_ids": nil,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 10, Switches: test.switches})
			gone := server.Rows()[3]
			if err := server.Remove(gone.Element()); err != nil {
				t.Fatal(err)
			}
			if list, isList := test.want["deleted_ids"].([]any); isList {
				list[0] = *gone.ID
			}
			config := map[string]any{"request": map[string]any{"get_deleted": true, "id": "query-1"}}
			got := newProtocol(t, variables(server, test.form)...).read(statusesType, config).must(t)["response"]
			if difference := cmp.Diff(test.want, got); difference != "" {
				t.Errorf("response (-want +got):\n%s", difference)
			}
		})
	}
}

func TestUnknownTotalLeavesMatchedCountNullWhenCutShort(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 25, Switches: simulator.Switches{TotalCountAbsent: true}})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for _, test := range []struct {
		config    map[string]any
		matched   any
		truncated bool
	}{
		{everything, number64(25), false},
		{map[string]any{"limit": 10}, nil, true},
		{map[string]any{"limit": 25}, number64(25), false},
		{map[string]any{"limit": 30}, number64(25), false},
		{map[string]any{"limit": 10, "dest_page": 2}, nil, true},
	} {
		got := p.read(statusesType, test.config).must(t)
		if got["matched_count"] != test.matched || got["truncated"] != test.truncated {
			t.Errorf("%v: matched_count = %v, truncated = %v, want %v and %v", test.config, got["matched_count"], got["truncated"], test.matched, test.truncated)
		}
	}
}

// A controller fills fields that were not asked for with made-up values: none
// of them may be taken for a status.
func TestNoPlaceholderReachesState(t *testing.T) {
	t.Parallel()
	for _, mode := range []simulator.PlaceholderMode{
		simulator.PlaceholderDefaults, simulator.PlaceholderFabricated, simulator.PlaceholderNulls, simulator.PlaceholderOff,
	} {
		server := startSimulator(t, simulator.Options{Elements: 60, Seed: 4, Scenario: "mixed", Switches: simulator.Switches{ProjectionPlaceholders: mode}})
		p := newProtocol(t, variables(server, simulator.Unified)...)
		for _, test := range []struct {
			name     string
			fields   []string
			mask     any
			filters  []map[string]any
			shown    []string
			selected func(imagestatus.Status) bool
		}{
			{"one field", []string{"active_version"}, nil, nil, []string{"active_version"}, nil},
			{"fields of derived attributes", []string{"upgrade_state", "_created_on_utc"}, nil, nil, []string{"upgrade_state", "phase", "created_at"}, nil},
			{"every field", imagestatus.FieldNames(), nil, nil, slices.Collect(maps.Keys(wantItem(imagestatus.Status{}))), nil},
			{"a filter by another field", []string{"element_id"}, nil, []map[string]any{filter("upgrade_state", "", "complete", "pending")}, []string{"element_id"},
				func(row imagestatus.Status) bool { return has(row.UpgradeState, "complete", "pending") }},
			{"a mask that is off", []string{"id"}, false, nil, []string{"id"}, nil},
			{"a mask that is on", []string{"active_version"}, true, nil, []string{"id"}, nil},
		} {
			t.Run(string(mode)+" "+test.name, func(t *testing.T) {
				t.Parallel()
				config := map[string]any{"request": map[string]any{"retrieved_fields": test.fields, "retrieved_fields_mask": test.mask}}
				if test.filters != nil {
					config["filters"] = test.filters
				}
				rows := server.Rows()
				if test.selected != nil {
					rows = where(rows, test.selected)
				}
				want := wantItems(rows)
				for _, item := range want {
					for name := range object(item) {
						if !slices.Contains(test.shown, name) {
							object(item)[name] = nil
						}
					}
				}
				expect(t, p.in(t).read(statusesType, config).must(t), map[string]any{"items": want})
			})
		}
	}
}

func TestIgnoredFiltersAreAnErrorNeverData(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 20, Scenario: "mixed", Switches: simulator.Switches{IgnoreFilters: true}})
	first := server.ElementIDs()[0]
	got := newProtocol(t, variables(server, simulator.Unified)...).read(statusesType, map[string]any{"element_ids": []string{"1"}}).failure(t)
	want := "Error: Controller ignored the filter\n" +
		"Could not read the image statuses: the controller returned element \"" + first + "\", which the query leaves out.\n\n" +
		"A result that contradicts the query cannot be used. Select by other fields, or read all rows and choose in Terraform.\n\n" +
		"Endpoint: http://CONTROLLER"
	if difference := cmp.Diff(want, steady(got)); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
}

func TestUnchangedFleetGivesTheSameBytesInWhateverOrderItComes(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 120, Seed: 9, Scenario: "mixed", Switches: simulator.Switches{DefaultOrder: simulator.OrderShuffled}})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for typeName, config := range map[string]map[string]any{
		statusesType:  {"sort_by": map[string]any{"field": "active_version", "direction": "desc"}},
		aggregateType: aggregateOf("count", "id", "upgrade_state", "phase"),
		gateType:      {"max_blocking_elements": 5},
		wavesType:     inWaves(threeSizes, map[string]any{"max_blocking_elements": 5}),
	} {
		first, second := p.read(typeName, config), p.read(typeName, config)
		first.must(t)
		if difference := cmp.Diff(first.json(t), second.json(t)); difference != "" {
			t.Errorf("%s differs between two reads:\n%.2000s", typeName, difference)
		}
	}
}

// stateText keeps the values of a state as JSON, for comparison with another.
type stateText struct{ text *string }

// CheckState keeps the values.
func (c stateText) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	text, err := json.Marshal(req.State.Values)
	resp.Error = err
	*c.text = string(text)
}

func TestAccUnchangedFleetGivesNoDifferenceAndTheSameState(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 9, Scenario: "mixed", Switches: simulator.Switches{DefaultOrder: simulator.OrderShuffled}})
	config := `
		data "prismasdwan_element_image_statuses" "fleet" {
			sort_by = { field = "active_version" }
			request = { id = "query-1", get_deleted = true }
		}
		data "prismasdwan_element_image_status" "one" { element_id = "` + server.ElementIDs()[0] + `" }
		data "prismasdwan_element_image_status_aggregate" "versions" {
			aggregate = { operator = "count", field = "id" }
			group_by  = ["active_version", "phase"]
		}
		data "prismasdwan_upgrade_gate" "gate" {}
		output "gate" { value = data.prismasdwan_upgrade_gate.gate }`
	unchanged := resource.TestStep{
		Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	}
	var states [2]string
	for i := range states {
		steps := []resource.TestStep{{Config: config, ConfigStateChecks: []statecheck.StateCheck{stateText{&states[i]}}}}
		if i == 0 {
			steps = append(steps, unchanged)
		}
		resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: connected(server, simulator.Unified), Steps: steps})
	}
	if states[0] != states[1] {
		t.Errorf("two fresh applies differ:\n%s", cmp.Diff(states[0], states[1]))
	}
	if !strings.Contains(states[0], "active_version") {
		t.Errorf("the state holds no rows: %s", states[0])
	}
}

// readAtApply checks that a data source is read at apply, not at plan.
type readAtApply struct{ address string }

// CheckPlan looks for the read among the changes.
func (c readAtApply) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if change.Address == c.address && change.Change.Actions.Read() {
			return
		}
	}
	resp.Error = fmt.Errorf("%s is not planned to be read at apply", c.address)
}

func TestAccSelectionThatIsNotKnownYetIsReadAtApply(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 30, Seed: 6, Scenario: "mixed"})
	rows := server.Rows()
	complete := where(rows, func(row imagestatus.Status) bool { return has(row.UpgradeState, "complete") })
	for _, test := range []struct {
		name, arguments string
		want            []imagestatus.Status
	}{
		{"an id", `element_ids = [terraform_data.later.output, "` + rows[1].Element() + `"]`, rows[:2]},
		{"a filter's field", `filters = [{ field = terraform_data.later.output == "" ? "id" : "upgrade_state", operator = "eq", values = ["complete"] }]`, complete},
		{"all filters", `filters = terraform_data.later.output == "" ? [] : [{ field = "upgrade_state", operator = "eq", values = ["complete"] }]`, complete},
		{"query_params", `query_params = jsonencode({ element_id = { eq = terraform_data.later.output } })`, rows[:1]},
		{"the limit", `limit = length(terraform_data.later.output) == 0 ? 9 : 1`, rows[:1]},
		{"the request", `request = { id = terraform_data.later.output }` + "\nelement_ids = [\"" + rows[0].Element() + "\"]", rows[:1]},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: connected(server, simulator.Unified),
				Steps: []resource.TestStep{{
					Config: `
						resource "terraform_data" "later" { input = "` + rows[0].Element() + `" }
						data "prismasdwan_element_image_statuses" "fleet" {
							` + test.arguments + `
						}`,
					ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{readAtApply{statusesAddress}}},
					ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(statusesAddress, tfjsonpath.New("items"), equals(wantItems(test.want)))},
				}},
			})
		})
	}
}

func TestArgumentErrorsComeAtPlanAndNameTheArgument(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	fields := "`id`, `element_id`, `active_image_id`, `active_version`, `previous_image_id`, `rollback_version`, `upgrade_image_id`, `upgrade_state`, " +
		"`download_percent`, `download_interval`, `upgrade_interval`, `scheduled_download`, `scheduled_upgrade`, `failure_info`, " +
		"`software_version_change_time`, `_etag`, `_created_on_utc`"
	filters := func(filters ...map[string]any) map[string]any { return map[string]any{"filters": filters} }
	for _, test := range []struct {
		name   string
		config map[string]any
		want   string
	}{
		{"an operator that does not exist", filters(filter("active_version", "like", "6")), "Error: Invalid argument [filters[0].operator]\n" +
			"filters[0].operator is \"like\". No such operator. Use `in`, `eq`, `neq`, `gt`, `gte`, `lt`, `lte` or `re`."},
		{"a misspelt upgrade state", filters(filter("id", "neq", "1"), filter("upgrade_state", "", "complete", "upgrade_complet")), "Error: Invalid argument [filters[1].values[1]]\n" +
			"filters[1].values[1] is \"upgrade_complet\". No such upgrade state. Did you mean `upgrade_complete`? Use "},
		{"a field that does not exist", filters(filter("activ_version", "", "6")), "Error: Invalid argument [filters[0].field]\n" +
			"filters[0].field is \"activ_version\". No such field. Did you mean `active_version`? Use " + fields + ", `_updated_on_utc` or `phase`."},
		{"a derived attribute as a field", filters(filter("created_at", "", "2026")), "Error: Invalid argument [filters[0].field]\n" +
			"filters[0].field is \"created_at\". No such field. Use " + fields + ", `_updated_on_utc` or `phase`."},
		{"a phase by order", filters(filter("phase", "gt", "idle")), "Error: Invalid argument [filters[0].operator]\n" +
			"filters[0].operator is \"gt\". The provider computes `phase` and compares whole values only. Use `in`, `eq` or `neq`."},
		{"a phase and a page", map[string]any{"filters": []map[string]any{filter("phase", "", "failed")}, "limit": 5, "dest_page": 2}, "Error: Invalid argument [dest_page]\n" +
			"dest_page is \"2\". A page of the controller cannot be combined with conditions that only the provider can check: `where`, or a filter on `phase`. " +
			"Use `limit` alone, or filter by fields of the row."},
		{"a phase and a mask", map[string]any{
			"filters": []map[string]any{filter("phase", "", "failed")},
			"request": map[string]any{"retrieved_fields": []string{"id"}, "retrieved_fields_mask": true},
		}, "Error: Invalid argument [request.retrieved_fields_mask]\n" +
			"request.retrieved_fields_mask is \"true\". No field of a row can be trusted with it, and `where` needs `element_id`, a filter on `phase` needs `upgrade_state`. " +
			"Leave it out, or filter by fields of the row."},
		{"two values where one belongs", filters(filter("download_percent", "gt", "1", "2")), "Error: Invalid argument [filters[0].values]\n" +
			"filters[0].values is [\"1\", \"2\"]. The operator `gt` has 2 values. Write exactly one value; `in` accepts several."},
		{"no value", filters(filter("download_percent", "")), "Error: Invalid argument [filters[0].values]\n" +
			"filters[0].values is []. The operator `in` has 0 values. Write at least one value."},
		{"a text for an integer", filters(filter("download_percent", "gt", "half")), "Error: Invalid argument [filters[0].values[0]]\n" +
			"filters[0].values[0] is \"half\". The field `download_percent` is a 64-bit integer. Write a whole number without leading zeros or a plus sign."},
		{"the same comparison twice", filters(filter("id", "neq", "1"), filter("id", "neq", "2")), "Error: Invalid argument [filters[1].field]\n" +
			"filters[1].field is \"id\". Another filter already compares this field by `neq`, and the controller accepts each operator only once for a field. " +
			"Merge the two into one filter, or write the condition as query_params."},
		{"the position counts filters that are not known", filters(filter("id", "", "1"), map[string]any{"field": unknown, "values": []string{"1"}}, filter("x", "", "1")),
			"Error: Invalid argument [filters[2].field]\nfilters[2].field is \"x\". No such field. Use "},
		{"an empty element id", map[string]any{"element_ids": []string{"1", ""}}, "Error: Invalid argument [element_ids[1]]\n" +
			"element_ids[1] is \"\". An element id cannot be empty. Write the id of an element, or leave the entry out."},
		{"a null element id", map[string]any{"element_ids": []any{nil}}, "Error: Invalid argument [element_ids[0]]\n" +
			"element_ids[0] is null. An entry cannot be null. Write a value, or leave the entry out."},
		{"query_params that are no JSON", map[string]any{"query_params": "upgrade_state=complete"}, "Error: Invalid argument [query_params]\n" +
			"query_params is \"upgrade_state=complete\". It is not a JSON object. Write an object such as jsonencode({ upgrade_state = { eq = \"complete\" } })."},
		{"query_params with a misspelt state", map[string]any{"query_params": `{"and":{"upgrade_state":{"in":["dune"]}}}`}, "Error: Invalid argument [query_params]\n" +
			"query_params is \"dune\". At and.upgrade_state.in: No such upgrade state. Did you mean `done`? Use "},
		{"query_params with element_ids", map[string]any{"query_params": `{}`, "element_ids": []string{"1"}}, "Error: Invalid Attribute Combination [query_params]\n" +
			"Attribute \"element_ids\" cannot be specified when \"query_params\" is specified"},
		{"query_params with filters", map[string]any{"query_params": `{}`, "filters": []map[string]any{filter("id", "", "1")}}, "Error: Invalid Attribute Combination [query_params]\n" +
			"Attribute \"filters\" cannot be specified when \"query_params\" is specified"},
		{"a page without a limit", map[string]any{"dest_page": 2}, "Error: Invalid Attribute Combination [dest_page]\n" +
			"Attribute \"limit\" must be specified when \"dest_page\" is specified"},
		{"a limit of zero", map[string]any{"limit": 0}, "Error: Invalid Attribute Value [limit]\nAttribute limit value must be between 1 and 2147483647, got: 0"},
		{"a page of zero", map[string]any{"limit": 1, "dest_page": 0}, "Error: Invalid Attribute Value [dest_page]\nAttribute dest_page value must be between 1 and 2147483647, got: 0"},
		{"an order by a field that does not exist", map[string]any{"sort_by": map[string]any{"field": "name"}}, "Error: Invalid Attribute Value Match [sort_by.field]\n" +
			"Attribute sort_by.field value must be one of: [\"id\" \"element_id\" "},
		{"a direction that does not exist", map[string]any{"sort_by": map[string]any{"field": "id", "direction": "up"}}, "Error: Invalid Attribute Value Match [sort_by.direction]\n" +
			"Attribute sort_by.direction value must be one of: [\"asc\" \"desc\"], got: \"up\""},
		{"next_query that is no object", map[string]any{"request": map[string]any{"next_query": "[]"}}, "Error: Invalid argument [request.next_query]\n" +
			"request.next_query is \"[]\". It is not a JSON object. Write an object with jsonencode, or pass response.next_query of an earlier read."},
		{"a retrieved field that does not exist", map[string]any{"request": map[string]any{"retrieved_fields": []string{"name"}}}, "Error: Invalid Attribute Value Match [request.retrieved_fields[0]]\n" +
			"Attribute request.retrieved_fields[0] value must be one of: [\"id\" "},
		{"a mask of nothing", map[string]any{"request": map[string]any{"retrieved_fields_mask": true}}, "Error: Invalid Attribute Combination [request.retrieved_fields_mask]\n" +
			"Attribute \"request.retrieved_fields\" must be specified when \"request.retrieved_fields_mask\" is specified"},
		{"a timeout without a unit", map[string]any{"timeouts": map[string]any{"read": "5"}}, "Error: Invalid argument [timeouts.read]\n" +
			"timeouts.read is \"5\". It is not a duration above zero. Write a number with its unit, such as 90s, 5m or 1h30m."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := onlyError(t, p.in(t).validate(statusesType, test.config))
			// A list of everything that is allowed is not repeated here.
			if !strings.HasPrefix(got, test.want) || strings.HasSuffix(test.want, ".") && got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

func TestArgumentsThatAreNotKnownYetAreNoErrors(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	for _, config := range []map[string]any{
		{"element_ids": unknown},
		{"element_ids": []any{unknown, "1"}},
		{"filters": unknown},
		{"filters": []map[string]any{{"field": unknown, "operator": unknown, "values": unknown}}},
		{"filters": []map[string]any{{"field": "id", "operator": "eq", "values": []any{unknown}}}},
		{"query_params": unknown},
		{"sort_by": unknown},
		{"sort_by": map[string]any{"field": unknown, "direction": unknown}},
		{"limit": unknown, "dest_page": unknown},
		{"request": unknown},
		{"request": map[string]any{
			"id": unknown, "get_deleted": unknown, "last_query_ts": unknown, "next_query": unknown, "retrieved_fields": unknown,
			"retrieved_fields_mask": unknown, "sort_case_insensitive": unknown, "total_count": unknown,
		}},
		{"request": map[string]any{"retrieved_fields": []any{unknown}}},
		{"timeouts": unknown},
		{"timeouts": map[string]any{"read": unknown}},
	} {
		if diagnostics := p.validate(statusesType, config); len(diagnostics) > 0 {
			t.Errorf("%v:\n%s", config, render(diagnostics))
		}
	}
}

func TestFilterOnPhaseKeepsTheRowsOfThePhase(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 90, Seed: 5, Scenario: "mixed"})
	want := where(server.Rows(), func(row imagestatus.Status) bool {
		return row.Phase() == imagestatus.PhaseFailed || row.Phase() == imagestatus.PhaseAborted
	})
	if len(want) < 5 {
		t.Fatalf("%d elements have failed or were aborted, want some", len(want))
	}
	matched, failed := number64(int64(len(want))), filter("phase", "", "failed", "aborted")
	for _, form := range forms {
		p := newProtocol(t, variables(server, form, "PRISMASDWAN_PAGE_SIZE=20")...)
		with := func(more map[string]any) map[string]any {
			config := map[string]any{"filters": []map[string]any{failed}}
			maps.Copy(config, more)
			return config
		}
		got := p.read(statusesType, with(nil)).must(t)
		checkItems(t, got, want)
		expect(t, got, map[string]any{"matched_count": matched, "returned_count": matched, "truncated": false})

		got = p.read(statusesType, with(map[string]any{"limit": 3})).must(t)
		checkItems(t, got, want[:3])
		expect(t, got, map[string]any{"matched_count": matched, "returned_count": number64(3), "truncated": true})

		got = p.read(statusesType, with(map[string]any{"request": map[string]any{"retrieved_fields": []string{"element_id"}}})).must(t)
		expect(t, got, map[string]any{"matched_count": matched})

		got = p.read(gateType, with(nil)).must(t)
		expect(t, got, map[string]any{"ready": false})
		expect(t, object(got["counts"]), map[string]any{"total": matched})

		aggregate := aggregateOf("count", "element_id")
		maps.Copy(aggregate, with(nil))
		expect(t, p.read(aggregateType, aggregate).must(t), map[string]any{"value": matched, "computed_by": "provider"})
		aggregate["compute"] = "controller"
		if failure := p.read(aggregateType, aggregate).failure(t); !strings.HasPrefix(failure, "Error: Invalid argument [compute]\n") {
			t.Errorf("got %q, want an error at compute", failure)
		}
	}
}
