package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

const topicFleet = "Elements, sites and images"

var fleetQuestions = []question{
	{
		name: "fleet_query", topic: topicFleet, known: documented,
		asks: "Can elements and sites be queried, and can they be listed?", how: "elements/query, sites/query, and a GET of both lists.",
		presumed: "Both. The provider reads the list if the query is denied, and shows ids if the list is denied too.",
		meanings: []meaning{
			{word: "answered", says: "Both.", positions: map[string]any{"FleetQuery": "answered", "FleetDenied": false}},
			{word: "forbidden", says: "They can only be listed: a query is answered with 403.", positions: map[string]any{"FleetQuery": "403", "FleetDenied": false}},
			{word: "not_found", says: "They can only be listed: a query is answered with 404.", positions: map[string]any{"FleetQuery": "404", "FleetDenied": false}},
			{word: "denied", says: "Neither: 403.", positions: map[string]any{"FleetDenied": true}},
		},
		find: (*tenant).fleetQuery,
	},
	{
		name: "fleet_page", topic: topicFleet, known: unknown,
		asks: "Is the largest page of elements as large as that of statuses?", how: "elements/query with the limit of the statuses, and the whole list.",
		presumed: "Yes.",
		meanings: []meaning{
			{word: "smaller", says: "No, it is smaller.", positions: map[string]any{"MaxFleetLimit": open{}}},
		},
		find: (*tenant).fleetPage,
	},
	{
		name: "whole_list", topic: topicFleet, known: unknown,
		asks: "Does a GET of elements return all of them?", how: "The list, and the elements of all rows.",
		presumed: "Yes. An element that the list lacks is shown without a name.",
		meanings: []meaning{
			{word: "whole", says: "Yes."},
			{word: "cut", says: "No: the query returns more.", contradicts: true},
		},
		find: (*tenant).wholeList,
	},
	{
		name: "fleet_filters", topic: topicFleet, known: unknown,
		asks: "By which of role, model_name, state, connected and tags can elements be filtered?", how: "elements/query with the rarest value of each.",
		presumed: "By none. The provider reads all elements and filters them itself.",
		meanings: []meaning{
			{word: "all", says: "By each that was tried.", positions: map[string]any{"FleetFilters": "filters"}},
			{word: "refused", says: "By none: such a query is refused.", positions: map[string]any{"FleetFilters": "refused"}},
			{word: "ignored", says: "By none: the filter is ignored.", positions: map[string]any{"FleetFilters": "ignored"}},
			{word: "some", says: "By some."},
		},
		find: (*tenant).fleetFilters,
	},
}

func (t *tenant) fleetQuery(ctx context.Context) (finding, error) {
	answers := make([]response, 4)
	for i, list := range []*sdwan.Endpoint{sdwan.ElementQuery, sdwan.SiteQuery, sdwan.ElementList, sdwan.SiteList} {
		var err error
		if answers[i], err = t.list(ctx, list); err != nil {
			return finding{}, err
		}
	}
	queried, listed := answers[0].status, answers[2].status
	evidence := fmt.Sprintf("query of elements: %s; of sites: %s; list of elements: %s; of sites: %s",
		answers[0].outcome(), answers[1].outcome(), answers[2].outcome(), answers[3].outcome())
	if queried != answers[1].status || listed != answers[3].status || t.shutOut() {
		return unclear("%s", evidence), nil
	}
	words := map[[2]int]string{
		{http.StatusOK, http.StatusOK}:               "answered",
		{http.StatusForbidden, http.StatusOK}:        "forbidden",
		{http.StatusNotFound, http.StatusOK}:         "not_found",
		{http.StatusForbidden, http.StatusForbidden}: "denied",
	}
	return settled(words[[2]int{queried, listed}], "%s", evidence), nil
}

// bothLists returns the elements by query and by GET, or the finding that one of
// them cannot be read.
func (t *tenant) bothLists(ctx context.Context) (queried, whole response, without *finding, err error) {
	if queried, err = t.list(ctx, sdwan.ElementQuery); err != nil {
		return queried, whole, nil, err
	}
	if whole, err = t.list(ctx, sdwan.ElementList); err != nil || queried.good() && whole.good() {
		return queried, whole, nil, err
	}
	return queried, whole, new(skipped("elements cannot be queried and listed")), nil
}

func (t *tenant) fleetPage(ctx context.Context) (finding, error) {
	read, err := t.rows(ctx)
	if err != nil {
		return finding{}, err
	}
	queried, whole, without, err := t.bothLists(ctx)
	if err != nil || without != nil {
		return orNone(without), err
	}
	served := len(queried.items)
	evidence := fmt.Sprintf("%s of %d for the limit of the statuses", counted(served, "element"), len(whole.items))
	if served < len(whole.items) && served < len(read.first.items) && served < read.accepted && (read.cut() == 0 || served < read.cut()) {
		return settled("smaller", "%s", evidence).with("MaxFleetLimit", served), nil
	}
	return unclear("%s", evidence), nil
}

func (t *tenant) wholeList(ctx context.Context) (finding, error) {
	queried, whole, without, err := t.bothLists(ctx)
	switch {
	case err != nil || without != nil:
		return orNone(without), err
	case len(queried.items) > len(whole.items):
		return settled("cut", "%d listed, %d by query", len(whole.items), len(queried.items)), nil
	case len(whole.items) > 100:
		return settled("whole", "%d in one answer", len(whole.items)), nil
	default:
		return unclear("%d in one answer, which may be a page", len(whole.items)), nil
	}
}

// elements returns the elements, or the finding that they cannot be read.
func (t *tenant) elements(ctx context.Context) (response, *finding, error) {
	answer, listed, err := t.fleet(ctx, sdwan.ElementQuery, sdwan.ElementList)
	if err == nil && !listed {
		return response{}, new(skipped("elements cannot be read")), nil
	}
	return answer, nil, err
}

func (t *tenant) fleetFilters(ctx context.Context) (finding, error) {
	elements, none, err := t.elements(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	if queried, err := t.list(ctx, sdwan.ElementQuery); err != nil || !queried.good() || len(elements.items) == 0 {
		return skipped("elements cannot be queried, or there are none"), err
	}
	words, text, err := t.filterWords(ctx, elements.items)
	switch {
	case err != nil:
		return finding{}, err
	case len(words) == 0:
		return skipped("no field has two values"), nil
	case words["unclear"]:
		return unclear("%s", text), nil
	case len(words) > 1:
		return settled("some", "%s", text), nil
	case words["filters"]:
		return settled("all", "%s", text), nil
	case words["refused"]:
		return settled("refused", "%s", text), nil
	}
	one, err := t.one(ctx)
	if err != nil {
		return finding{}, err
	}
	if !one.selects() { // If statuses ignore filters too, it is not peculiar to elements.
		return unclear("%s, as with statuses", text), nil
	}
	return settled("ignored", "%s", text), nil
}

// filterWords returns the words for filters on each field.
func (t *tenant) filterWords(ctx context.Context, elements []item) (words map[string]bool, evidence string, err error) {
	read, err := t.rows(ctx)
	if err != nil {
		return nil, "", err
	}
	words = make(map[string]bool)
	var parts []string
	for _, field := range []string{"role", "model_name", "state", "connected", "tags"} {
		value, told := rarest(elements, field)
		if !told {
			continue
		}
		answer, err := t.ask(ctx, sdwan.ElementQuery, elementsWith(field, value).with("sort_params", orderOf("id")).with("limit", read.accepted))
		if err != nil {
			return nil, "", err
		}
		word := filterWord(answer, field, value)
		words[word] = true
		parts = append(parts, field+": "+word)
	}
	return words, strings.Join(parts, ", "), nil
}

func elementsWith(field, value string) query {
	switch field {
	case "connected":
		return filtered(field, "eq", value == "true")
	case "tags":
		return filtered(field, "in", []string{value})
	default:
		return filtered(field, "eq", value)
	}
}

func valuesOf(element item, field string) []string {
	if field == "tags" {
		return element.texts(field)
	}
	if element.nullOrAbsent(field) {
		return nil
	}
	return []string{element.text(field)}
}

// rarest returns the value of the fewest elements. It skips values of the first
// element, for which a page of one row would look the same if the filter is ignored.
func rarest(elements []item, field string) (string, bool) {
	counts := make(map[string]int)
	for _, element := range elements {
		for _, value := range valuesOf(element, field) {
			counts[value]++
		}
	}
	first := slices.MinFunc(elements, func(a, b item) int { return strings.Compare(a.text("id"), b.text("id")) })
	words := byCount(counts)
	slices.Reverse(words)
	for _, value := range words {
		if !slices.Contains(valuesOf(first, field), value) {
			return value, true
		}
	}
	return "", false
}

// filterWord compares each element with the filter.
func filterWord(answer response, field, value string) string {
	switch {
	case answer.refused():
		return "refused"
	case !answer.good() || len(answer.items) == 0:
		return "unclear"
	case anyOf(answer.items, func(element item) bool { return !slices.Contains(valuesOf(element, field), value) }):
		return "ignored"
	default:
		return "filters"
	}
}
