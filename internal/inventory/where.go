package inventory

import "slices"

// Where describes elements in the terms that people use. Every condition that
// is set must hold; within a list, one value suffices, but for TagsAll and
// SiteTagsAll, which want all of theirs. A nil list or pointer is no condition.
// An empty list selects nothing. Letter case counts.
type Where struct {
	// Names and SiteNames are names, or patterns in which * stands for any
	// text and ? for any one character.
	Names, SiteNames []string
	// SiteIDs are ids of sites; an element bound to no site is in none.
	SiteIDs []string
	// Roles are some of Roles().
	Roles []string
	// Models are model names such as "ion 3200".
	Models []string
	// SerialNumbers match an element's serial number or its hardware id.
	SerialNumbers []string
	// TagsAny and TagsAll look at the element's own tags, SiteTagsAny and
	// SiteTagsAll at those of its site. No tags count as an empty list.
	TagsAny, TagsAll, SiteTagsAny, SiteTagsAll []string
	// Connected is whether the element is connected to the controller. An
	// element that does not say is neither.
	Connected *bool
}

// Criterion is the name of one condition of a Where.
type Criterion string

// The conditions.
const (
	CriterionNames         Criterion = "names"
	CriterionSiteNames     Criterion = "site_names"
	CriterionSiteIDs       Criterion = "site_ids"
	CriterionRoles         Criterion = "roles"
	CriterionModels        Criterion = "models"
	CriterionSerialNumbers Criterion = "serial_numbers"
	CriterionTagsAny       Criterion = "tags_any"
	CriterionTagsAll       Criterion = "tags_all"
	CriterionSiteTagsAny   Criterion = "site_tags_any"
	CriterionSiteTagsAll   Criterion = "site_tags_all"
	CriterionConnected     Criterion = "connected"
)

// quality says how the values of a list are compared with an element.
type quality struct {
	criterion Criterion
	wanted    func(*Where) []string
	// have lists the element's own values; site is nil where there is none.
	have func(element *Element, site *Site) []string
	// all wants every value of the list, not one of them.
	all bool
	// pattern reads * and ? in the values.
	pattern bool
	// expected reports values that match no element at all: they name
	// something that the user knows to exist.
	expected bool
}

// qualities is every list of a Where.
var qualities = []quality{
	{
		criterion: CriterionNames, pattern: true, expected: true,
		wanted: func(w *Where) []string { return w.Names },
		have:   func(e *Element, _ *Site) []string { return present(e.Name) },
	},
	{
		criterion: CriterionSiteNames, pattern: true, expected: true,
		wanted: func(w *Where) []string { return w.SiteNames },
		have:   func(_ *Element, s *Site) []string { return siteName(s) },
	},
	{
		criterion: CriterionSiteIDs, expected: true,
		wanted: func(w *Where) []string { return w.SiteIDs },
		have:   func(e *Element, _ *Site) []string { return siteID(e) },
	},
	{
		criterion: CriterionSerialNumbers, expected: true,
		wanted: func(w *Where) []string { return w.SerialNumbers },
		have:   func(e *Element, _ *Site) []string { return present(e.SerialNumber, e.HardwareID) },
	},
	{
		criterion: CriterionRoles,
		wanted:    func(w *Where) []string { return w.Roles },
		have:      func(e *Element, _ *Site) []string { return present(e.Role) },
	},
	{
		criterion: CriterionModels,
		wanted:    func(w *Where) []string { return w.Models },
		have:      func(e *Element, _ *Site) []string { return present(e.ModelName) },
	},
	{
		criterion: CriterionTagsAny,
		wanted:    func(w *Where) []string { return w.TagsAny },
		have:      func(e *Element, _ *Site) []string { return e.Tags },
	},
	{
		criterion: CriterionTagsAll, all: true,
		wanted: func(w *Where) []string { return w.TagsAll },
		have:   func(e *Element, _ *Site) []string { return e.Tags },
	},
	{
		criterion: CriterionSiteTagsAny,
		wanted:    func(w *Where) []string { return w.SiteTagsAny },
		have:      func(_ *Element, s *Site) []string { return siteTags(s) },
	},
	{
		criterion: CriterionSiteTagsAll, all: true,
		wanted: func(w *Where) []string { return w.SiteTagsAll },
		have:   func(_ *Element, s *Site) []string { return siteTags(s) },
	},
}

func present(values ...*string) []string {
	var have []string
	for _, value := range values {
		if value != nil {
			have = append(have, *value)
		}
	}
	return have
}

func siteName(site *Site) []string {
	if site == nil {
		return nil
	}
	return present(site.Name)
}

func siteID(element *Element) []string {
	if id, bound := element.Site(); bound {
		return []string{id}
	}
	return nil
}

func siteTags(site *Site) []string {
	if site == nil {
		return nil
	}
	return site.Tags
}

// NeedsSites reports whether the description cannot be decided from elements
// alone.
func (w Where) NeedsSites() bool {
	return w.SiteNames != nil || w.SiteTagsAny != nil || w.SiteTagsAll != nil
}

// test is one list of a Where, ready to be compared with elements.
type test struct {
	quality
	matchers []func(string) bool
}

func (w Where) tests() []test {
	var tests []test
	for _, quality := range qualities {
		wanted := quality.wanted(&w)
		if wanted == nil {
			continue
		}
		made := test{quality: quality}
		for _, value := range wanted {
			made.matchers = append(made.matchers, matcher(value, quality.pattern))
		}
		tests = append(tests, made)
	}
	return tests
}

func (t test) holds(have []string) bool {
	satisfied := func(matches func(string) bool) bool { return slices.ContainsFunc(have, matches) }
	if t.all {
		return len(t.matchers) > 0 && !slices.ContainsFunc(t.matchers, func(m func(string) bool) bool { return !satisfied(m) })
	}
	return slices.ContainsFunc(t.matchers, satisfied)
}
