package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

const topicFields = "Aggregates and retrieved_fields"

var fieldQuestions = []question{
	{
		name: "aggregate", topic: topicFields, known: unknown,
		asks: "What do aggregate and group_by do?", how: "A count of elements by upgrade state, or by version if there is only one state.",
		presumed: "Nothing. The provider checks the answer, and counts the rows itself if the answer is not an aggregate.",
		meanings: []meaning{
			{word: "rows", says: "One row for each group, with aggregated_value.", positions: map[string]any{"Aggregate": "rows"}},
			{word: "envelope", says: "An object in the envelope.", positions: map[string]any{"Aggregate": "envelope"}},
			{word: "ignored", says: "Nothing: the answer holds plain rows.", positions: map[string]any{"Aggregate": "ignored"}},
			{word: "refused", says: "They are refused.", positions: map[string]any{"Aggregate": "refused"}},
			{word: "ungrouped", says: "One row over everything: group_by is ignored.", positions: map[string]any{"Aggregate": "ungrouped"}},
			{word: "nested", says: "One row for each group, whose fields are in an object of their own.", positions: map[string]any{"Aggregate": "nested"}},
			{word: "other_field", says: "Groups of another field than the one asked for.", positions: map[string]any{"Aggregate": "other_field"}},
			{word: "not_found", says: "Status 404.", positions: map[string]any{"Aggregate": "not_found"}},
			{word: "fails", says: "Status 500.", positions: map[string]any{"Aggregate": "fails"}},
			{word: "unsupported", says: "Status 501.", positions: map[string]any{"Aggregate": "unsupported"}},
		},
		find: (*tenant).aggregate,
	},
	{
		name: "aggregate_nulls", topic: topicFields, known: unknown,
		asks: "Does a count include nulls?", how: "A count of download_interval, or of another number that some rows lack.",
		presumed: "Perhaps. The provider lets the controller count only fields that cannot be null, or counts the rows itself.",
		meanings: []meaning{
			{word: "skipped", says: "No.", positions: map[string]any{"AggregateNulls": "skipped"}},
			{word: "zero", says: "Yes.", positions: map[string]any{"AggregateNulls": "zero"}},
		},
		find: (*tenant).aggregateNulls,
	},
	{
		name: "retrieved_fields", topic: topicFields, known: observed,
		asks: "What is the value of a field that retrieved_fields leaves out?", how: "Two fields of one element.",
		presumed: "Something made up, as at a sibling of the endpoint. The provider never reads a field that it did not ask for.",
		meanings: []meaning{
			{word: "defaults", says: "An empty text, or 0.", positions: map[string]any{"ProjectionPlaceholders": "defaults"}},
			{word: "fabricated", says: "A value that looks real.", positions: map[string]any{"ProjectionPlaceholders": "fabricated"}},
			{word: "nulls", says: "Null.", positions: map[string]any{"ProjectionPlaceholders": "nulls"}},
			{word: "off", says: "The real value: rows are whole.", positions: map[string]any{"ProjectionPlaceholders": "off"}},
		},
		find: (*tenant).retrievedFields,
	},
}

// aggregateStatuses are the words for responses other than a success.
var aggregateStatuses = map[int]string{
	http.StatusBadRequest: "refused", http.StatusNotFound: "not_found", http.StatusInternalServerError: "fails", http.StatusNotImplemented: "unsupported",
}

const aggregated = "aggregated_value"

func (t *tenant) aggregate(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	field, groups := groupable(read.rows)
	if field == "" {
		return skipped("no field has two values"), nil
	}
	answer, err := t.counted(ctx, read, field)
	if err != nil {
		return finding{}, err
	}
	if word := aggregateStatuses[answer.status]; word != "" {
		return settled(word, "%s", answer.outcome()), nil
	}
	word := shapeOf(answer, field)
	if word == "ungrouped" {
		// All elements may be in one state by now; ids remain different.
		byElement, err := t.counted(ctx, read, imagestatus.FieldElementID)
		if err != nil {
			return finding{}, err
		}
		if shapeOf(byElement, imagestatus.FieldElementID) != word {
			word = ""
		}
	}
	if word == "" {
		return unclear("%s, of %d groups", answer.outcome(), groups), nil
	}
	return settled(word, "%s, of %d groups by %s", answer.outcome(), groups, field), nil
}

func (t *tenant) counted(ctx context.Context, read *statuses, field string) (response, error) {
	return t.ask(ctx, sdwan.StatusQuery, query{
		"aggregate": map[string]any{"field": imagestatus.FieldElementID, "operator": "count"}, "group_by": []string{field}, "limit": read.accepted,
	})
}

// groupable is a field with at least two values, so that groups can be recognized.
func groupable(rows []item) (field string, groups int) {
	for _, field := range []string{imagestatus.FieldUpgradeState, "active_version", imagestatus.FieldElementID} {
		values := make(map[string]bool)
		for _, row := range rows {
			if text := row.text(field); text != "" {
				values[text] = true
			}
		}
		if len(values) > 1 {
			return field, len(values)
		}
	}
	return "", 0
}

// shapeOf names the form of an aggregate; "" is an unknown one.
func shapeOf(answer response, field string) string {
	has := func(name string) func(item) bool {
		return func(row item) bool { return !row.nullOrAbsent(name) }
	}
	switch groups := envelopeGroups(answer); {
	case anyOf(groups, func(group item) bool { return has(field)(group.inner("view")) }):
		return "envelope"
	case len(groups) > 0, !answer.good(), len(answer.items) == 0:
		return ""
	case !anyOf(answer.items, has(aggregated)):
		if anyOf(answer.items, has(imagestatus.FieldElementID)) {
			return "ignored"
		}
		return ""
	case anyOf(answer.items, func(row item) bool { return has(field)(row.inner("group")) }):
		return "nested"
	case anyOf(answer.items, has(field)):
		return "rows"
	case anyOf(answer.items, has(imagestatus.FieldID)):
		return "other_field"
	case len(answer.items) == 1:
		return "ungrouped"
	default:
		return ""
	}
}

func envelopeGroups(answer response) []item {
	var groups []item
	if json.Unmarshal(orNull(answer.envelope.inner("aggregate")["data"]), &groups) != nil {
		return nil
	}
	return groups
}

func anyOf(rows []item, holds func(item) bool) bool { return slices.ContainsFunc(rows, holds) }

func (t *tenant) aggregateNulls(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	field, present := sometimesNull(read.rows)
	if field == "" || !read.complete {
		return skipped("not all rows were read, or no number is null in any"), nil
	}
	answer, err := t.ask(ctx, sdwan.StatusQuery, query{"aggregate": map[string]any{"field": field, "operator": "count"}, "limit": read.accepted})
	if err != nil {
		return finding{}, err
	}
	var count int64
	var is bool
	if groups := envelopeGroups(answer); len(groups) == 1 {
		count, is = numberOf(groups[0]["value"])
	} else if len(answer.items) == 1 {
		count, is = numberOf(answer.items[0][aggregated])
	}
	switch {
	case !is:
		return unclear("%s, not one count", answer.outcome()), nil
	case count == present:
		return settled("skipped", "%d of %s, of which %d have a value", count, rowCount(len(read.rows)), present), nil
	case count == int64(len(read.rows)):
		return settled("zero", "%d of %s, of which %d have a value", count, rowCount(len(read.rows)), present), nil
	default:
		return unclear("%d of %s, of which %d have a value", count, rowCount(len(read.rows)), present), nil
	}
}

// sometimesNull is a number that some rows lack, and the number of rows that have it.
func sometimesNull(rows []item) (field string, present int64) {
	for _, field := range []string{"download_interval", "upgrade_interval", "download_percent"} {
		var present int64
		for _, row := range rows {
			if !row.nullOrAbsent(field) {
				present++
			}
		}
		if present < int64(len(rows)) {
			return field, present
		}
	}
	return "", 0
}

func (t *tenant) retrievedFields(ctx context.Context) (finding, error) {
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	// These change only with an upgrade.
	fields := []string{"active_image_id", "upgrade_image_id", imagestatus.FieldUpgradeState}
	at := slices.IndexFunc(read.rows, func(row item) bool {
		return !slices.ContainsFunc(fields, row.nullOrAbsent) && !row.nullOrAbsent(imagestatus.FieldElementID)
	})
	if at < 0 {
		return skipped("no row has values in the fields to leave out"), nil
	}
	whole := read.rows[at]
	element := whole.text(imagestatus.FieldElementID)
	answer, err := t.ask(ctx, sdwan.StatusQuery, filtered(imagestatus.FieldElementID, "eq", element).
		with("retrieved_fields", []string{imagestatus.FieldElementID, "active_version"}).with("limit", read.accepted))
	if err != nil {
		return finding{}, err
	}
	same := slices.IndexFunc(answer.items, func(row item) bool { return row.text(imagestatus.FieldElementID) == element })
	if !answer.good() || same < 0 {
		return unclear("%s", answer.outcome()), nil
	}
	return placeholders(whole, answer.items[same], fields), nil
}

// placeholders compares fields that were left out with their real values.
func placeholders(whole, left item, fields []string) finding {
	kinds := make(map[string]int)
	for _, field := range fields {
		switch text := left.text(field); {
		case left.nullOrAbsent(field):
			kinds["null"]++
		case text == "":
			kinds["empty"]++
		case text == whole.text(field):
			kinds["true"]++
		default:
			kinds["made up"]++
		}
	}
	evidence := strings.Join(fields, ", ") + ": " + countList(kinds)
	switch {
	case kinds["made up"] > 0 && kinds["true"] == 0:
		return settled("fabricated", "%s", evidence)
	case kinds["empty"] == len(fields):
		return settled("defaults", "%s", evidence)
	case kinds["null"] == len(fields):
		return settled("nulls", "%s", evidence)
	case kinds["true"] == len(fields):
		return settled("off", "%s", evidence)
	default:
		return unclear("%s", evidence)
	}
}
