package rollout

import (
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// maxNameRunes is the length of a name in the controller's documentation.
const maxNameRunes = 128

// labels call elements by their names, as far as these are known. They only
// explain: nothing is decided by a name.
type labels struct {
	names *inventory.Fleet
	// bearers has the number of elements that bear a name, for the names of
	// elements that may be called.
	bearers map[string]int
}

// newLabels prepares the labels of the elements with the ids; without names an
// element is called by its id.
func newLabels(names *inventory.Fleet, ids []string) labels {
	made := labels{names, make(map[string]int)}
	if names == nil {
		return made
	}
	for _, id := range ids {
		if element, name := made.named(id); element != nil {
			made.bearers[name] = 0
		}
	}
	if len(made.bearers) == 0 {
		return made
	}
	elements := names.Elements()
	for i := range elements {
		name := shownName(elements[i].Name)
		if _, called := made.bearers[name]; called {
			made.bearers[name]++
		}
	}
	return made
}

// named finds an element and the name to show; nil where no name is known.
func (l labels) named(id string) (*inventory.Element, string) {
	if l.names == nil {
		return nil, ""
	}
	element, found := l.names.Element(id)
	if !found {
		return nil, ""
	}
	name := shownName(element.Name)
	if name == "" {
		return nil, ""
	}
	return element, name
}

// shownName is a name in a text, "" where there is none to see.
func shownName(name *string) string { return strings.TrimSpace(shorten(deref(name), maxKeyRunes)) }

func (l labels) siteName(element *inventory.Element) *string {
	if site := l.names.SiteOf(element); site != nil && shownName(site.Name) != "" {
		return site.Name
	}
	return nil
}

// of is what a text calls an element, such as "BR-FRA-01 (Frankfurt)"; its id
// where no name is known, and beside a name that several elements bear.
func (l labels) of(id string) string {
	element, name := l.named(id)
	if element == nil {
		return shorten(id, maxKeyRunes)
	}
	var more []string
	if site := shownName(l.siteName(element)); site != "" {
		more = append(more, site)
	}
	if l.bearers[name] > 1 {
		more = append(more, "id "+shorten(id, maxKeyRunes))
	}
	if len(more) == 0 {
		return name
	}
	return name + " (" + strings.Join(more, ", ") + ")"
}

// quoted is the label of an element whose id was typed by the user: an id
// stays in quotation marks.
func (l labels) quoted(id string) string {
	if element, _ := l.named(id); element == nil {
		return quote(id)
	}
	return l.of(id)
}

// name says in a blocker what its element is called.
func (l labels) name(blocker *Blocker) {
	if blocker.ElementID == "" {
		return
	}
	blocker.Label = l.of(blocker.ElementID)
	if element, _ := l.named(blocker.ElementID); element != nil {
		blocker.Name = shortened(element.Name, maxNameRunes)
		blocker.SiteName = shortened(l.siteName(element), maxNameRunes)
	}
}
