package inventory

import (
	"cmp"
	"slices"
)

// Fleet is every element and site of a tenant at one moment.
type Fleet struct {
	elements []Element
	byID     map[string]*Element
	sites    map[string]*Site
}

// NewFleet joins elements with their sites. The elements are ordered by id; of
// two records with one id the first counts.
func NewFleet(elements []Element, sites []Site) *Fleet {
	fleet := &Fleet{
		elements: slices.Clone(elements),
		sites:    make(map[string]*Site, len(sites)),
	}
	slices.SortStableFunc(fleet.elements, func(a, b Element) int { return cmp.Compare(a.ID, b.ID) })
	fleet.elements = slices.CompactFunc(fleet.elements, func(a, b Element) bool { return a.ID == b.ID })
	fleet.byID = make(map[string]*Element, len(fleet.elements))
	for i := range fleet.elements {
		fleet.byID[fleet.elements[i].ID] = &fleet.elements[i]
	}
	for i := range sites {
		if fleet.sites[sites[i].ID] == nil {
			fleet.sites[sites[i].ID] = &sites[i]
		}
	}
	return fleet
}

// Elements lists every element in the order of ids. Callers must not change it.
func (f *Fleet) Elements() []Element { return f.elements }

// Element finds an element by its id.
func (f *Fleet) Element(id string) (*Element, bool) {
	element, found := f.byID[id]
	return element, found
}

// SiteOf returns an element's site; nil where the element is bound to none, or
// to one that the list of sites lacks.
func (f *Fleet) SiteOf(element *Element) *Site {
	id, bound := element.Site()
	if !bound {
		return nil
	}
	return f.sites[id]
}
