package inventory

import (
	"cmp"
	"slices"
)

// Fleet is the elements and sites of a tenant at one moment.
type Fleet struct {
	elements []Element
	byID     map[string]*Element
	sites    map[string]*Site
}

// NewFleet returns the fleet, sorted by element id. Of records with the same id it
// keeps the first.
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

// Elements returns every element, sorted by id. Callers must not change the list.
func (f *Fleet) Elements() []Element { return f.elements }

// Element returns the element with an id.
func (f *Fleet) Element(id string) (*Element, bool) {
	element, found := f.byID[id]
	return element, found
}

// SiteOf returns the site of an element; nil if it is bound to none, or to one that is
// not in the list of sites.
func (f *Fleet) SiteOf(element *Element) *Site {
	id, bound := element.Site()
	if !bound {
		return nil
	}
	return f.sites[id]
}
