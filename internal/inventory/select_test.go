package inventory

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWhereSelectsElements(t *testing.T) {
	t.Parallel()
	every := []string{"101", "102", "103", "104", "105", "106", "107", "108"}
	for name, test := range map[string]struct {
		where Where
		want  []string
	}{
		"no condition":                            {Where{}, every},
		"a name":                                  {Where{Names: []string{"dc-1"}}, []string{"101"}},
		"a name that two elements have":           {Where{Names: []string{"shelf-1"}}, []string{"107", "108"}},
		"one of several names":                    {Where{Names: []string{"dc-1", "fra-2"}}, []string{"101", "104"}},
		"a pattern of any text":                   {Where{Names: []string{"dc-*"}}, []string{"101", "102"}},
		"a pattern of one character":              {Where{Names: []string{"?ra-1"}}, []string{"103"}},
		"a pattern never matches a null name":     {Where{Names: []string{"*"}}, []string{"101", "102", "103", "104", "105", "107", "108"}},
		"a name in another letter case":           {Where{Names: []string{"DC-1"}}, []string{}},
		"a site's name":                           {Where{SiteNames: []string{"BR-*"}}, []string{"103", "104", "105", "106"}},
		"a site's id":                             {Where{SiteIDs: []string{"13"}}, []string{"105", "106"}},
		"the id that stands for no site":          {Where{SiteIDs: []string{"1"}}, []string{}},
		"a role":                                  {Where{Roles: []string{"HUB"}}, []string{"101", "102"}},
		"a model":                                 {Where{Models: []string{"ion 1200"}}, []string{}},
		"wildcards where none are read":           {Where{Models: []string{"ion *", "ion ?200"}}, []string{}},
		"a serial number":                         {Where{SerialNumbers: []string{"S5"}}, []string{"105"}},
		"a hardware id":                           {Where{SerialNumbers: []string{"H5"}}, []string{"105"}},
		"any of the tags":                         {Where{TagsAny: []string{"pci", "none"}}, []string{"103"}},
		"all of the tags":                         {Where{TagsAll: []string{"canary", "pci"}}, []string{"103"}},
		"any tag of the site":                     {Where{SiteTagsAny: []string{"core", "emea"}}, []string{"101", "102", "103", "104"}},
		"all tags of the site":                    {Where{SiteTagsAll: []string{"core", "emea"}}, []string{"101", "102"}},
		"connected":                               {Where{Connected: new(true)}, []string{"101", "103", "104", "105", "106", "108"}},
		"not connected":                           {Where{Connected: new(false)}, []string{"102"}},
		"two conditions":                          {Where{Roles: []string{"SPOKE"}, SiteTagsAny: []string{"emea"}}, []string{"103", "104"}},
		"an empty list of names":                  {Where{Names: []string{}}, []string{}},
		"an empty list of tags, all of them":      {Where{TagsAll: []string{}}, []string{}},
		"characters of regular expressions":       {Where{Names: []string{"d.-1*"}}, []string{}},
		"a site's conditions where there is none": {Where{SiteNames: []string{"never*"}}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantSame(t, test.want, smallFleet().Select(test.where).IDs())
		})
	}
}

func TestExactValuesThatSelectNothingAreReported(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		where              Where
		unmatched, leftOut []Unmatched
	}{
		"a misspelt name": {
			where:     Where{Names: []string{"dc-1", "DC-2", "fra1"}},
			unmatched: []Unmatched{{CriterionNames, "DC-2", []string{"dc-2", "dc-1"}}, {CriterionNames, "fra1", []string{"fra-1", "fra-2"}}},
		},
		"a name like no other": {where: Where{Names: []string{"xyz"}}, unmatched: []Unmatched{{CriterionNames, "xyz", nil}}},
		"a pattern":            {where: Where{Names: []string{"xyz*"}}},
		"a role nobody has":    {where: Where{Roles: []string{"PA_CONN"}}},
		"a serial number":      {where: Where{SerialNumbers: []string{"S6"}}, unmatched: []Unmatched{{CriterionSerialNumbers, "S6", nil}}},
		"a name that a role leaves out": {
			where:   Where{Names: []string{"dc-1", "fra-1"}, Roles: []string{"HUB"}},
			leftOut: []Unmatched{{CriterionNames, "fra-1", nil}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := smallFleet().Select(test.where)
			wantSame(t, test.unmatched, got.Unmatched)
			wantSame(t, test.leftOut, got.LeftOut)
		})
	}
}

// The search for similar names is slow in a large fleet, and a reader needs few.
func TestOnlyTheFirstUnknownNamesComeWithSimilarOnes(t *testing.T) {
	t.Parallel()
	const unknown = 12
	names := make([]string, unknown)
	for i := range names {
		names[i] = fmt.Sprintf("dc-1%c", 'a'+i)
	}
	for i, unmatched := range smallFleet().Select(Where{Names: names}).Unmatched {
		if advised := len(unmatched.Nearest) > 0; unmatched.Value != names[i] || advised != (i < 10) {
			t.Errorf("%d: got %+v, want %s, and similar names for the first ten", i+1, unmatched, names[i])
		}
	}
}

func TestDescriptionsThatNeedSites(t *testing.T) {
	t.Parallel()
	for _, where := range []Where{{SiteNames: []string{}}, {SiteTagsAny: []string{"a"}}, {SiteTagsAll: []string{"a"}}} {
		if !where.NeedsSites() {
			t.Errorf("%+v is decided without sites", where)
		}
	}
	if (Where{SiteIDs: []string{"11"}, Names: []string{"a"}}).NeedsSites() {
		t.Error("site ids and names need no sites: elements have them")
	}
}

func drawWhere(t *rapid.T) Where {
	list := func(label string, values ...string) []string {
		if !rapid.Bool().Draw(t, label+" set") {
			return nil
		}
		return rapid.SliceOfN(rapid.SampledFrom(values), 0, 3).Draw(t, label)
	}
	return Where{
		Names: list("names", "dc-1", "fra-?", "ber-1", "*"), SiteNames: list("site names", "DC-FRA", "BR-*"),
		SiteIDs: list("site ids", "11", "12", "1"), Roles: list("roles", "HUB", "SPOKE"),
		TagsAny: list("tags any", "canary", "pci"), TagsAll: list("tags all", "canary", "pci"),
		SiteTagsAll: list("site tags all", "emea", "core"), Connected: rapid.Ptr(rapid.Bool(), true).Draw(t, "connected"),
	}
}

// A further condition only ever takes elements away.
func TestEveryConditionNarrows(t *testing.T) {
	t.Parallel()
	fleet := smallFleet()
	rapid.Check(t, func(t *rapid.T) {
		where := drawWhere(t)
		all := fleet.Select(where).IDs()
		for name, without := range map[string]func(*Where){
			"names": func(w *Where) { w.Names = nil }, "site_names": func(w *Where) { w.SiteNames = nil },
			"roles": func(w *Where) { w.Roles = nil }, "tags_all": func(w *Where) { w.TagsAll = nil },
			"connected": func(w *Where) { w.Connected = nil },
		} {
			fewer := where
			without(&fewer)
			wider := fleet.Select(fewer).IDs()
			for _, id := range all {
				if !slices.Contains(wider, id) {
					t.Fatalf("without %s, %s is no longer selected by %+v", name, id, where)
				}
			}
		}
	})
}

func TestSelectionDoesNotDependOnTheOrderOfRecords(t *testing.T) {
	t.Parallel()
	fleet := smallFleet()
	rapid.Check(t, func(t *rapid.T) {
		where := drawWhere(t)
		shuffled := rapid.Permutation(fleet.Elements()).Draw(t, "order")
		sites := make([]Site, 0, len(fleet.sites))
		for _, site := range fleet.sites {
			sites = append(sites, *site)
		}
		if got, want := NewFleet(shuffled, sites).Select(where).IDs(), fleet.Select(where).IDs(); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestOfTwoRecordsWithOneIDTheFirstCounts(t *testing.T) {
	t.Parallel()
	fleet := NewFleet([]Element{{ID: "2", Name: new("first")}, {ID: "2", Name: new("second")}}, nil)
	if len(fleet.Elements()) != 1 || *fleet.Elements()[0].Name != "first" {
		t.Errorf("got %+v", fleet.Elements())
	}
}

func TestNamesOfOneElementAreComparedExactly(t *testing.T) {
	t.Parallel()
	fleet := NewFleet([]Element{
		{ID: "3", Name: new("hub")},
		{ID: "1", Name: new("hub")},
		{ID: "2", Name: new("h*")},
		{ID: "4"},
		{ID: "5", Name: new("")},
		{ID: "6", Name: new("Hub-1")},
	}, nil)
	for name, want := range map[string]struct{ ids, similar string }{
		"hub":   {ids: "1 3"},
		"h*":    {ids: "2"},
		"Hub-1": {ids: "6"},
		"hub-1": {similar: "Hub-1 hub"},
		"h?":    {},
		"*":     {},
		"":      {ids: "5"},
		"HUB":   {similar: "hub Hub-1"},
	} {
		found, similar := fleet.Named(name)
		var ids []string
		for _, element := range found {
			ids = append(ids, element.ID)
		}
		if got := strings.Join(ids, " "); got != want.ids {
			t.Errorf("%q: got the elements %q, want %q", name, got, want.ids)
		}
		if got := strings.Join(similar, " "); got != want.similar {
			t.Errorf("%q: got the similar names %q, want %q", name, got, want.similar)
		}
	}
}
