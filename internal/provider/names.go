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
	// maxNamed bounds the elements named in one verdict. It is the smallest page size
	// observed, so that elements and sites take one request each.
	maxNamed = 100
	// namesTimeout bounds reads of names and images, which only explain.
	namesTimeout = 10 * time.Second
)

// namer reads the names of elements and sites that verdicts show, and the images that
// explain targets, each once however often the fleet is judged.
type namer struct {
	client   *sdwan.Client
	elements map[string]*inventory.Element
	sites    map[string]*inventory.Site
	images   *inventory.Catalogue // of the tenant
	unlisted error                // why the images cannot be read
}

func newNamer(client *sdwan.Client) *namer {
	return &namer{client: client, elements: make(map[string]*inventory.Element), sites: make(map[string]*inventory.Site)}
}

// names returns the shown elements with their names, and a clause on why names are
// missing, "" if none is. known is what was read of the fleet to judge it; nil is
// nothing.
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

// elementsOf returns all known elements, and reads those with the other ids.
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

// readOnce returns the records with the ids and reads those that are not in before,
// where a record that the controller lacks is nil.
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
