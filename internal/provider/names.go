package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

const (
	// maxNamed is how many elements are named in one verdict: as many as the
	// smallest page that a controller is known to return, so that elements and
	// sites take one request each.
	maxNamed = 100
	// namesTimeout bounds the reading of names and images, which only explain.
	namesTimeout = 10 * time.Second
)

// namer knows the names of elements and sites that verdicts show, and the images
// that explain their targets. It reads each of them once, however often the fleet
// is judged.
type namer struct {
	client   *sdwan.Client
	elements map[string]*inventory.Element
	sites    map[string]*inventory.Site
	// images are the tenant's images, or unlisted is why they cannot be read.
	images   *inventory.Catalogue
	unlisted error
}

func newNamer(client *sdwan.Client) *namer {
	return &namer{client: client, elements: make(map[string]*inventory.Element), sites: make(map[string]*inventory.Site)}
}

// names returns what is known of the elements shown, and a clause that says why
// names are missing, "" where they could be read. known is the part of the fleet
// that was read to judge it; nil where that needed none.
func (n *namer) names(ctx context.Context, known *inventory.Fleet, shown []rollout.Blocker) (names *inventory.Fleet, unnamed string) {
	ctx, cancel := context.WithTimeout(ctx, namesTimeout)
	defer cancel()
	ids := make([]string, 0, min(len(shown), maxNamed))
	for _, blocker := range shown {
		if blocker.ElementID != "" && len(ids) < maxNamed {
			ids = append(ids, blocker.ElementID)
		}
	}
	elements, err := n.elementsOf(ctx, known, ids)
	if err != nil {
		return known, fmt.Sprintf("elements are shown by their ids, as their names could not be read (%s)", sdwan.KindOf(err))
	}
	sites, err := n.sitesOf(ctx, known, elements, ids)
	if err != nil {
		unnamed = fmt.Sprintf("elements are shown without their sites, as these could not be read (%s)", sdwan.KindOf(err))
	}
	return inventory.NewFleet(elements, sites), unnamed
}

// elementsOf are all elements that are known, and those with the ids.
func (n *namer) elementsOf(ctx context.Context, known *inventory.Fleet, ids []string) ([]inventory.Element, error) {
	var elements []inventory.Element
	if known != nil {
		elements = known.Elements()
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
			_, found := known.Element(id)
			return found
		})
	}
	read, err := readOnce(ctx, ids, n.elements, n.client.ElementsByID, func(e *inventory.Element) string { return e.ID })
	return append(slices.Clip(elements), read...), err
}

// sitesOf are the sites of the elements with the ids.
func (n *namer) sitesOf(ctx context.Context, known *inventory.Fleet, elements []inventory.Element, ids []string) ([]inventory.Site, error) {
	shown := make(map[string]bool, len(ids))
	for _, id := range ids {
		shown[id] = true
	}
	var sites []inventory.Site
	wanted := make(map[string]bool)
	for i := range elements {
		element := &elements[i]
		id, bound := element.Site()
		if !shown[element.ID] || !bound || wanted[id] {
			continue
		}
		wanted[id] = true
		if known == nil {
			continue
		}
		if site := known.SiteOf(element); site != nil {
			sites = append(sites, *site)
			delete(wanted, id)
		}
	}
	read, err := readOnce(ctx, slices.Sorted(maps.Keys(wanted)), n.sites, n.client.SitesByID, func(s *inventory.Site) string { return s.ID })
	return append(sites, read...), err
}

// readOnce returns the records with the ids, and reads those that are not among
// the ones read before. A record that the list lacks is nil there.
func readOnce[R any](ctx context.Context, ids []string, before map[string]*R, read func(context.Context, []string) ([]R, error), idOf func(*R) string) ([]R, error) {
	asked := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		_, known := before[id]
		return known
	})
	if len(asked) > 0 {
		fresh, err := read(ctx, asked)
		if err != nil {
			return nil, err
		}
		for _, id := range asked {
			before[id] = nil
		}
		for i := range fresh {
			before[idOf(&fresh[i])] = &fresh[i]
		}
	}
	var records []R
	for _, id := range ids {
		if record := before[id]; record != nil {
			records = append(records, *record)
		}
	}
	return records, nil
}
