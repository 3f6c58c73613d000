package main

import (
	"context"
	"slices"
	"strconv"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

const topicRows = "Rows of image statuses"

var rowQuestions = []question{
	{
		name: "role", topic: topicRows, known: observed,
		asks: "May this account read image statuses?", how: "An empty query.",
		presumed: "Not every role may: other endpoints deny roles that can only view. The provider reports a denial as such.",
		meanings: []meaning{
			{word: "yes", says: "Yes.", positions: map[string]any{"RolesDenied": false}},
			{word: "no", says: "No, and no elements and images either.", positions: map[string]any{"RolesDenied": true}},
		},
		find: (*tenant).role,
	},
	{
		name: "rows_per_element", topic: topicRows, known: inferred,
		asks: "How many rows does an element have?", how: "All rows.",
		presumed: "One. If there are several, the provider uses the newest.",
		meanings: []meaning{
			{word: "one", says: "One."},
			{word: "several", says: "Some have more than one.", contradicts: true},
		},
		find: (*tenant).rowsPerElement,
	},
	{
		name: "id", topic: topicRows, known: inferred,
		asks: "Are id and element_id the same?", how: "All rows.",
		presumed: "No. The provider uses element_id.",
		meanings: []meaning{
			{word: "differ", says: "No, in no row."},
			{word: "same", says: "Yes, in every row.", contradicts: true},
		},
		find: (*tenant).id,
	},
	{
		name: "never_upgraded", topic: topicRows, known: unknown,
		asks: "Does an element that was never upgraded have a row?", how: "All rows, and the list of elements.",
		presumed: "Perhaps. A gate that names its elements stays closed if one of them has no row.",
		meanings: []meaning{
			{word: "present", says: "There are rows without an upgrade state.", positions: map[string]any{"NeverUpgradedRows": "present"}},
			{word: "absent", says: "No row is without an upgrade state, and connected elements of branches and data centres have no row.", positions: map[string]any{"NeverUpgradedRows": "absent"}},
		},
		find: (*tenant).neverUpgraded,
	},
	{
		name: "states", topic: topicRows, known: documented,
		asks: "Which upgrade states are there?", how: "All rows, counted by state.",
		presumed: "The 36 of the published description, and null. Any other state is unknown, and closes a gate.",
		meanings: []meaning{
			{word: "listed", says: "Only published ones."},
			{word: "unlisted", says: "Some that are not published.", contradicts: true},
		},
		find: (*tenant).states,
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

// every returns all rows that were read, or the finding that there are none.
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
	idle := 0
	for _, row := range read.rows {
		if row.nullOrAbsent(imagestatus.FieldUpgradeState) {
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
	without, strays := read.unmatched(elements)
	devices := 0
	for _, element := range without {
		if slices.Contains([]string{"HUB", "SPOKE"}, element.text("role")) && element.text("connected") == "true" {
			devices++
		}
	}
	if devices == 0 || strays > 0 {
		return unclear("no row is without an upgrade state; %s without a row", counted(devices, "element")), nil
	}
	return settled("absent", "%s without a row", counted(devices, "connected element")), nil
}

// unmatched returns the elements without a row, and the number of elements with rows
// that are not listed.
func (s *statuses) unmatched(elements response) (without []item, strays int) {
	strayIDs := make(map[string]bool, len(s.rows))
	for _, row := range s.rows {
		strayIDs[row.text(imagestatus.FieldElementID)] = true
	}
	for _, element := range elements.items {
		if !strayIDs[element.text("id")] {
			without = append(without, element)
		}
	}
	for _, element := range elements.items {
		delete(strayIDs, element.text("id"))
	}
	return without, len(strayIDs)
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
	return settled(word, "rows: %s; the states are below", countList(counts)), nil
}
