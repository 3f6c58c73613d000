package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

var elementQuestions = []question{
	{
		name: "unbound", topic: topicFleet, known: observed,
		asks: "How does an element show that it is bound to no site?", how: "The list of elements.",
		presumed: "Its site_id is \"1\", null or \"0\".",
		meanings: []meaning{
			{word: "one", says: "site_id is 1.", positions: map[string]any{"UnboundSite": "1"}},
			{word: "null", says: "site_id is null.", positions: map[string]any{"UnboundSite": "null"}},
			{word: "zero", says: "site_id is 0.", positions: map[string]any{"UnboundSite": "0"}},
		},
		find: (*tenant).unbound,
	},
	{
		name: "roles", topic: topicFleet, known: documented,
		asks: "Do elements have roles that are not documented?", how: "The list of elements.",
		presumed: "No. The provider keeps another role as it is.",
		meanings: []meaning{
			{word: "unlisted", says: "Yes.", contradicts: true, positions: map[string]any{"UnknownRole": true}},
		},
		find: (*tenant).roles,
	},
	{
		name: "element_states", topic: topicFleet, known: inferred,
		asks: "Which states do elements have besides bound, ready and declaim_in_progress?", how: "The list of elements.",
		presumed: "14 more, whose spelling is not recorded anywhere. The provider keeps the text and concludes nothing from it.",
		meanings: []meaning{
			{word: "others", says: "Some have a state that was not recorded before.", positions: map[string]any{"UnknownElementState": true}},
		},
		find: (*tenant).elementStates,
	},
	{
		name: "strays", topic: topicFleet, known: unknown,
		asks: "Do the statuses and the list of elements have the same elements?", how: "All rows and the list of elements.",
		presumed: "Perhaps not. An element without a row is reported, and one without a name is shown by its id.",
		meanings: []meaning{
			{word: "stray", says: "No: some elements have no row, and some rows have an element that is not listed.", positions: map[string]any{"StrayElements": true}},
		},
		find: (*tenant).strays,
	},
	{
		name: "names", topic: topicFleet, known: observed,
		asks: "Are the names of elements and sites unique?", how: "Both lists.",
		presumed: "No. If an element is chosen by a name that two elements have, the error lists both.",
		meanings: []meaning{
			{word: "unique", says: "Yes, here."},
			{word: "shared", says: "No: some are shared or missing."},
		},
		find: (*tenant).names,
	},
	{
		name: "images", topic: topicFleet, known: documented,
		asks: "Can images be listed, and which states and types do they have?", how: "The list of images.",
		presumed: "The states release and no-support were observed; any other state is kept. If the list cannot be read, a verdict is the same but explains less.",
		meanings: []meaning{
			{word: "listed", says: "Yes.", positions: map[string]any{"ImagesDenied": false}},
			{word: "denied", says: "No: 403.", positions: map[string]any{"ImagesDenied": true}},
		},
		find: (*tenant).images,
	},
}

func (t *tenant) unbound(ctx context.Context) (finding, error) {
	elements, none, err := t.elements(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	words := make(map[string]int)
	for _, element := range elements.items {
		switch text := element.text("site_id"); {
		case element.nullOrAbsent("site_id"):
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
	return t.newWords(ctx, "role", roleWord, inventory.Roles(), "unlisted")
}

// recordedElementStates are those in published recordings and clients.
var recordedElementStates = []string{"bound", "ready", "declaim_in_progress"}

func (t *tenant) elementStates(ctx context.Context) (finding, error) {
	return t.newWords(ctx, "state", stateWord, recordedElementStates, "others")
}

// newWords counts the words of a field, and settles the meaning if one is not known.
func (t *tenant) newWords(ctx context.Context, field string, word func(string) string, known []string, meaning string) (finding, error) {
	elements, none, err := t.elements(ctx)
	if err != nil || none != nil {
		return orNone(none), err
	}
	evidence := countList(countOf(elements.column(field), word))
	for _, text := range elements.column(field) {
		if text != "" && !slices.Contains(known, text) {
			return settled(meaning, "%s", evidence), nil
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
	without, strays := read.unmatched(elements)
	evidence := fmt.Sprintf("%s without a row, %s without an element", counted(len(without), "element"), rowCount(strays))
	if len(without) > 0 && strays > 0 {
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
		items response
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
		parts = append(parts, fmt.Sprintf("%s: %d names are shared, %d are missing", counted(len(list.items.items), list.noun), shared, counts[""]))
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
		countList(countOf(answer.column("state"), stateWord)), countList(countOf(answer.column("type"), stateWord)), recommended), nil
}
