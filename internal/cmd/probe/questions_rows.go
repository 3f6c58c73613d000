package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

const topicRows = "Rows of image statuses"

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

var rowQuestions = []question{
	{
		name: "role", topic: topicRows, known: observed,
		asks: "May this account read image statuses?", how: "An empty query.",
		presumed: "Not every role may, as other endpoints deny roles that can only view; the provider says so.",
		meanings: []meaning{
			{word: "yes", says: "Yes.", positions: map[string]any{"RolesDenied": false}},
			{word: "no", says: "No, and no elements and images either.", positions: map[string]any{"RolesDenied": true}},
		},
		answer: (*tenant).role,
	},
	{
		name: "rows_per_element", topic: topicRows, known: inferred,
		asks: "How many rows does an element have?", how: "All rows.",
		presumed: "One. Where there are several, the provider takes the newest.",
		meanings: []meaning{
			{word: "one", says: "One."},
			{word: "several", says: "Some have more than one.", contradicts: true},
		},
		answer: (*tenant).rowsPerElement,
	},
	{
		name: "id", topic: topicRows, known: inferred,
		asks: "Are id and element_id the same?", how: "All rows.",
		presumed: "No. The provider goes by element_id.",
		meanings: []meaning{
			{word: "differ", says: "No, in no row."},
			{word: "same", says: "Yes, in every row.", contradicts: true},
		},
		answer: (*tenant).id,
	},
	{
		name: "never_upgraded", topic: topicRows, known: unknown,
		asks: "Does an element that was never upgraded have a row?", how: "All rows, and the list of elements.",
		presumed: "Perhaps. A gate that names its elements stays closed where one has no row.",
		meanings: []meaning{
			{word: "present", says: "There are rows without an upgrade state.", positions: map[string]any{"NeverUpgradedRows": "present"}},
			{word: "absent", says: "No row is without an upgrade state, and connected elements of branches and data centres have no row.", positions: map[string]any{"NeverUpgradedRows": "absent"}},
		},
		answer: (*tenant).neverUpgraded,
	},
	{
		name: "nulls", topic: topicRows, known: unknown,
		asks: "Is a field without a value null, or is it not there?", how: "All rows.",
		presumed: "Both are the same to the provider.",
		meanings: []meaning{
			{word: "null", says: "It is null.", positions: map[string]any{"NullsAbsent": false}},
			{word: "absent", says: "It is not there.", positions: map[string]any{"NullsAbsent": true}},
		},
		answer: (*tenant).nulls,
	},
	{
		name: "newer_fields", topic: topicRows, known: documented,
		asks: "Are software_version_change_time and _etag there?", how: "All rows.",
		presumed: "On controllers of 2026. The provider does without them, but for settled_for.",
		meanings: []meaning{
			{word: "there", says: "Yes.", positions: map[string]any{"OmitNewerFields": false}},
			{word: "missing", says: "No.", positions: map[string]any{"OmitNewerFields": true}},
		},
		answer: (*tenant).newerFields,
	},
	{
		name: "new_fields", topic: topicRows, known: documented,
		asks: "Are there fields that are not published?", how: "All rows: the names of such fields.",
		presumed: "No; the provider passes over them.",
		meanings: []meaning{
			{word: "none", says: "No."},
			{word: "some", says: "Yes.", contradicts: true},
		},
		answer: (*tenant).newFields,
	},
	{
		name: "numbers", topic: topicRows, known: observed,
		asks: "How are whole numbers spelt?", how: "All rows and their envelopes.",
		presumed: "As digits. The provider reads texts and a fraction of 0 as well.",
		meanings: []meaning{
			{word: "digits", says: "As digits, such as 37.", positions: map[string]any{"NumbersAsText": false, "NumbersWithPoint": false}},
			{word: "texts", says: "As texts, such as \"37\".", contradicts: true, positions: map[string]any{"NumbersAsText": true, "NumbersWithPoint": false}},
			{word: "points", says: "With a fraction, such as 37.0.", contradicts: true, positions: map[string]any{"NumbersAsText": false, "NumbersWithPoint": true}},
		},
		answer: (*tenant).numbers,
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
		answer: (*tenant).changeTime,
	},
	{
		name: "schedules", topic: topicRows, known: unknown,
		asks: "How are scheduled_download and scheduled_upgrade spelt?", how: "All rows: each digit is shown as 9 and each letter as A.",
		presumed: "As 99-99-9999 99:99:99, which is what clients send. parse_schedule reads that and common forms besides.",
		meanings: []meaning{
			{word: "sent", says: "As they are sent: 99-99-9999 99:99:99."},
			{word: "other", says: "Otherwise.", contradicts: true},
		},
		answer: (*tenant).schedules,
	},
	{
		name: "intervals", topic: topicRows, known: unknown,
		asks: "In which unit are download_interval and upgrade_interval?", how: "All rows: the smallest and the largest.",
		presumed: "Nothing: the provider passes them on.",
		meanings: nil,
		answer:   (*tenant).intervals,
	},
	{
		name: "states", topic: topicRows, known: documented,
		asks: "Which upgrade states are there?", how: "All rows, counted by state.",
		presumed: "The 36 of the published description, and null. What is not listed is unknown, and closes a gate.",
		meanings: []meaning{
			{word: "listed", says: "Listed ones only."},
			{word: "unlisted", says: "Some that are not listed.", contradicts: true},
		},
		answer: (*tenant).states,
	},
}

func (t *tenant) role(ctx context.Context) (finding, error) {
	answers, err := t.defaults(ctx)
	switch {
	case err != nil:
		return finding{}, err
	case answers[0].good():
		return settled("yes", "%s", answers[0].outcome()), nil
	case !answers[0].denied():
		return unclear("%s", answers[0].outcome()), nil
	}
	for _, list := range []*sdwan.Endpoint{sdwan.ElementList, sdwan.ImageList} {
		answer, err := t.list(ctx, list)
		if err != nil {
			return finding{}, err
		}
		if !answer.denied() {
			return unclear("statuses: %s; another list: %s", answers[0].outcome(), answer.outcome()), nil
		}
	}
	return settled("no", "statuses, elements and images: %s", answers[0].outcome()), nil
}

// every is all rows that were read, and a finding where there are none.
func (t *tenant) every(ctx context.Context) (*statuses, *finding, error) {
	read, err := t.rows(ctx)
	if err == nil && len(read.rows) == 0 {
		return nil, new(unclear("%s", read.first.outcome())), nil
	}
	return read, nil, err
}

func (t *tenant) rowsPerElement(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	counts, more := make(map[string]int), 0
	for _, row := range read.rows {
		element := row.text(imagestatus.FieldElementID)
		counts[element]++
		if counts[element] == 2 {
			more++
		}
	}
	if more > 0 {
		return settled("several", "%s of %d elements have more than one row", strconv.Itoa(more), len(counts)), nil
	}
	return settled("one", "%s, %s", rowCount(len(read.rows)), counted(len(counts), "element")), nil
}

func (t *tenant) id(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	same := 0
	for _, row := range read.rows {
		if row.text(imagestatus.FieldID) == row.text(imagestatus.FieldElementID) {
			same++
		}
	}
	switch same {
	case 0:
		return settled("differ", "in %s", rowCount(len(read.rows))), nil
	case len(read.rows):
		return settled("same", "in %s", rowCount(len(read.rows))), nil
	default:
		return unclear("the same in %d of %s", same, rowCount(len(read.rows))), nil
	}
}

func (t *tenant) neverUpgraded(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	idle, with := 0, make(map[string]bool, len(read.rows))
	for _, row := range read.rows {
		with[row.text(imagestatus.FieldElementID)] = true
		if row.null(imagestatus.FieldUpgradeState) {
			idle++
		}
	}
	if idle > 0 {
		return settled("present", "%d of %s have no upgrade state", idle, rowCount(len(read.rows))), nil
	}
	elements, listed, err := t.fleet(ctx, sdwan.ElementQuery, sdwan.ElementList)
	switch {
	case err != nil:
		return finding{}, err
	case !listed || !read.complete:
		return unclear("no row is without an upgrade state, and not all rows and elements could be read"), nil
	}
	without, stray := missing(elements, with)
	if without == 0 || stray {
		return unclear("no row is without an upgrade state; %s without a row", counted(without, "element")), nil
	}
	return settled("absent", "%s without a row", counted(without, "connected element")), nil
}

// missing counts the connected elements of branches and data centres that have no
// row; stray says that there are rows of elements that are not listed.
func missing(elements page, with map[string]bool) (without int, stray bool) {
	known := make(map[string]bool, len(elements.items))
	for _, element := range elements.items {
		known[element.text("id")] = true
		isDevice := slices.Contains([]string{"HUB", "SPOKE"}, element.text("role")) && element.text("connected") == "true"
		if isDevice && !with[element.text("id")] {
			without++
		}
	}
	for id := range with {
		stray = stray || !known[id]
	}
	return without, stray
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
			case row.null(field):
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
			nulls = nulls || row.null(name)
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

// generalFields are in the items of every endpoint (observed).
var generalFields = []string{"_debug", "_error", "_info", "_schema", "_warning"}

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
		return settled("some", "fields and their rows: %s", tallied(found)), nil
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
			if holder.has(field) && !holder.null(field) {
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
		return unclear("%s", tallied(spelt)), nil
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
	evidence := fmt.Sprintf("digits and their rows: %s", tallied(digits))
	switch {
	case len(digits) != 1:
		return unclear("%s of it among %s", counted(len(digits), "length"), rowCount(len(read.rows))), nil
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
		return settled("other", "%s", tallied(forms)), nil
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
		return unclear("no row has one"), nil
	}
	return unclear("%s", strings.Join(parts, "; ")), nil
}

func (t *tenant) states(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	word, counts := "listed", map[string]int{"listed": 0, "others": 0, "null": 0}
	for _, row := range read.rows {
		switch text := row.text(imagestatus.FieldUpgradeState); {
		case text == "":
			counts["null"]++
		case imagestatus.State(text).Known():
			counts["listed"]++
		default:
			counts["others"]++
			word = "unlisted"
		}
	}
	return settled(word, "rows: %s; the states are below", tallied(counts)), nil
}
