package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

const topicFleet = "Elements, sites and images"

var fleetQuestions = []question{
	{
		name: "fleet_query", topic: topicFleet, known: documented,
		asks: "Can elements and sites be queried, and can they be listed?", how: "elements/query, sites/query, and a GET of both lists.",
		presumed: "Both. The provider lists them where the query is denied, and shows ids where both are.",
		meanings: []meaning{
			{word: "answered", says: "Both.", positions: map[string]any{"FleetQuery": "answered", "FleetDenied": false}},
			{word: "forbidden", says: "Only listed: a query is answered with 403.", positions: map[string]any{"FleetQuery": "403", "FleetDenied": false}},
			{word: "not_found", says: "Only listed: a query is answered with 404.", positions: map[string]any{"FleetQuery": "404", "FleetDenied": false}},
			{word: "denied", says: "Neither: 403.", positions: map[string]any{"FleetDenied": true}},
		},
		answer: (*tenant).fleetQuery,
	},
	{
		name: "fleet_page", topic: topicFleet, known: unknown,
		asks: "Is the largest page of elements another one than that of statuses?", how: "elements/query with the limit of the statuses, and the whole list.",
		presumed: "It is the same.",
		meanings: []meaning{
			{word: "smaller", says: "It is smaller.", positions: map[string]any{"MaxFleetLimit": open{}}},
		},
		answer: (*tenant).fleetPage,
	},
	{
		name: "whole_list", topic: topicFleet, known: unknown,
		asks: "Does a GET of elements return all of them?", how: "The list, and the elements of all rows.",
		presumed: "Yes; where the provider reads the list, a row it cannot find stays without a name.",
		meanings: []meaning{
			{word: "whole", says: "Yes."},
			{word: "cut", says: "No: the query has more.", contradicts: true},
		},
		answer: (*tenant).wholeList,
	},
	{
		name: "fleet_filters", topic: topicFleet, known: unknown,
		asks: "By which of role, model_name, state, connected and tags can elements be filtered?", how: "elements/query with the rarest value of each.",
		presumed: "By none. The provider reads all elements and selects them itself.",
		meanings: []meaning{
			{word: "all", says: "By each that was tried.", positions: map[string]any{"FleetFilters": "filters"}},
			{word: "refused", says: "By none: it is refused.", positions: map[string]any{"FleetFilters": "refused"}},
			{word: "ignored", says: "By none: the filter is ignored.", positions: map[string]any{"FleetFilters": "ignored"}},
			{word: "some", says: "By some."},
		},
		answer: (*tenant).fleetFilters,
	},
	{
		name: "unbound", topic: topicFleet, known: observed,
		asks: "How does an element show that it is bound to no site?", how: "The list of elements.",
		presumed: "site_id is \"1\", null or \"0\".",
		meanings: []meaning{
			{word: "one", says: "site_id is 1.", positions: map[string]any{"UnboundSite": "1"}},
			{word: "null", says: "site_id is null.", positions: map[string]any{"UnboundSite": "null"}},
			{word: "zero", says: "site_id is 0.", positions: map[string]any{"UnboundSite": "0"}},
		},
		answer: (*tenant).unbound,
	},
	{
		name: "roles", topic: topicFleet, known: documented,
		asks: "Are there roles of elements that are not documented?", how: "The list of elements.",
		presumed: "The documented ones; another one is kept as it is.",
		meanings: []meaning{
			{word: "unlisted", says: "Yes.", contradicts: true, positions: map[string]any{"UnknownRole": true}},
		},
		answer: (*tenant).roles,
	},
	{
		name: "element_states", topic: topicFleet, known: inferred,
		asks: "Which states do elements have besides bound, ready and declaim_in_progress?", how: "The list of elements.",
		presumed: "14 more, whose spelling nobody has recorded; the provider keeps the text and draws nothing from it.",
		meanings: []meaning{
			{word: "others", says: "Some have a state that was not recorded before.", positions: map[string]any{"UnknownElementState": true}},
		},
		answer: (*tenant).elementStates,
	},
	{
		name: "strays", topic: topicFleet, known: unknown,
		asks: "Are rows and elements of the same elements?", how: "All rows and the list of elements.",
		presumed: "Perhaps not; what has no row is reported, and what has no name is shown by its id.",
		meanings: []meaning{
			{word: "stray", says: "No: some elements have no row, and some rows have no element.", positions: map[string]any{"StrayElements": true}},
		},
		answer: (*tenant).strays,
	},
	{
		name: "names", topic: topicFleet, known: observed,
		asks: "Are the names of elements and sites unique?", how: "Both lists.",
		presumed: "No. A name that two elements have is an error that lists both.",
		meanings: []meaning{
			{word: "unique", says: "Yes, here."},
			{word: "shared", says: "No: some are shared or missing."},
		},
		answer: (*tenant).names,
	},
	{
		name: "images", topic: topicFleet, known: documented,
		asks: "Can images be listed, and which states and types do they have?", how: "The list of images.",
		presumed: "release and no-support were observed; any other state is kept. Where the list cannot be read, a verdict is the same and says less.",
		meanings: []meaning{
			{word: "listed", says: "Yes.", positions: map[string]any{"ImagesDenied": false}},
			{word: "denied", says: "No: 403.", positions: map[string]any{"ImagesDenied": true}},
		},
		answer: (*tenant).images,
	},
}

func (t *tenant) fleetQuery(ctx context.Context) (finding, error) {
	statuses := make(map[string]int)
	for name, list := range map[string]*sdwan.Endpoint{"q elements": sdwan.ElementQuery, "q sites": sdwan.SiteQuery, "l elements": sdwan.ElementList, "l sites": sdwan.SiteList} {
		answer, err := t.list(ctx, list)
		if err != nil {
			return finding{}, err
		}
		statuses[name] = answer.status
	}
	evidence := fmt.Sprintf("queries of elements and sites: %d and %d; lists: %d and %d",
		statuses["q elements"], statuses["q sites"], statuses["l elements"], statuses["l sites"])
	queried, listed := statuses["q elements"], statuses["l elements"]
	words := map[[2]int]string{
		{http.StatusOK, http.StatusOK}:               "answered",
		{http.StatusForbidden, http.StatusOK}:        "forbidden",
		{http.StatusNotFound, http.StatusOK}:         "not_found",
		{http.StatusForbidden, http.StatusForbidden}: "denied",
	}
	if queried != statuses["q sites"] || listed != statuses["l sites"] || t.shutOut() {
		return unclear("%s", evidence), nil
	}
	return settled(words[[2]int{queried, listed}], "%s", evidence), nil
}

func (t *tenant) fleetPage(ctx context.Context) (finding, error) {
	read, err := t.rows(ctx)
	if err != nil {
		return finding{}, err
	}
	queried, err := t.list(ctx, sdwan.ElementQuery)
	if err != nil {
		return finding{}, err
	}
	whole, err := t.list(ctx, sdwan.ElementList)
	switch {
	case err != nil:
		return finding{}, err
	case !queried.good() || !whole.good():
		return skipped("elements cannot be queried and listed"), nil
	}
	served := len(queried.items)
	evidence := fmt.Sprintf("%s of %d for the limit of the statuses", counted(served, "element"), len(whole.items))
	if served < len(whole.items) && served < len(read.first.items) && served < read.accepted && (read.cut() == 0 || served < read.cut()) {
		return settled("smaller", "%s", evidence).with("MaxFleetLimit", served), nil
	}
	return unclear("%s", evidence), nil
}

func (t *tenant) wholeList(ctx context.Context) (finding, error) {
	queried, err := t.list(ctx, sdwan.ElementQuery)
	if err != nil {
		return finding{}, err
	}
	whole, err := t.list(ctx, sdwan.ElementList)
	switch {
	case err != nil:
		return finding{}, err
	case !queried.good() || !whole.good():
		return skipped("elements cannot be queried and listed"), nil
	case len(queried.items) > len(whole.items):
		return settled("cut", "%d listed, %d by query", len(whole.items), len(queried.items)), nil
	case len(whole.items) > 100:
		return settled("whole", "%d in one answer", len(whole.items)), nil
	default:
		return unclear("%d in one answer, which may be a page", len(whole.items)), nil
	}
}

// elements lists what could be read of the fleet; the finding says why nothing was.
func (t *tenant) elements(ctx context.Context) (page, *finding, error) {
	answer, listed, err := t.fleet(ctx, sdwan.ElementQuery, sdwan.ElementList)
	if err == nil && !listed {
		return page{}, new(skipped("elements cannot be read")), nil
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
	if !one.selects() { // Then that says nothing of elements.
		return unclear("%s, as with statuses", text), nil
	}
	return settled("ignored", "%s", text), nil
}

// filterWords says of each field what a filter on it came to.
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
		answer, err := t.ask(ctx, sdwan.ElementQuery, elementsWith(field, value).with("sort_params", byID("id")).with("limit", read.accepted))
		if err != nil {
			return nil, "", err
		}
		word := filterWord(answer, field, value)
		words[word] = true
		parts = append(parts, field+": "+word)
	}
	return words, strings.Join(parts, ", "), nil
}

// elementsWith has a condition on a field in the type that it has.
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

// valuesOf are those of a field that may be a list.
func valuesOf(element item, field string) []string {
	if field == "tags" {
		return element.texts(field)
	}
	if element.null(field) {
		return nil
	}
	return []string{element.text(field)}
}

// rarest is the value that the fewest elements have, and false where an answer
// without a filter could not be told from one with it: where the first element
// has the value.
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

// filterWord judges each element by what it says itself.
func filterWord(answer page, field, value string) string {
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

func (t *tenant) unbound(ctx context.Context) (finding, error) {
	elements, none, err := t.elements(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	words := make(map[string]int)
	for _, element := range elements.items {
		switch text := element.text("site_id"); {
		case element.null("site_id"):
			words["null"]++
		case text == "1":
			words["one"]++
		case text == "0":
			words["zero"]++
		}
	}
	if len(words) != 1 {
		return unclear("%d ways among %s", len(words), counted(len(elements.items), "element")), nil
	}
	word := byCount(words)[0]
	return settled(word, "%d of %s", words[word], counted(len(elements.items), "element")), nil
}

func (t *tenant) roles(ctx context.Context) (finding, error) {
	elements, none, err := t.elements(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	evidence := tallied(countOf(elements.column("role"), roleWord))
	for _, role := range elements.column("role") {
		if role != "" && !slices.Contains(inventory.Roles(), role) {
			return settled("unlisted", "%s", evidence), nil
		}
	}
	return unclear("%s", evidence), nil
}

// recordedElementStates are in published recordings and clients.
var recordedElementStates = []string{"bound", "ready", "declaim_in_progress"}

func (t *tenant) elementStates(ctx context.Context) (finding, error) {
	elements, none, err := t.elements(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	evidence := tallied(countOf(elements.column("state"), stateWord))
	for _, state := range elements.column("state") {
		if state != "" && !slices.Contains(recordedElementStates, state) {
			return settled("others", "%s", evidence), nil
		}
	}
	return unclear("%s", evidence), nil
}

func (t *tenant) strays(ctx context.Context) (finding, error) {
	elements, none, err := t.elements(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	read, none, err := t.every(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	if !read.complete {
		return unclear("not all rows were read"), nil
	}
	rows, listed := make(map[string]bool), make(map[string]bool)
	for _, row := range read.rows {
		rows[row.text(imagestatus.FieldElementID)] = true
	}
	without, stray := 0, 0
	for _, element := range elements.items {
		listed[element.text("id")] = true
		if !rows[element.text("id")] {
			without++
		}
	}
	for id := range rows {
		if !listed[id] {
			stray++
		}
	}
	evidence := fmt.Sprintf("%s without a row, %s without an element", counted(without, "element"), rowCount(stray))
	if without > 0 && stray > 0 {
		return settled("stray", "%s", evidence), nil
	}
	return unclear("%s", evidence), nil
}

func (t *tenant) names(ctx context.Context) (finding, error) {
	elements, none, err := t.elements(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	sites, listed, err := t.fleet(ctx, sdwan.SiteQuery, sdwan.SiteList)
	if err != nil || !listed {
		return skipped("sites cannot be read"), err
	}
	word, parts := "unique", make([]string, 0, 2)
	for _, list := range []struct {
		noun  string
		items page
	}{{"element", elements}, {"site", sites}} {
		counts, shared := make(map[string]int), 0
		for _, name := range list.items.column("name") {
			counts[name]++
			if counts[name] == 2 && name != "" {
				shared++
			}
		}
		if shared > 0 || counts[""] > 0 {
			word = "shared"
		}
		parts = append(parts, fmt.Sprintf("%s, of whose names %d are shared and %d missing", counted(len(list.items.items), list.noun), shared, counts[""]))
	}
	return settled(word, "%s", strings.Join(parts, "; ")), nil
}

func (t *tenant) images(ctx context.Context) (finding, error) {
	answer, err := t.list(ctx, sdwan.ImageList)
	switch {
	case err != nil:
		return finding{}, err
	case answer.denied() && !t.shutOut():
		return settled("denied", "%s", answer.outcome()), nil
	case !answer.good():
		return unclear("%s", answer.outcome()), nil
	}
	recommended := 0
	for _, image := range answer.items {
		if image.text("recommended_release") == "true" {
			recommended++
		}
	}
	return settled("listed", "%s; states: %s; types: %s; recommended: %d", counted(len(answer.items), "image"),
		tallied(countOf(answer.column("state"), stateWord)), tallied(countOf(answer.column("type"), stateWord)), recommended), nil
}
