package simulator

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// historyRows is how many rows of one element the history keeps (documented:
// "up to 5").
const historyRows = 5

// record is one row of the store, with what determines it at any time.
type record struct {
	ordinal int
	base    imagestatus.Status
	course  *course

	row   imagestatus.Status // as last computed
	until time.Time          // when row changes; zero means never

	item      []byte // the row in JSON, kept until it changes
	itemStyle style

	history []imagestatus.Status
	wanted  wanted
}

// at computes the row at a moment, which is never before an earlier one.
func (r *record) at(now time.Time) *imagestatus.Status {
	if r.course != nil && !r.until.IsZero() && !now.Before(r.until) {
		r.row, r.until = r.course.at(r.base, now)
		r.item = nil
	}
	return &r.row
}

// follow starts a course; nil keeps the row as it is.
func (r *record) follow(base imagestatus.Status, course *course, now time.Time) {
	r.base, r.course, r.item = base, course, nil
	r.row, r.until = base, time.Time{}
	if course != nil {
		r.row, r.until = course.at(base, now)
	}
}

// fleet is the store of the elements, the sites, the images and every status row, in
// order of insertion and in order of element. All its methods need the lock.
type fleet struct {
	sync.Mutex
	elements   map[string]*element // every one, by its id
	listed     []*element          // in order of insertion, unlisted ones among them
	listedByID []*element
	added      int // elements so far
	sites      []*site
	sitesByID  []*site
	images     []*inventory.Image // that the tenant is offered, in order of insertion

	records   []*record
	byElement []*record
	waves     map[string][]string

	selections selections
	deleted    []deletion
	inserted   int
	upgrades   int
}

type deletion struct {
	list   string
	id     string
	moment int64 // in 17 digits
}

func compareElements(a, b *record) int {
	return cmp.Or(strings.Compare(a.base.Element(), b.base.Element()), cmp.Compare(a.ordinal, b.ordinal))
}

func (f *fleet) insert(row imagestatus.Status) {
	added := &record{ordinal: f.inserted, base: row, row: row}
	f.inserted++
	f.records = append(f.records, added)
	at, _ := slices.BinarySearchFunc(f.byElement, added, compareElements)
	f.byElement = slices.Insert(f.byElement, at, added)
	f.attach(added)
}

func (f *fleet) fill(rows []imagestatus.Status) {
	f.records = make([]*record, len(rows))
	for i, row := range rows {
		f.records[i] = &record{ordinal: i, base: row, row: row}
	}
	f.inserted = len(rows)
	f.byElement = slices.Clone(f.records)
	slices.SortFunc(f.byElement, compareElements)
}

func (f *fleet) remove(id string, moment time.Time) error {
	gone, err := f.device(id)
	if err != nil {
		return err
	}
	for _, row := range gone.rows {
		f.deleted = append(f.deleted, deletion{statusSchema.name, value(row.base.ID), stamp(moment)})
	}
	f.deleted = append(f.deleted, deletion{elementSchema.name, id, stamp(moment)})
	delete(f.elements, id)
	isGone := func(e *element) bool { return e == gone }
	f.listed, f.listedByID = slices.DeleteFunc(f.listed, isGone), slices.DeleteFunc(f.listedByID, isGone)
	isOfGone := func(r *record) bool { return r.base.Element() == id }
	f.records, f.byElement = slices.DeleteFunc(f.records, isOfGone), slices.DeleteFunc(f.byElement, isOfGone)
	return nil
}

// deletedSince lists what was removed from a list after a 17-digit time
// (inferred).
func (f *fleet) deletedSince(list string, moment int64) []string {
	ids := []string{}
	for _, gone := range f.deleted {
		if gone.list == list && gone.moment > moment {
			ids = append(ids, gone.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// find returns the row that counts of an element.
func (f *fleet) find(element string) (*record, error) {
	if found := f.elements[element]; found != nil && len(found.rows) > 0 {
		return found.current(), nil
	}
	return nil, noElement(element)
}

// holds returns an error that names the first of the elements that has no row.
func (f *fleet) holds(elements []string) error {
	for _, element := range elements {
		if _, err := f.find(element); err != nil {
			return err
		}
	}
	return nil
}

func (f *fleet) elementIDs() []string {
	ids := make([]string, len(f.byElement))
	for i, r := range f.byElement {
		ids[i] = r.base.Element()
	}
	return slices.Compact(ids)
}

func (f *fleet) upgrade(element string, target Image, plan Plan, now time.Time) error {
	r, err := f.find(element)
	if err != nil {
		return err
	}
	course, err := plan.lay(now, target)
	if err != nil {
		return err
	}
	base := *r.at(now)
	r.remember(base)
	f.upgrades++
	course.rowID = identifier(now.Add(time.Duration(f.upgrades/1000)*time.Millisecond), f.upgrades)
	r.follow(base, course, now)
	return nil
}

// remember keeps a row in the history if it is the row of an upgrade.
func (r *record) remember(row imagestatus.Status) {
	if row.UpgradeState != nil {
		r.history = append(r.history, row)
		r.history = r.history[max(0, len(r.history)-historyRows+1):]
	}
}

// withHistory returns a store of the rows of every element's last upgrades.
func (f *fleet) withHistory(now time.Time) *fleet {
	historical := &fleet{}
	var rows []imagestatus.Status
	for _, r := range f.records {
		r.at(now)
		rows = append(rows, r.upgrades()...)
	}
	historical.fill(rows)
	return historical
}

// upgrades returns the rows of the element's last upgrades, oldest first, including the
// current row as last computed.
func (r *record) upgrades() []imagestatus.Status {
	rows := slices.Clone(r.history)
	if r.row.UpgradeState != nil && !slices.ContainsFunc(rows, func(old imagestatus.Status) bool { return value(old.ID) == value(r.row.ID) }) {
		rows = append(rows, r.row)
	}
	return rows
}

func (r *record) abort(now time.Time) bool {
	base := *r.at(now)
	course, possible := abortCourse(&base, now)
	if possible {
		r.follow(base, course, now)
	}
	return possible
}

func (f *fleet) edit(element string, now time.Time, change func(*imagestatus.Status)) error {
	r, err := f.find(element)
	if err != nil {
		return err
	}
	row := clone(r.at(now))
	row.Etag = new(value(row.Etag) + 1)
	row.UpdatedOnUTC = new(stamp(now))
	change(&row)
	row.ElementID = new(element) // the key of the store's order
	r.follow(row, nil, now)
	return nil
}

func clone(row *imagestatus.Status) imagestatus.Status {
	copied := *row
	for _, field := range []**string{
		&copied.ID, &copied.ElementID, &copied.ActiveImageID, &copied.ActiveVersion, &copied.PreviousImageID,
		&copied.RollbackVersion, &copied.UpgradeImageID, &copied.UpgradeState, &copied.ScheduledDownload,
		&copied.ScheduledUpgrade, &copied.FailureInfo,
	} {
		*field = copyOf(*field)
	}
	for _, field := range []**int64{
		&copied.DownloadPercent, &copied.DownloadInterval, &copied.UpgradeInterval, &copied.SoftwareVersionChangeTime,
		&copied.Etag, &copied.CreatedOnUTC, &copied.UpdatedOnUTC,
	} {
		*field = copyOf(*field)
	}
	return copied
}
