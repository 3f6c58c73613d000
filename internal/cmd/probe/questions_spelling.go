package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

var spellingQuestions = []question{
	{
		name: "nulls", topic: topicRows, known: unknown,
		asks: "Is a field without a value null or absent?", how: "All rows.",
		presumed: "The provider treats both alike.",
		meanings: []meaning{
			{word: "null", says: "It is null.", positions: map[string]any{"NullsAbsent": false}},
			{word: "absent", says: "It is absent.", positions: map[string]any{"NullsAbsent": true}},
		},
		find: (*tenant).nulls,
	},
	{
		name: "newer_fields", topic: topicRows, known: documented,
		asks: "Do rows have software_version_change_time and _etag?", how: "All rows.",
		presumed: "On controllers of 2026. The provider does not need them.",
		meanings: []meaning{
			{word: "there", says: "Yes.", positions: map[string]any{"OmitNewerFields": false}},
			{word: "missing", says: "No.", positions: map[string]any{"OmitNewerFields": true}},
		},
		find: (*tenant).newerFields,
	},
	{
		name: "new_fields", topic: topicRows, known: documented,
		asks: "Do rows have fields that are not published?", how: "All rows: the names of such fields.",
		presumed: "No. The provider ignores such fields.",
		meanings: []meaning{
			{word: "none", says: "No."},
			{word: "some", says: "Yes.", contradicts: true},
		},
		find: (*tenant).newFields,
	},
	{
		name: "numbers", topic: topicRows, known: observed,
		asks: "How are whole numbers spelt?", how: "All rows and their envelopes.",
		presumed: "As digits. The provider also reads texts and a fraction of 0.",
		meanings: []meaning{
			{word: "digits", says: "As digits, such as 37.", positions: map[string]any{"NumbersAsText": false, "NumbersWithPoint": false}},
			{word: "texts", says: "As texts, such as \"37\".", contradicts: true, positions: map[string]any{"NumbersAsText": true, "NumbersWithPoint": false}},
			{word: "points", says: "With a fraction, such as 37.0.", contradicts: true, positions: map[string]any{"NumbersAsText": false, "NumbersWithPoint": true}},
		},
		find: (*tenant).numbers,
	},
	{
		name: "change_time", topic: topicRows, known: unknown,
		asks: "In which unit is software_version_change_time?", how: "All rows: the number of digits.",
		presumed: "In milliseconds, or in the 17 digits of _updated_on_utc; the provider tells them apart by their size.",
		meanings: []meaning{
			{word: "milliseconds", says: "Milliseconds, 13 digits.", positions: map[string]any{"ChangeTimeAsStamp": false}},
			{word: "stamp", says: "17 digits, as _updated_on_utc.", positions: map[string]any{"ChangeTimeAsStamp": true}},
			{word: "other", says: "Another number of digits.", contradicts: true},
		},
		find: (*tenant).changeTime,
	},
	{
		name: "schedules", topic: topicRows, known: unknown,
		asks: "How are scheduled_download and scheduled_upgrade spelt?", how: "All rows. The report shows each digit as 9 and each letter as A.",
		presumed: "As 99-99-9999 99:99:99, which clients send. The function parse_schedule also reads other common formats.",
		meanings: []meaning{
			{word: "sent", says: "As they are sent: 99-99-9999 99:99:99."},
			{word: "other", says: "In another format.", contradicts: true},
		},
		find: (*tenant).schedules,
	},
	{
		name: "intervals", topic: topicRows, known: unknown,
		asks: "In which unit are download_interval and upgrade_interval?", how: "All rows: the smallest and the largest.",
		presumed: "Nothing: the provider passes them on.",
		meanings: nil,
		find:     (*tenant).intervals,
	},
}

func (t *tenant) nulls(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	nulls, absent := 0, 0
	for _, row := range read.rows {
		for _, field := range imagestatus.FieldNames() {
			switch {
			case slices.Contains(newerFields, field):
			case !row.has(field):
				absent++
			case row.nullOrAbsent(field):
				nulls++
			}
		}
	}
	switch {
	case nulls > 0 && absent == 0:
		return settled("null", "%d nulls in %s", nulls, rowCount(len(read.rows))), nil
	case absent > 0 && nulls == 0:
		return settled("absent", "%d fields are missing in %s, and none is null", absent, rowCount(len(read.rows))), nil
	default:
		return unclear("%d nulls and %d missing fields in %s", nulls, absent, rowCount(len(read.rows))), nil
	}
}

func (t *tenant) newerFields(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	nulls := false
	for _, row := range read.rows {
		for name := range row {
			nulls = nulls || row.nullOrAbsent(name)
		}
		for _, field := range newerFields {
			if row.has(field) {
				return settled("there", "%s is in a row", field), nil
			}
		}
	}
	if !nulls {
		return unclear("in none of %s, in which no field is null", rowCount(len(read.rows))), nil
	}
	return settled("missing", "in none of %s, in which other fields are null", rowCount(len(read.rows))), nil
}

func (t *tenant) newFields(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	published := append(imagestatus.FieldNames(), generalFields...)
	found := make(map[string]int)
	for _, row := range read.rows {
		for name := range row {
			if !slices.Contains(published, name) {
				found[keyWord(name)]++
			}
		}
	}
	if len(found) > 0 {
		return settled("some", "fields and their rows: %s", countList(found)), nil
	}
	return settled("none", "in %s", rowCount(len(read.rows))), nil
}

func (t *tenant) numbers(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	spelt := make(map[string]int)
	note := func(holder item, fields ...string) {
		for _, field := range fields {
			if holder.has(field) && !holder.nullOrAbsent(field) {
				spelt[numberSpelling(holder[field])]++
			}
		}
	}
	for _, answer := range read.pages {
		note(answer.envelope, "count", "total_count", "deleted_count")
	}
	for _, row := range read.rows {
		note(row, integerFields...)
	}
	if len(spelt) != 1 {
		return unclear("%s", countList(spelt)), nil
	}
	for word, count := range spelt {
		return settled(word, "%s", counted(count, "number")), nil
	}
	return finding{}, nil
}

func numberSpelling(raw json.RawMessage) string {
	text := strings.Trim(string(raw), `"`)
	switch {
	case len(text) < len(raw):
		return "texts"
	case strings.Contains(text, "."):
		return "points"
	default:
		return "digits"
	}
}

func (t *tenant) changeTime(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	const milliseconds, stamp = "13", "17"
	digits := make(map[string]int)
	for _, row := range read.rows {
		if number, is := numberOf(row["software_version_change_time"]); is {
			digits[strconv.Itoa(len(strconv.FormatInt(number, 10)))]++
		}
	}
	evidence := fmt.Sprintf("numbers of digits and their rows: %s", countList(digits))
	switch {
	case len(digits) != 1:
		return unclear("%s among %s", counted(len(digits), "number")+" of digits", rowCount(len(read.rows))), nil
	case digits[milliseconds] > 0:
		return settled("milliseconds", "%s", evidence), nil
	case digits[stamp] > 0:
		return settled("stamp", "%s", evidence), nil
	default:
		return settled("other", "%s", evidence), nil
	}
}

func (t *tenant) schedules(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	const sent = "99-99-9999 99:99:99"
	forms := make(map[string]int)
	for _, row := range read.rows {
		for _, field := range []string{"scheduled_download", "scheduled_upgrade"} {
			if text := row.text(field); text != "" {
				forms[spelling(text)]++
			}
		}
	}
	switch {
	case len(forms) == 0:
		return unclear("no row has a schedule"), nil
	case len(forms) == 1 && forms[sent] > 0:
		return settled("sent", "%s", counted(forms[sent], "text")), nil
	default:
		return settled("other", "%s", countList(forms)), nil
	}
}

func (t *tenant) intervals(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	var parts []string
	for _, field := range []string{"download_interval", "upgrade_interval"} {
		var numbers []int64
		for _, row := range read.rows {
			if number, is := numberOf(row[field]); is {
				numbers = append(numbers, number)
			}
		}
		if len(numbers) > 0 {
			parts = append(parts, fmt.Sprintf("%s: %d to %d in %s", field, slices.Min(numbers), slices.Max(numbers), rowCount(len(numbers))))
		}
	}
	if len(parts) == 0 {
		return unclear("no row has an interval"), nil
	}
	return unclear("%s", strings.Join(parts, "; ")), nil
}

// newerFields came with the controllers of 2026 (documented by comparison).
var newerFields = []string{"software_version_change_time", "_etag"}

// integerFields are those of a status (documented).
var integerFields = func() []string {
	var names []string
	for _, field := range imagestatus.Fields() {
		if field.Kind == imagestatus.KindInteger {
			names = append(names, field.Name)
		}
	}
	return names
}()

// generalFields are in the items of every endpoint (observed).
var generalFields = []string{"_debug", "_error", "_info", "_schema", "_warning"}
