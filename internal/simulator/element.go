package simulator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// Role and state that some elements have if the switches say so. The vendor's enums
// have neither.
const (
	UnlistedRole         = "EDGE_GATEWAY"
	UnlistedElementState = "bound_pending_sync"
)

// unboundSite is the site of an element that is bound to none (observed).
const unboundSite = "1"

// element is a device of the store, with its status rows.
type element struct {
	described inventory.Element // Connected and, with rows, SoftwareVersion are computed
	number    int               // in order of insertion
	priority  int64             // in its HA group
	unlisted  bool              // has rows, but is not in the list of elements
	// stray elements have no row, or are unlisted, if the switch says so.
	stray        bool
	disconnected bool      // whatever the rows say
	rows         []*record // in order of insertion; the last one counts
}

// site is a site of the store.
type site struct {
	described inventory.Site
	number    int
	role      string
	place     place
}

// elementItem is an element as the list shows it at one moment.
type elementItem struct {
	inventory.Element
	priority               int64
	etag, created, updated imagestatus.Value
}

// current is the row that counts; nil for an element without rows.
func (e *element) current() *record {
	if len(e.rows) == 0 {
		return nil
	}
	return e.rows[len(e.rows)-1]
}

// rebooting are the states in which an element is not connected (inferred).
var rebooting = []imagestatus.State{"upgrading", "upgrade", "in-progress"}

func (e *element) connected(now time.Time) bool {
	row := e.current()
	return !e.disconnected && (row == nil || !slices.Contains(rebooting, row.at(now).State()))
}

// element returns an element as the list shows it; false if the list does not.
func (r *snapshot) element(e *element) (*elementItem, bool) {
	if e.unlisted || e.stray && r.switches.StrayElements != (len(e.rows) == 0) {
		return nil, false
	}
	stored := imagestatus.IntegerValue(stamp(imagesEpoch))
	item := &elementItem{Element: e.described, priority: e.priority, etag: imagestatus.IntegerValue(1), created: stored, updated: stored}
	item.Connected = new(e.connected(r.now))
	if record := e.current(); record != nil {
		row := record.at(r.now)
		item.SoftwareVersion = row.ActiveVersion
		item.etag, item.created, item.updated = integer(row.Etag), integer(row.CreatedOnUTC), integer(row.UpdatedOnUTC)
	}
	r.switches.disguise(item, e.number)
	return item, true
}

func (s Switches) disguise(item *elementItem, number int) {
	if _, bound := item.Site(); !bound {
		item.SiteID = s.unboundSite()
	}
	if s.UnknownRole && number%10 == 7 && value(item.Role) != inventory.RoleHub {
		item.Role = new(UnlistedRole)
	}
	if s.UnknownElementState && number%10 == 3 {
		item.State = new(UnlistedElementState)
	}
}

func (s Switches) unboundSite() *string {
	switch s.UnboundSite {
	case UnboundNull:
		return nil
	case UnboundZero:
		return new("0")
	default:
		return new(unboundSite)
	}
}

func integer(number *int64) imagestatus.Value {
	if number == nil {
		return imagestatus.Value{}
	}
	return imagestatus.IntegerValue(*number)
}

// attach adds a row to its element, which it creates if the fleet lacks it.
func (f *fleet) attach(row *record) {
	id := row.base.Element()
	owner := f.elements[id]
	if owner == nil {
		owner = &element{described: inventory.Element{ID: id}, unlisted: true}
		f.add(owner)
	}
	owner.rows = append(owner.rows, row)
}

func (f *fleet) add(added *element) {
	added.number = f.added
	f.added++
	f.elements[added.described.ID] = added
	f.listed = append(f.listed, added)
	at, _ := slices.BinarySearchFunc(f.listedByID, added, compareIDs)
	f.listedByID = slices.Insert(f.listedByID, at, added)
}

func (f *fleet) addSite(added *site) {
	added.number = len(f.sites)
	f.sites = append(f.sites, added)
	at, _ := slices.BinarySearchFunc(f.sitesByID, added, compareSites)
	f.sitesByID = slices.Insert(f.sitesByID, at, added)
}

func compareIDs(a, b *element) int { return strings.Compare(a.described.ID, b.described.ID) }

func compareSites(a, b *site) int { return strings.Compare(a.described.ID, b.described.ID) }

// device finds an element with or without rows.
func (f *fleet) device(id string) (*element, error) {
	if found := f.elements[id]; found != nil {
		return found, nil
	}
	return nil, noElement(id)
}

func noElement(id string) error {
	return fmt.Errorf("element %q is not in the fleet; ElementIDs, or GET /_simulator/elements, lists its elements", id)
}

// Elements returns the elements at this virtual moment, ordered by id: the right result
// of a read of the whole list with the present switches, if they allow it.
func (s *Simulator) Elements() []inventory.Element {
	snapshot, done := s.read(s.Switches())
	defer done()
	elements := make([]inventory.Element, 0, len(s.fleet.listedByID))
	for _, stored := range s.fleet.listedByID {
		if item, visible := snapshot.element(stored); visible {
			elements = append(elements, cloneElement(&item.Element))
		}
	}
	return elements
}

// Sites returns the sites, ordered by id.
func (s *Simulator) Sites() []inventory.Site {
	s.fleet.Lock()
	defer s.fleet.Unlock()
	sites := make([]inventory.Site, len(s.fleet.sitesByID))
	for i, stored := range s.fleet.sitesByID {
		sites[i] = cloneSite(&stored.described)
	}
	return sites
}

// AddElement adds an element without a status row, or replaces the one with the same
// id, whose rows it keeps. The element is connected unless Connected is false.
func (s *Simulator) AddElement(added inventory.Element) {
	_ = s.change(func(time.Time) error {
		stored := s.fleet.elements[added.ID]
		if stored == nil {
			stored = &element{described: inventory.Element{ID: added.ID}}
			s.fleet.add(stored)
		}
		stored.described, stored.unlisted, stored.stray = cloneElement(&added), false, false
		stored.disconnected = added.Connected != nil && !*added.Connected
		return nil
	})
}

// UpdateElement edits how the list describes an element. The edit cannot change
// its id, whether it is connected or the version of one with status rows, and
// must not call the simulator. An unknown element is an error.
func (s *Simulator) UpdateElement(id string, edit func(*inventory.Element)) error {
	return s.change(func(time.Time) error {
		stored, err := s.fleet.device(id)
		if err != nil {
			return err
		}
		edit(&stored.described)
		stored.described = cloneElement(&stored.described)
		stored.described.ID = id
		return nil
	})
}

// AddSite adds a site unchecked: its id may be that of another site.
func (s *Simulator) AddSite(added inventory.Site) {
	_ = s.change(func(time.Time) error {
		s.fleet.addSite(&site{described: cloneSite(&added), role: roleSpoke, place: places[0]})
		return nil
	})
}

// UpdateSite edits a site except its id. An unknown site is an error.
func (s *Simulator) UpdateSite(id string, edit func(*inventory.Site)) error {
	return s.change(func(time.Time) error {
		at := slices.IndexFunc(s.fleet.sites, func(stored *site) bool { return stored.described.ID == id })
		if at < 0 {
			return fmt.Errorf("site %q is not in the fleet; Sites lists its sites", id)
		}
		stored := s.fleet.sites[at]
		edit(&stored.described)
		stored.described = cloneSite(&stored.described)
		stored.described.ID = id
		return nil
	})
}

func cloneElement(original *inventory.Element) inventory.Element {
	copied := *original
	for _, field := range []**string{
		&copied.Name, &copied.SiteID, &copied.Role, &copied.ModelName, &copied.SerialNumber, &copied.HardwareID,
		&copied.SoftwareVersion, &copied.State, &copied.HubClusterID, &copied.HAGroupID,
	} {
		*field = copyOf(*field)
	}
	copied.Connected, copied.HAEnabled = copyOf(copied.Connected), copyOf(copied.HAEnabled)
	copied.Tags = slices.Clone(copied.Tags)
	return copied
}

func cloneSite(original *inventory.Site) inventory.Site {
	return inventory.Site{ID: original.ID, Name: copyOf(original.Name), Tags: slices.Clone(original.Tags)}
}
