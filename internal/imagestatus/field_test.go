package imagestatus

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// wireFields repeats the contract by hand: the name on the wire, the member of
// Status, the Terraform attribute and the kind.
var wireFields = []struct {
	name, member, attribute string
	kind                    Kind
}{
	{"id", "ID", "id", KindText},
	{"element_id", "ElementID", "element_id", KindText},
	{"active_image_id", "ActiveImageID", "active_image_id", KindText},
	{"active_version", "ActiveVersion", "active_version", KindText},
	{"previous_image_id", "PreviousImageID", "previous_image_id", KindText},
	{"rollback_version", "RollbackVersion", "rollback_version", KindText},
	{"upgrade_image_id", "UpgradeImageID", "upgrade_image_id", KindText},
	{"upgrade_state", "UpgradeState", "upgrade_state", KindText},
	{"download_percent", "DownloadPercent", "download_percent", KindInteger},
	{"download_interval", "DownloadInterval", "download_interval", KindInteger},
	{"upgrade_interval", "UpgradeInterval", "upgrade_interval", KindInteger},
	{"scheduled_download", "ScheduledDownload", "scheduled_download", KindText},
	{"scheduled_upgrade", "ScheduledUpgrade", "scheduled_upgrade", KindText},
	{"failure_info", "FailureInfo", "failure_info", KindText},
	{"software_version_change_time", "SoftwareVersionChangeTime", "software_version_change_time", KindInteger},
	{"_etag", "Etag", "etag", KindInteger},
	{"_created_on_utc", "CreatedOnUTC", "", KindInteger},
	{"_updated_on_utc", "UpdatedOnUTC", "", KindInteger},
}

func TestFieldsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	fields := Fields()
	if len(fields) != len(wireFields) {
		t.Fatalf("got %d fields, want %d", len(fields), len(wireFields))
	}
	for i, want := range wireFields {
		got := fields[i]
		if got.Name != want.name || got.Attribute != want.attribute || got.Kind != want.kind {
			t.Errorf("field %d: got name %q, attribute %q, kind %s; want %+v", i, got.Name, got.Attribute, got.Kind, want)
		}
		if !strings.HasSuffix(got.Description, ".") {
			t.Errorf("description of %s: got %q, want a sentence", got.Name, got.Description)
		}
		if FieldNames()[i] != want.name {
			t.Errorf("name %d: got %q, want %q", i, FieldNames()[i], want.name)
		}
		if found, known := FieldByName(want.name); !known || found.Name != want.name {
			t.Errorf("FieldByName(%q) = %q, %t", want.name, found.Name, known)
		}
	}
	if members := reflect.TypeFor[Status]().NumField(); members != len(wireFields) {
		t.Errorf("Status has %d members, want one for each of %d fields", members, len(wireFields))
	}
}

func TestNamesAndAttributesOfFieldsAreUnique(t *testing.T) {
	t.Parallel()
	names, attributes := make(map[string]bool), make(map[string]bool)
	for _, field := range Fields() {
		if names[field.Name] {
			t.Errorf("two fields are named %q", field.Name)
		}
		names[field.Name] = true
		if field.Attribute != "" && attributes[field.Attribute] {
			t.Errorf("two fields have the attribute %q", field.Attribute)
		}
		attributes[field.Attribute] = true
	}
}

func TestEveryPropertyOfTheVendorsItemHasAField(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"unified.json", "legacy.json"} {
		kinds, _ := specItem(t, file)
		for name, kind := range kinds {
			if field, known := FieldByName(name); !known || field.Kind != kind {
				t.Errorf("%s: property %s: got a field %t of kind %q, want kind %q", file, name, known, field.Kind, kind)
			}
		}
	}
}

func TestFieldReadsItsOwnMemberAndKeepsNullApartFromZero(t *testing.T) {
	t.Parallel()
	for _, want := range wireFields {
		var null, zero, set Status
		zeroText, setText := "", "value"
		if want.kind == KindInteger {
			zeroText, setText = "0", "42"
		}
		setMember(t, &zero, want.member, "", 0)
		setMember(t, &set, want.member, "value", 42)
		for _, field := range Fields() {
			if value := field.Value(&null); !value.Null() || value.Text() != "" {
				t.Errorf("%s of an empty row: got %+v, want null", field.Name, value)
			}
			if field.Name != want.name {
				if value := field.Value(&set); !value.Null() {
					t.Errorf("%s of a row with only %s: got %+v, want null", field.Name, want.member, value)
				}
				continue
			}
			if value := field.Value(&zero); value.Null() || value.Text() != zeroText {
				t.Errorf("%s of a row with a zero: got %+v, want %q", field.Name, value, zeroText)
			}
			if value := field.Value(&set); value.Text() != setText {
				t.Errorf("%s of a row: got %q, want %q", field.Name, value.Text(), setText)
			}
		}
	}
}

func TestRowCanBeKeptWithSomeOfItsFields(t *testing.T) {
	t.Parallel()
	var row Status
	for _, field := range wireFields {
		setMember(t, &row, field.member, "value", 42)
	}
	for _, kept := range wireFields {
		only := row.Only([]string{kept.name, FieldPhase})
		for _, field := range Fields() {
			if got := !field.Value(&only).Null(); got != (field.Name == kept.name) {
				t.Errorf("only %s: %s is kept: %t", kept.name, field.Name, got)
			}
		}
	}
	if all := row.Only(FieldNames()); !reflect.DeepEqual(all, row) {
		t.Errorf("got %+v, want the whole row", all)
	}
}

func setMember(t *testing.T, row *Status, member, text string, number int64) {
	t.Helper()
	switch pointer := reflect.ValueOf(row).Elem().FieldByName(member).Addr().Interface().(type) {
	case **string:
		*pointer = &text
	case **int64:
		*pointer = &number
	default:
		t.Fatalf("Status.%s is a %T, want a pointer to a text or an integer", member, pointer)
	}
}

func TestListOfFieldsBelongsToTheCaller(t *testing.T) {
	t.Parallel()
	Fields()[0].Name = "changed"
	FieldNames()[0] = "changed"
	if got, names := Fields()[0].Name, FieldNames()[0]; got != FieldID || names != FieldID {
		t.Errorf("first field after a caller changed its lists: got %q and %q, want %q", got, names, FieldID)
	}
}

func TestNamesThatAreNoFieldsAreNotFound(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "etag", "ID", "phase", "created_at", "_schema", "and", "or"} {
		if field, known := FieldByName(name); known {
			t.Errorf("FieldByName(%q) gives %q, want nothing", name, field.Name)
		}
	}
}

func TestValuesAreWrittenExactly(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value     Value
		text      string
		number    int64
		isInteger bool
		null      bool
	}{
		{Value{}, "", 0, false, true},
		{TextValue(""), "", 0, false, false},
		{TextValue("42"), "42", 0, false, false},
		{IntegerValue(0), "0", 0, true, false},
		{IntegerValue(17739352012230004), "17739352012230004", 17739352012230004, true, false},
		{IntegerValue(math.MaxInt64), "9223372036854775807", math.MaxInt64, true, false},
		{IntegerValue(math.MinInt64), "-9223372036854775808", math.MinInt64, true, false},
	} {
		number, isInteger := test.value.Integer()
		if got := test.value.Text(); got != test.text {
			t.Errorf("%+v: got text %q, want %q", test.value, got, test.text)
		}
		if number != test.number || isInteger != test.isInteger {
			t.Errorf("%+v: got integer %d, %t; want %d, %t", test.value, number, isInteger, test.number, test.isInteger)
		}
		if got := test.value.Null(); got != test.null {
			t.Errorf("%+v: got null = %t, want %t", test.value, got, test.null)
		}
	}
}

func TestNullComesBeforeIntegersBeforeTexts(t *testing.T) {
	t.Parallel()
	ascending := []Value{
		{}, IntegerValue(math.MinInt64), IntegerValue(-1), IntegerValue(0), IntegerValue(9), IntegerValue(10), IntegerValue(math.MaxInt64),
		TextValue(""), TextValue("10"), TextValue("9"), TextValue("B"), TextValue("a"), TextValue("ab"), TextValue("é"),
	}
	for i, a := range ascending {
		for j, b := range ascending {
			want := min(1, max(-1, i-j))
			if got := a.Compare(b); got != want {
				t.Errorf("%+v compared with %+v gives %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestOrderOfValuesIsTotal(t *testing.T) {
	t.Parallel()
	values := rapid.OneOf(
		rapid.Just(Value{}),
		rapid.Map(rapid.OneOf(rapid.Int64Range(-2, 2), rapid.Int64()), IntegerValue),
		rapid.Map(rapid.OneOf(rapid.SampledFrom([]string{"", "0", "1", "a", "A"}), rapid.String()), TextValue),
	)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := values.Draw(t, "a"), values.Draw(t, "b"), values.Draw(t, "c")
		if a.Compare(b) != -b.Compare(a) {
			t.Fatalf("%+v and %+v: the order depends on the side", a, b)
		}
		if (a.Compare(b) == 0) != (a == b) {
			t.Fatalf("%+v and %+v: equal in order but not in value, or the other way round", a, b)
		}
		three := []Value{a, b, c}
		slices.SortFunc(three, Value.Compare)
		if three[0].Compare(three[2]) > 0 {
			t.Fatalf("%+v: the order is not transitive", three)
		}
	})
}
