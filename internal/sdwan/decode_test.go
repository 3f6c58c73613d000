package sdwan

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// decodePage reads a body as the answer to a query.
func decodePage(body string) (*statusPage, *Error) {
	return pageOf[wireStatus](&answer{status: 200, body: []byte(body)}, &exchange{operation: operationRead})
}

// rowsOf reads the rows of a body, which must be a good answer.
func rowsOf(t *testing.T, body string) []imagestatus.Status {
	t.Helper()
	page, failure := decodePage(body)
	if failure != nil {
		t.Fatalf("%s: %v", body, failure)
	}
	rows := make([]imagestatus.Status, len(page.Items))
	for i := range page.Items {
		rows[i] = page.Items[i].status()
	}
	return rows
}

// exampleItem is the item of API.md, section 5.
const exampleItem = `{"id":"1773935101223004945","element_id":"1773934978552002945",
 "active_image_id":"1773674147762003945","active_version":"6.3.5-b9","previous_image_id":"1741000000000003945","rollback_version":"6.3.3-b4",
 "upgrade_image_id":"1780000000000003945","upgrade_state":"downloading","download_percent":37,
 "scheduled_download":"08-21-2026 02:00:00","download_interval":null,"scheduled_upgrade":null,"upgrade_interval":null,
 "failure_info":null,"software_version_change_time":1773935101223,
 "_etag":7,"_schema":1,"_created_on_utc":17739351012230001,"_updated_on_utc":17739352012230004,
 "_debug":null,"_info":null,"_warning":null,"_error":null}`

// exampleEnvelope holds the keys of API.md, sections 2 and 5.
const exampleEnvelope = `{"count":1,"_updated_on_utc":0,"items":[` + exampleItem + `],"_content_length":"0","_schema":0,
 "_request_id":"1558378573092005799996729697124332900411","_status_code":"200","_created_on_utc":0,"_etag":0,
 "deleted_count":0,"deleted_ids":["1"],"total_count":49,"id":"e1","description":"the query","tenant_id":"1092",
 "next_query":{"getDeleted":{"eq":true},"limit":{"eq":100},"sort_case_insensitive":{"eq":false},"sort_params":{},"total_count":{"eq":49}}}`

func TestRecordedShapeIsRead(t *testing.T) {
	t.Parallel()
	want := []imagestatus.Status{{
		ID: new("1773935101223004945"), ElementID: new("1773934978552002945"),
		ActiveImageID: new("1773674147762003945"), ActiveVersion: new("6.3.5-b9"),
		PreviousImageID: new("1741000000000003945"), RollbackVersion: new("6.3.3-b4"),
		UpgradeImageID: new("1780000000000003945"), UpgradeState: new("downloading"), DownloadPercent: new(int64(37)),
		ScheduledDownload: new("08-21-2026 02:00:00"), SoftwareVersionChangeTime: new(int64(1773935101223)),
		Etag: new(int64(7)), CreatedOnUTC: new(int64(17739351012230001)), UpdatedOnUTC: new(int64(17739352012230004)),
	}}
	if diff := cmp.Diff(want, rowsOf(t, exampleEnvelope)); diff != "" {
		t.Errorf("the rows differ (-want +got):\n%s", diff)
	}
	page, _ := decodePage(exampleEnvelope)
	envelope := imagestatus.Envelope{
		ID: new("e1"), Description: new("the query"), TenantID: new("1092"), Count: new(int64(1)), TotalCount: new(int64(49)),
		DeletedCount: new(int64(0)), DeletedIDs: []string{"1"},
		NextQuery: json.RawMessage(`{"getDeleted":{"eq":true},"limit":{"eq":100},"sort_case_insensitive":{"eq":false},"sort_params":{},"total_count":{"eq":49}}`),
	}
	if diff := cmp.Diff(envelope, page.envelope()); diff != "" {
		t.Errorf("the envelope differs (-want +got):\n%s", diff)
	}
}

func TestNullAndAbsentAreNeitherZeroNorEmpty(t *testing.T) {
	t.Parallel()
	nulls := make([]string, 0, len(imagestatus.Fields()))
	for _, field := range imagestatus.Fields() {
		nulls = append(nulls, fmt.Sprintf("%q:null", field.Name))
	}
	for _, item := range []string{"{}", "null", "{" + strings.Join(nulls, ",") + "}"} {
		if diff := cmp.Diff([]imagestatus.Status{{}}, rowsOf(t, `{"items":[`+item+`]}`)); diff != "" {
			t.Errorf("%s differs from a row of nothing (-want +got):\n%s", item, diff)
		}
	}
	given := rowsOf(t, `{"items":[{"failure_info":"","download_percent":0}]}`)[0]
	if diff := cmp.Diff(imagestatus.Status{FailureInfo: new(""), DownloadPercent: new(int64(0))}, given); diff != "" {
		t.Errorf("what is empty was lost (-want +got):\n%s", diff)
	}
	for _, body := range []string{
		`{"items":[]}`,
		`{"items":[],"id":null,"description":null,"tenant_id":null,"next_query":null,"count":null,"total_count":null,"deleted_count":null,"deleted_ids":null,"_error":null,"_request_id":null}`,
		`{"items":[],"_error":[]}`,
	} {
		page, failure := decodePage(body)
		if failure != nil {
			t.Errorf("%s: %v", body, failure)
			continue
		}
		if diff := cmp.Diff(imagestatus.Envelope{}, page.envelope()); diff != "" {
			t.Errorf("%s: the envelope is not empty (-want +got):\n%s", body, diff)
		}
	}
}

func TestIntegersAreExactAsNumbersAndTexts(t *testing.T) {
	t.Parallel()
	for _, want := range []int64{0, 1, -1, 37, 1<<53 + 1, -(1<<53 + 1), 17739352012230004, math.MaxInt64, math.MinInt64} {
		for _, spelling := range []string{"%d", `"%d"`} {
			number := fmt.Sprintf(spelling, want)
			page, failure := decodePage(fmt.Sprintf(`{"items":[{"_updated_on_utc":%s,"download_percent":%s}],"total_count":%s}`, number, number, number))
			if failure != nil {
				t.Errorf("%s: %v", number, failure)
				continue
			}
			row, total := page.Items[0].status(), page.envelope().TotalCount
			if *row.UpdatedOnUTC != want || *row.DownloadPercent != want || *total != want {
				t.Errorf("%s: got %d, %d and %d", number, *row.UpdatedOnUTC, *row.DownloadPercent, *total)
			}
		}
	}
}

func TestWholeNumbersAreExactInEverySpelling(t *testing.T) {
	t.Parallel()
	for spelling, want := range map[string]int64{
		"100.0": 100, "1e2": 100, "1E+2": 100, "0.1e3": 100, "1000e-1": 100, "100.000e0": 100, "-100.0": -100,
		"1.773935101223e+12": 1773935101223, "17739352012230004.0": 17739352012230004, "1.7739352012230004e16": 17739352012230004,
		"9.223372036854775807e18": math.MaxInt64, "-9.223372036854775808e18": math.MinInt64, "9223372036854775807.00": math.MaxInt64,
		"0.0": 0, "-0": 0, "-0.0": 0, "0e999999999999": 0, "0e-5": 0, "0.000e-99999999999999999999": 0,
		"1" + strings.Repeat("0", 60) + "e-60": 1, "100." + strings.Repeat("0", 100_000): 100,
		"0." + strings.Repeat("0", 99_999) + "1e100000": 1,
	} {
		for _, number := range []string{spelling, `"` + spelling + `"`} {
			page, failure := decodePage(fmt.Sprintf(`{"items":[{"download_percent":%s}],"total_count":%s}`, number, number))
			if failure != nil {
				t.Errorf("%.60s: %v", number, failure)
				continue
			}
			row, total := page.Items[0].status(), page.envelope().TotalCount
			if *row.DownloadPercent != want || *total != want {
				t.Errorf("%.60s: got %d and %d, want %d", number, *row.DownloadPercent, *total, want)
			}
		}
	}
}

func TestWhatIsNoIntegerNamesItsField(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		`"half"`, `""`, `" 7"`, `"7 "`, `"0x10"`, `"1_000"`, `"1/2"`, `"1."`, `".5"`, `"1e"`, `"NaN"`, `"Infinity"`, `true`, `[]`, `[7]`, `{}`,
		`1.5`, `37.5`, `"37.5"`, `-0.1`, `1e-1`, `15e-1`, `1.0000000000000000000000001`, `1e-999999999999999999999`,
		`9223372036854775808`, `"9223372036854775808"`, `-9223372036854775809`, `12345678901234567890`, `9223372036854775808.0`,
		`1e19`, `0.1e20`, `1e999999999`, `-1e999999999999999999999`,
	} {
		for field, body := range map[string]string{
			"items.download_percent": `{"items":[{"download_percent":%s}]}`,
			"items._updated_on_utc":  `{"items":[{"id":"1"},{"_updated_on_utc":%s}]}`,
			"total_count":            `{"items":[],"total_count":%s}`,
			"deleted_count":          `{"deleted_count":%s,"items":[]}`,
		} {
			_, failure := decodePage(fmt.Sprintf(body, value))
			if failure == nil || failure.Kind != KindMalformed {
				t.Errorf("%s of %s: got %v, want kind %q", field, value, failure, KindMalformed)
				continue
			}
			wantText(t, failure.Problem, "the field "+field+" holds a")
			wantText(t, failure.Problem, value)
		}
	}
}

func TestWrongTypesNameTheField(t *testing.T) {
	t.Parallel()
	for body, problem := range map[string]string{
		`{"items":{}}`:                           "the field items holds an object",
		`{"items":"none"}`:                       "the field items holds a text",
		`{"items":7}`:                            "the field items holds a number",
		`{"items":[7]}`:                          "the field items holds a number",
		`{"items":[["a"]]}`:                      "the field items holds a list",
		`{"items":[{"id":7}]}`:                   "the field items.id holds a number",
		`{"items":[{"element_id":["1"]}]}`:       "the field items.element_id holds a list",
		`{"items":[{"active_version":{"a":1}}]}`: "the field items.active_version holds an object",
		`{"items":[{"upgrade_state":true}]}`:     "the field items.upgrade_state holds a boolean",
		`{"items":[],"tenant_id":1092}`:          "the field tenant_id holds a number",
		`{"items":[],"deleted_ids":"1"}`:         "the field deleted_ids holds a text",
		`{"items":[],"deleted_ids":[1]}`:         "the field deleted_ids holds a number",
		`{"items":[],"_error":{}}`:               "the field _error holds an object",
		`[{"items":[]}]`:                         "JSON, but not an object",
		`"items"`:                                "JSON, but not an object",
		`7`:                                      "JSON, but not an object",
		`true`:                                   "JSON, but not an object",
		`null`:                                   "no list of items",
		`{}`:                                     "no list of items",
		`{"items":null}`:                         "no list of items",
		`{"item":[]}`:                            "no list of items",
		`{"items":[]`:                            "not the JSON expected",
		`{"items":[]}{}`:                         "not the JSON expected",
		`{"items":[],}`:                          "not the JSON expected",
		"{\"items\":[{\"id\":\"\x00\"}]}":        "not the JSON expected",
		`<html></html>`:                          "not the JSON expected",
		``:                                       "the answer is empty",
		strings.Repeat("[", 1_000_000):           "not the JSON expected",
		`{"items":[],"x":` + nested(10_000, "") + `}`: "not the JSON expected",
	} {
		page, failure := decodePage(body)
		if failure == nil || failure.Kind != KindMalformed || page != nil {
			t.Errorf("%.60s: got %v and %v, want kind %q", body, page, failure, KindMalformed)
			continue
		}
		wantText(t, failure.Problem, problem)
		if failure.Snippet != snippet([]byte(body)) {
			t.Errorf("%.60s: the answer is quoted as %q", body, failure.Snippet)
		}
	}
}

// nested is a JSON value of so many levels of objects.
func nested(levels int, innermost string) string {
	if innermost == "" {
		innermost = "null"
	}
	return strings.Repeat(`{"a":`, levels) + innermost + strings.Repeat("}", levels)
}

func TestErrorInASuccessfulAnswerCounts(t *testing.T) {
	t.Parallel()
	for body, kind := range map[string]Kind{
		`{"_error":[{"code":"BAD_REQUEST","message":"m"}],"_request_id":"r"}`:                                    KindRefused,
		`{"_error":[{"code":"BAD_REQUEST","message":"m"}],"_request_id":"r","items":[` + exampleItem + `]}`:      KindRefused,
		`{"_error":[{"code":"A"},{"code":"TENANT_ID_INVALID_0001","message":"m"}],"_request_id":"r","items":[]}`: KindTenant,
	} {
		page, failure := decodePage(body)
		if failure == nil || page != nil || failure.Kind != kind {
			t.Errorf("%s: got %v and %v, want kind %q", body, page, failure, kind)
			continue
		}
		wantText(t, failure.Error(), "Status: 200", "Code: ", "(m)", "Request id: r")
	}
}

func TestUnknownFieldsAreIgnored(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"items":[{"id":"1","new_field":{"deep":[1,2,{"a":null}]},"aggregated_value":"x"}],"_warning":[{"code":"W"}],"extra":7}`,
		`{"nested":` + nested(9_000, `"x"`) + `,"items":[{"nested":` + nested(9_000, "[]") + `,"id":"1"}]}`,
		`{"items":[{"id":"1","upgrade_state":null,"_error":{"not":"a list"},"_request_id":7}]}`,
	} {
		if diff := cmp.Diff([]imagestatus.Status{{ID: new("1")}}, rowsOf(t, body)); diff != "" {
			t.Errorf("%.80s: the row differs (-want +got):\n%s", body, diff)
		}
	}
}

func TestDescriptionOfAnyTypeBecomesText(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`"a text"`: "a text", `""`: "", `"\u00e9\n"`: "é\n", `7`: "7", `17739352012230004`: "17739352012230004",
		`true`: "true", `["a",1]`: `["a",1]`, `{"a":{"b":1}}`: `{"a":{"b":1}}`,
	} {
		page, failure := decodePage(`{"items":[],"description":` + raw + `}`)
		if failure != nil {
			t.Errorf("%s: %v", raw, failure)
			continue
		}
		if got := page.envelope().Description; got == nil || *got != want {
			t.Errorf("%s: got %v, want %q", raw, got, want)
		}
	}
}

func TestErrorFormIsReadWhateverElseTheAnswerHolds(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"_error":[{"code":"BAD_REQUEST","message":"m"}],"_request_id":"r"}`:          {"Code: BAD_REQUEST (m)", "Request id: r"},
		`{"_error":[{"code":"BAD_REQUEST","message":null},{"message":"m"}],"items":7}`: {"Code: BAD_REQUEST", "Code: m"},
		`{"_request_id":"r"}`: {"Request id: r", `Answer begins: "{\"_request_id\":\"r\"}"`},
		`{"_error":"text"}`:   {`Answer begins: "{\"_error\":\"text\"}"`},
		`<h1>400</h1>`:        {`Answer begins: "<h1>400</h1>"`},
		``:                    {},
	} {
		failure := (&answer{status: 400, body: []byte(body)}).failure(&exchange{})
		if diff := cmp.Diff(append([]string{"Status: 400"}, want...), failure.Facts()); diff != "" {
			t.Errorf("%s: the facts differ (-want +got):\n%s", body, diff)
		}
	}
}

func FuzzDecodePage(f *testing.F) {
	for _, seed := range []string{
		exampleEnvelope, `{"items":[` + exampleItem + `]}`, `{"items":[]}`, `{"items":null}`, `{}`, `[]`, `null`, ``, `<html></html>`,
		`{"count":0,"deleted_count":0,"items":[],"next_query":{"limit":{"eq":100}},"total_count":0}`,
		`{"_error":[{"code":"BAD_REQUEST","message":"m"}],"_request_id":"1558378573092005799996729697124332900411"}`,
		`{"items":[{"download_percent":"37","_etag":9223372036854775807}],"total_count":"49"}`,
		`{"items":[{"download_percent":100.0,"_etag":"7.0"}],"total_count":1.773935101223e+12}`,
		`{"items":[{"upgrade_state":"complete","aggregated_value":41}],"total_count":1}`,
		`{"aggregate":{"field":"element_id","operator":"count","data":[{"value":41,"view":{"upgrade_state":"complete"}}]},"items":[]}`,
		`{"items":[{"id":7}]}`, "{\"items\":[{\"failure_info\":\"\\u0000\xff\"}]}", nested(50, `{"items":[]}`),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		given := &answer{status: 200, body: body}
		page, failure := pageOf[wireStatus](given, &exchange{operation: operationRead})
		if (page == nil) == (failure == nil) {
			t.Fatalf("a page (%v) and an error (%v)", page, failure)
		}
		if failure != nil {
			_ = failure.Error()
		} else {
			if page.Items == nil {
				t.Error("an accepted answer has no items")
			}
			for i := range page.Items {
				row := page.Items[i].status()
				_ = row.Phase()
			}
			_ = page.envelope()
		}
		var groups wireGroups
		if given.decode(&exchange{}, &groups, &groups.errorBody) == nil {
			groups.groups(imagestatus.Aggregate{GroupBy: []string{imagestatus.FieldUpgradeState}})
		}
	})
}

// The independent computation is bounded, as math/big works through every
// digit that an exponent stands for.
func FuzzInteger(f *testing.F) {
	for _, seed := range []string{
		"0", "-0.0", "100.0", "1.773935101223e+12", "1e-1", "37.5", "9223372036854775807", "-9.223372036854775808e18", "12345678901234567890",
		`"37"`, `"100.0"`, `""`, `"+7"`, "1e999999999", "0e99999999999", "null", "NaN",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) || len(raw) > 40 {
			return
		}
		var got integer
		accepted := json.Unmarshal(raw, &got) == nil
		text := strings.TrimSpace(string(raw))
		_, exponent, _ := strings.Cut(strings.ToLower(text), "e")
		if text[0] != '-' && (text[0] < '0' || text[0] > '9') || len(exponent) > 4 {
			return
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%s is no number", text)
		}
		if whole := exact.IsInt() && exact.Num().IsInt64(); accepted != whole || accepted && exact.Num().Int64() != int64(got) {
			t.Errorf("%s is read as %d (accepted: %t), and is %s", text, got, accepted, exact)
		}
	})
}
