package rollout

import (
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// maxNameRunes is the length of a name in the controller's documentation.
const maxNameRunes = 128

// labels are the names of elements in texts. No decision depends on a name.
type labels struct {
	names      *inventory.Fleet
	nameCounts map[string]int // numbers of elements with the same name
}

// newLabels prepares labels for some elements. Without names, labels are ids.
func newLabels(names *inventory.Fleet, ids []string) labels {
	made := labels{names, make(map[string]int)}
	if names == nil {
		return made
	}
	for _, id := range ids {
		if element, name := made.named(id); element != nil {
			made.nameCounts[name] = 0
		}
	}
	if len(made.nameCounts) == 0 {
		return made
	}
	elements := names.Elements()
	for i := range elements {
		name := shownName(elements[i].Name)
		if _, called := made.nameCounts[name]; called {
			made.nameCounts[name]++
		}
	}
	return made
}

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

func shownName(name *string) string { return strings.TrimSpace(shorten(deref(name), maxKeyRunes)) }

func (l labels) siteName(element *inventory.Element) *string {
	if site := l.names.SiteOf(element); site != nil && shownName(site.Name) != "" {
		return site.Name
	}
	return nil
}

// of returns a label such as "BR-FRA-01 (Frankfurt)". It is the id if no name is known,
// and contains the id if several elements have the name.
func (l labels) of(id string) string {
	element, name := l.named(id)
	if element == nil {
		return shorten(id, maxKeyRunes)
	}
	var more []string
	if site := shownName(l.siteName(element)); site != "" {
		more = append(more, site)
	}
	if l.nameCounts[name] > 1 {
		more = append(more, "id "+shorten(id, maxKeyRunes))
	}
	if len(more) == 0 {
		return name
	}
	return name + " (" + strings.Join(more, ", ") + ")"
}

// quoted puts an id typed by the user in quotation marks, unless a name is known.
func (l labels) quoted(id string) string {
	if element, _ := l.named(id); element == nil {
		return quote(id)
	}
	return l.of(id)
}

func (l labels) setNames(blocker *Blocker) {
	if blocker.ElementID == "" {
		return
	}
	blocker.Label = l.of(blocker.ElementID)
	if element, _ := l.named(blocker.ElementID); element != nil {
		blocker.Name = shortened(element.Name, maxNameRunes)
		blocker.SiteName = shortened(l.siteName(element), maxNameRunes)
	}
}
