package inventory

import "slices"

// Where describes elements by names and properties. An element must satisfy every
// condition: one value of a list, and all values of TagsAll and SiteTagsAll. A nil list
// or pointer is no condition, an empty list selects nothing. Letter case matters.
type Where struct {
	// In names, the wildcard * matches any text and ? any one character.
	Names, SiteNames []string
	SiteIDs          []string
	Roles            []string // see Roles
	Models           []string // such as "ion 3200"
	SerialNumbers    []string // serial numbers or hardware ids
	// TagsAny and TagsAll are about the tags of the element, the others about those of
	// its site. Null tags are an empty list.
	TagsAny, TagsAll, SiteTagsAny, SiteTagsAll []string
	// Connected, true or false, leaves out elements whose connection is not known.
	Connected *bool
}

// Criterion names one condition of a Where, as the attribute does.
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

type listCondition struct {
	criterion Criterion
	wanted    func(*Where) []string
	// valuesOf has a nil site for an element without one.
	valuesOf        func(element *Element, site *Site) []string
	needsAll        bool // every wanted value, not just one
	allowsWildcards bool
	// reportsUnmatched is for values of things that the user expects to exist.
	reportsUnmatched bool
}

var listConditions = []listCondition{
	{
		criterion: CriterionNames, allowsWildcards: true, reportsUnmatched: true,
		wanted:   func(w *Where) []string { return w.Names },
		valuesOf: func(e *Element, _ *Site) []string { return present(e.Name) },
	},
	{
		criterion: CriterionSiteNames, allowsWildcards: true, reportsUnmatched: true,
		wanted:   func(w *Where) []string { return w.SiteNames },
		valuesOf: func(_ *Element, s *Site) []string { return siteName(s) },
	},
	{
		criterion: CriterionSiteIDs, reportsUnmatched: true,
		wanted:   func(w *Where) []string { return w.SiteIDs },
		valuesOf: func(e *Element, _ *Site) []string { return siteID(e) },
	},
	{
		criterion: CriterionSerialNumbers, reportsUnmatched: true,
		wanted:   func(w *Where) []string { return w.SerialNumbers },
		valuesOf: func(e *Element, _ *Site) []string { return present(e.SerialNumber, e.HardwareID) },
	},
	{
		criterion: CriterionRoles,
		wanted:    func(w *Where) []string { return w.Roles },
		valuesOf:  func(e *Element, _ *Site) []string { return present(e.Role) },
	},
	{
		criterion: CriterionModels,
		wanted:    func(w *Where) []string { return w.Models },
		valuesOf:  func(e *Element, _ *Site) []string { return present(e.ModelName) },
	},
	{
		criterion: CriterionTagsAny,
		wanted:    func(w *Where) []string { return w.TagsAny },
		valuesOf:  func(e *Element, _ *Site) []string { return e.Tags },
	},
	{
		criterion: CriterionTagsAll, needsAll: true,
		wanted:   func(w *Where) []string { return w.TagsAll },
		valuesOf: func(e *Element, _ *Site) []string { return e.Tags },
	},
	{
		criterion: CriterionSiteTagsAny,
		wanted:    func(w *Where) []string { return w.SiteTagsAny },
		valuesOf:  func(_ *Element, s *Site) []string { return siteTags(s) },
	},
	{
		criterion: CriterionSiteTagsAll, needsAll: true,
		wanted:   func(w *Where) []string { return w.SiteTagsAll },
		valuesOf: func(_ *Element, s *Site) []string { return siteTags(s) },
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

// NeedsSites reports whether a condition is about sites, so that elements alone are not
// enough.
func (w Where) NeedsSites() bool {
	return w.SiteNames != nil || w.SiteTagsAny != nil || w.SiteTagsAll != nil
}

type preparedCondition struct {
	listCondition
	matchers []func(string) bool
}

func (w Where) conditions() []preparedCondition {
	var conditions []preparedCondition
	for _, condition := range listConditions {
		wanted := condition.wanted(&w)
		if wanted == nil {
			continue
		}
		prepared := preparedCondition{listCondition: condition}
		for _, value := range wanted {
			prepared.matchers = append(prepared.matchers, matcher(value, condition.allowsWildcards))
		}
		conditions = append(conditions, prepared)
	}
	return conditions
}

func (c preparedCondition) satisfiedBy(values []string) bool {
	matchesAny := func(matches func(string) bool) bool { return slices.ContainsFunc(values, matches) }
	if c.needsAll {
		return len(c.matchers) > 0 && !slices.ContainsFunc(c.matchers, func(m func(string) bool) bool { return !matchesAny(m) })
	}
	return slices.ContainsFunc(c.matchers, matchesAny)
}
