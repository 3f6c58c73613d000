package imagestatus

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sampleRow is a row in which no field is null.
func sampleRow() Status {
	return Status{
		ID:                        new("1773935101223004945"),
		ElementID:                 new("1773934978552002945"),
		ActiveImageID:             new("1773674147762003945"),
		ActiveVersion:             new("6.3.6-b9"),
		PreviousImageID:           new("1741000000000003945"),
		RollbackVersion:           new("6.3.3-b4"),
		UpgradeImageID:            new("1780000000000003945"),
		UpgradeState:              new("complete"),
		DownloadPercent:           new(int64(50)),
		DownloadInterval:          new(int64(10)),
		UpgradeInterval:           new(int64(20)),
		ScheduledDownload:         new("08-21-2026 02:00:00"),
		ScheduledUpgrade:          new("08-22-2026 02:00:00"),
		FailureInfo:               new("first line\nsecond line"),
		SoftwareVersionChangeTime: new(int64(1773935101223)),
		Etag:                      new(int64(7)),
		CreatedOnUTC:              new(int64(17739351012230001)),
		UpdatedOnUTC:              new(int64(17739352012230004)),
	}
}

// drawRow draws from few values, so that rows often agree in some fields.
func drawRow(t *rapid.T) Status {
	text := func(label string) *string {
		return rapid.Ptr(rapid.SampledFrom([]string{"", "a", "A", "b", "complete"}), true).Draw(t, label)
	}
	number := func(label string) *int64 {
		return rapid.Ptr(rapid.Int64Range(-1, 2), true).Draw(t, label)
	}
	return Status{
		ID:                        text("id"),
		ElementID:                 text("element_id"),
		ActiveImageID:             text("active_image_id"),
		ActiveVersion:             text("active_version"),
		PreviousImageID:           text("previous_image_id"),
		RollbackVersion:           text("rollback_version"),
		UpgradeImageID:            text("upgrade_image_id"),
		UpgradeState:              text("upgrade_state"),
		DownloadPercent:           number("download_percent"),
		DownloadInterval:          number("download_interval"),
		UpgradeInterval:           number("upgrade_interval"),
		ScheduledDownload:         text("scheduled_download"),
		ScheduledUpgrade:          text("scheduled_upgrade"),
		FailureInfo:               text("failure_info"),
		SoftwareVersionChangeTime: number("software_version_change_time"),
		Etag:                      number("_etag"),
		CreatedOnUTC:              number("_created_on_utc"),
		UpdatedOnUTC:              number("_updated_on_utc"),
	}
}

// rowText writes the fields of a row that are not null; pointers would print
// as addresses.
func rowText(row *Status) string {
	var fields []string
	for _, field := range Fields() {
		if value := field.Value(row); !value.Null() {
			fields = append(fields, fmt.Sprintf("%s=%q", field.Name, value.Text()))
		}
	}
	return "{" + strings.Join(fields, " ") + "}"
}

func rowTexts(rows []Status) []string {
	texts := make([]string, len(rows))
	for i := range rows {
		texts[i] = rowText(&rows[i])
	}
	return texts
}

func truthText(truth Truth) string {
	switch truth {
	case True:
		return "true"
	case False:
		return "false"
	case Unknown:
		return "unknown"
	default:
		return fmt.Sprintf("Truth(%d)", truth)
	}
}

func mustSelectFilters(t testingT, elementIDs []string, filters ...Filter) Selection {
	t.Helper()
	selection, err := SelectFilters(elementIDs, filters)
	if err != nil {
		t.Fatalf("SelectFilters(%q, %+v): %v", elementIDs, filters, err)
	}
	return selection
}

func mustSelectParams(t testingT, raw string) Selection {
	t.Helper()
	selection, err := SelectParams(raw)
	if err != nil {
		t.Fatalf("SelectParams(%s): %v", raw, err)
	}
	return selection
}

// argumentErrors takes a joined error apart and insists that each part tells
// the user which attribute is wrong.
func argumentErrors(t *testing.T, err error) []*ArgumentError {
	t.Helper()
	if err == nil {
		return nil
	}
	parts := []error{err}
	if joined, isJoined := err.(interface{ Unwrap() []error }); isJoined {
		parts = joined.Unwrap()
	}
	arguments := make([]*ArgumentError, len(parts))
	for i, part := range parts {
		argument, isArgument := errors.AsType[*ArgumentError](part)
		if !isArgument {
			t.Fatalf("got the error %q of type %T, want an *ArgumentError", part, part)
		}
		arguments[i] = argument
	}
	return arguments
}

// specItem reads the schema of a row from the facts of the vendor's description:
// the kind of each property and the values of upgrade_state.
func specItem(t *testing.T, file string) (map[string]Kind, []State) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "simulator", "testdata", "contract", file))
	if err != nil {
		t.Fatal(err)
	}
	var facts struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct {
					Type string  `json:"type"`
					Enum []State `json:"enum"`
				} `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	properties := facts.Components.Schemas["ElementImageStatusQueryFilterV2N1"].Properties
	if len(properties) == 0 {
		t.Fatalf("%s has no properties of ElementImageStatusQueryFilterV2N1", file)
	}
	kinds := make(map[string]Kind, len(properties))
	for name, property := range properties {
		switch property.Type {
		case "integer":
			kinds[name] = KindInteger
		case "string":
			kinds[name] = KindText
		}
	}
	return kinds, properties[FieldUpgradeState].Enum
}

// testingT is what tests, property tests and benchmarks have in common.
type testingT interface {
	Helper()
	Fatalf(format string, args ...any)
}
