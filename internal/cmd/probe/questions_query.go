package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

const topicQuery = "Query language"

var queryQuestions = []question{
	{
		name: "filters", topic: topicQuery, known: documented,
		asks: "Does query_params select rows?", how: "One element id with eq.",
		presumed: "Yes. The provider compares every row with the query, and fails if one does not match.",
		meanings: []meaning{
			{word: "selects", says: "Yes.", positions: map[string]any{"IgnoreFilters": false}},
			{word: "ignored", says: "No: it is ignored.", contradicts: true, positions: map[string]any{"IgnoreFilters": true}},
			{word: "refused", says: "It is refused.", contradicts: true},
		},
		find: (*tenant).filters,
	},
	{
		name: "operators", topic: topicQuery, known: observed,
		asks: "Which of the operators in, neq, gt, gte, lt, lte and re work, and which of the words `and`, `or`?",
		how:  "Each on the ids of three elements, one query each.",
		presumed: "in, neq, gte and lte are documented; gt, re, `and`, `or` were observed; lt is inferred. " +
			"The provider checks each row, so that an operator with another meaning causes an error and not a wrong result.",
		meanings: []meaning{
			{word: "all", says: "All of them, with the meaning that the provider assumes."},
			{word: "some", says: "Some do not, or mean something else.", contradicts: true},
		},
		find: (*tenant).operators,
	},
	{
		name: "anchoring", topic: topicQuery, known: observed,
		asks: "Does re match a pattern anywhere in the text?", how: "The middle of an element id with re.",
		presumed: "Yes.",
		meanings: []meaning{
			{word: "anywhere", says: "Yes."},
			{word: "whole", says: "No: only the whole text.", contradicts: true},
		},
		find: (*tenant).anchoring,
	},
	{
		name: "letter_case", topic: topicQuery, known: unknown,
		asks: "Are eq and re case-sensitive?", how: "The version of an element in capitals, with eq and with re.",
		presumed: "Yes. The provider compares each row again, case-sensitively.",
		meanings: []meaning{
			{word: "told", says: "Yes.", positions: map[string]any{"CaseInsensitive": false}},
			{word: "same", says: "No.", positions: map[string]any{"CaseInsensitive": true}},
		},
		find: (*tenant).letterCase,
	},
	{
		name: "unknown_words", topic: topicQuery, known: unknown,
		asks: "What happens to a query with a field, an operator or an order that does not exist?", how: "One query each.",
		presumed: "It is refused, or no row matches. The provider sends none.",
		meanings: []meaning{
			{word: "refused", says: "It is refused.", positions: map[string]any{"UnknownQuery": "refused"}},
			{word: "no_match", says: "No row matches, and such an order is ignored.", positions: map[string]any{"UnknownQuery": "no_match"}},
			{word: "mixed", says: "The three differ."},
		},
		find: (*tenant).unknownWords,
	},
	{
		name: "unknown_key", topic: topicQuery, known: unknown,
		asks: "What happens to a query with an unknown key in its body?", how: "One query with such a key.",
		presumed: "The key is ignored, or the query refused. The provider sends none.",
		meanings: []meaning{
			{word: "ignored", says: "The key is ignored.", positions: map[string]any{"UnknownKeys": "ignored"}},
			{word: "refused", says: "The query is refused.", positions: map[string]any{"UnknownKeys": "refused"}},
		},
		find: (*tenant).unknownKey,
	},
}

// someIDs returns element ids in ascending order, for use in queries.
func (t *tenant) someIDs(ctx context.Context, count int) ([]string, error) {
	read, err := t.rows(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range read.rows {
		if id := row.text(imagestatus.FieldElementID); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		if len(ids) == count {
			break
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// selection is the result of a query for one element.
type selection struct {
	ids    []string // of two elements; the query asked for the first
	answer response
}

// one asks for one element by its id, once.
func (t *tenant) one(ctx context.Context) (*selection, error) {
	if t.selection != nil {
		return t.selection, nil
	}
	ids, err := t.someIDs(ctx, 2)
	if err != nil {
		return nil, err
	}
	read := &selection{ids: ids}
	if len(ids) == 2 {
		if read.answer, err = t.ask(ctx, sdwan.StatusQuery, filtered(imagestatus.FieldElementID, "eq", ids[0])); err != nil {
			return nil, err
		}
	}
	t.selection = read
	return read, nil
}

// selects reports whether the query returned only what it asked for.
func (s *selection) selects() bool {
	return len(s.ids) == 2 && s.answer.good() && onlyThese(s.answer, s.ids[:1])
}

func (t *tenant) filters(ctx context.Context) (finding, error) {
	one, err := t.one(ctx)
	switch {
	case err != nil:
		return finding{}, err
	case len(one.ids) < 2:
		return unclear("%s, of which at least 2 are needed", counted(len(one.ids), "element")), nil
	case one.answer.refused():
		return settled("refused", "%s", one.answer.outcome()), nil
	case one.selects():
		return settled("selects", "%s", one.answer.outcome()), nil
	case !one.answer.good() || len(one.answer.items) == 0:
		return unclear("%s", one.answer.outcome()), nil
	default:
		return settled("ignored", "%s", one.answer.outcome()), nil
	}
}

// selectable returns ids to ask for, or a finding on why there are none.
func (t *tenant) selectable(ctx context.Context, count int) ([]string, *finding, error) {
	one, err := t.one(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !one.selects() {
		return nil, new(skipped(noFilters)), nil
	}
	ids, err := t.someIDs(ctx, count)
	if err == nil && len(ids) < count {
		return nil, new(skipped(fewRows)), nil
	}
	return ids, nil, err
}

// onlyThese reports whether the rows are those of exactly these elements.
func onlyThese(answer response, ids []string) bool {
	have := answer.column(imagestatus.FieldElementID)
	slices.Sort(have)
	return slices.Equal(slices.Compact(have), ids)
}

// orNone turns nil into the zero finding, which is returned with an error.
func orNone(found *finding) finding {
	if found == nil {
		return finding{}
	}
	return *found
}

const (
	noFilters = "query_params does not select rows"
	fewRows   = "there are too few rows"
)

func (t *tenant) operators(ctx context.Context) (finding, error) {
	ids, without, err := t.selectable(ctx, 3)
	if err != nil || without != nil {
		return orNone(without), err
	}
	rowID := t.rowID(ids[1])
	of := func(operators map[string]any) map[string]any {
		return map[string]any{imagestatus.FieldElementID: operators}
	}
	good, evidence := true, make([]string, 0, 9)
	for _, one := range []struct {
		word   string
		params map[string]any
		want   []string
	}{
		{"in", of(map[string]any{"in": ids}), ids},
		{"neq", of(map[string]any{"in": ids, "neq": ids[1]}), []string{ids[0], ids[2]}},
		{"gt", of(map[string]any{"in": ids, "gt": ids[1]}), ids[2:]},
		{"gte", of(map[string]any{"in": ids, "gte": ids[1]}), ids[1:]},
		{"lt", of(map[string]any{"in": ids, "lt": ids[1]}), ids[:1]},
		{"lte", of(map[string]any{"in": ids, "lte": ids[1]}), ids[:2]},
		{"re", of(map[string]any{"re": "^(" + ids[0] + "|" + ids[2] + ")$"}), []string{ids[0], ids[2]}},
		{"or", map[string]any{"or": map[string]any{imagestatus.FieldElementID: map[string]any{"eq": ids[0]}, imagestatus.FieldID: map[string]any{"eq": rowID}}}, ids[:2]},
		{"and", map[string]any{"and": map[string]any{imagestatus.FieldElementID: map[string]any{"in": ids}, imagestatus.FieldID: map[string]any{"eq": rowID}}}, ids[1:2]},
	} {
		answer, err := t.ask(ctx, sdwan.StatusQuery, query{"query_params": one.params})
		if err != nil {
			return finding{}, err
		}
		works := answer.good() && onlyThese(answer, one.want)
		good = good && works
		if !works {
			evidence = append(evidence, fmt.Sprintf("%s: %s, not %d", one.word, answer.outcome(), len(one.want)))
		}
	}
	if good {
		return settled("all", "nine queries returned exactly the elements that they asked for"), nil
	}
	return settled("some", "%s", strings.Join(evidence, "; ")), nil
}

func (t *tenant) rowID(element string) string {
	at := slices.IndexFunc(t.statuses.rows, func(row item) bool { return row.text(imagestatus.FieldElementID) == element })
	return t.statuses.rows[at].text(imagestatus.FieldID)
}

func (t *tenant) anchoring(ctx context.Context) (finding, error) {
	ids, without, err := t.selectable(ctx, 1)
	switch {
	case err != nil || without != nil:
		return orNone(without), err
	case len(ids[0]) < 3:
		return skipped("ids are too short"), nil
	}
	middle := ids[0][1 : len(ids[0])-1]
	answer, err := t.ask(ctx, sdwan.StatusQuery, query{"query_params": map[string]any{
		imagestatus.FieldElementID: map[string]any{"eq": ids[0], "re": middle},
	}})
	switch {
	case err != nil:
		return finding{}, err
	case answer.good() && onlyThese(answer, ids[:1]):
		return settled("anywhere", "%s", answer.outcome()), nil
	case answer.good() && len(answer.items) == 0:
		return settled("whole", "%s", answer.outcome()), nil
	default:
		return unclear("%s", answer.outcome()), nil
	}
}

func (t *tenant) letterCase(ctx context.Context) (finding, error) {
	_, without, err := t.selectable(ctx, 1)
	if err != nil || without != nil {
		return orNone(without), err
	}
	read, err := t.rows(ctx)
	if err != nil {
		return finding{}, err
	}
	const field = "active_version"
	at := slices.IndexFunc(read.rows, func(row item) bool {
		return strings.ToUpper(row.text(field)) != row.text(field) && row.text(imagestatus.FieldElementID) != ""
	})
	if at < 0 {
		return skipped("no version has a small letter"), nil
	}
	element, version := read.rows[at].text(imagestatus.FieldElementID), read.rows[at].text(field)
	capitals := make(map[string]bool)
	for _, operator := range []string{"eq", "re"} {
		asSpelt, problem, err := t.finds(ctx, element, field, operator, version)
		if err != nil || problem != nil {
			return orNone(problem), err
		}
		if !asSpelt {
			return unclear("%s does not find the version in its own spelling", operator), nil
		}
		if capitals[operator], problem, err = t.finds(ctx, element, field, operator, strings.ToUpper(version)); err != nil || problem != nil {
			return orNone(problem), err
		}
	}
	evidence := fmt.Sprintf("eq finds the version in capitals: %t; re: %t", capitals["eq"], capitals["re"])
	switch {
	case capitals["eq"] != capitals["re"]:
		return unclear("%s", evidence), nil
	case capitals["eq"]:
		return settled("same", "%s", evidence), nil
	default:
		return settled("told", "%s", evidence), nil
	}
}

// finds reports whether a query by a text finds an element; a finding says why it was
// not answered.
func (t *tenant) finds(ctx context.Context, element, field, operator, text string) (bool, *finding, error) {
	answer, err := t.ask(ctx, sdwan.StatusQuery, query{"query_params": map[string]any{
		imagestatus.FieldElementID: map[string]any{"eq": element}, field: map[string]any{operator: text},
	}})
	if err == nil && !answer.good() {
		return false, new(unclear("%s: %s", operator, answer.outcome())), nil
	}
	return len(answer.items) > 0, nil, err
}

func (t *tenant) unknownWords(ctx context.Context) (finding, error) {
	one, err := t.one(ctx)
	switch {
	case err != nil:
		return finding{}, err
	case len(one.ids) < 2:
		return skipped(fewRows), nil
	}
	words, evidence := make(map[string]bool), make([]string, 0, 3)
	for _, unknown := range []struct {
		name  string
		asked query
		every bool // ignoring the word returns every row
	}{
		{"field", filtered("probe_field", "eq", "1"), false},
		{"operator", filtered(imagestatus.FieldElementID, "probe_operator", "1"), false},
		{"order", query{"sort_params": orderOf("probe_field")}, true},
	} {
		answer, err := t.ask(ctx, sdwan.StatusQuery, unknown.asked)
		if err != nil {
			return finding{}, err
		}
		evidence = append(evidence, unknown.name+": "+answer.outcome())
		words[unknownWord(answer, unknown.every, one.selects())] = true
	}
	text := strings.Join(evidence, "; ")
	switch {
	case words["hidden"]:
		return unclear("%s", text), nil
	case len(words) > 1:
		return settled("mixed", "%s", text), nil
	case words["refused"]:
		return settled("refused", "%s", text), nil
	case words["no_match"]:
		return settled("no_match", "%s", text), nil
	default:
		return unclear("%s", text), nil
	}
}

// unknownWord is "hidden" if every filter is ignored, so that an unknown one cannot be
// told from others.
func unknownWord(answer response, every, selects bool) string {
	switch {
	case answer.refused():
		return "refused"
	case !answer.good():
		return "failed"
	case (len(answer.items) > 0) == every:
		return "no_match"
	case selects || every:
		return "ignored"
	default:
		return "hidden"
	}
}

func (t *tenant) unknownKey(ctx context.Context) (finding, error) {
	answer, err := t.ask(ctx, sdwan.StatusQuery, t.oneRow().with("probe_key", true))
	switch {
	case err != nil:
		return finding{}, err
	case answer.refused():
		return settled("refused", "%s", answer.outcome()), nil
	case answer.good():
		return settled("ignored", "%s", answer.outcome()), nil
	default:
		return unclear("%s", answer.outcome()), nil
	}
}
