package simulator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Row is one row of the endpoint. A nil field is null on the wire.
type Row = imagestatus.Status

// historyRows is how many rows of one element the history keeps (documented:
// "up to 5").
const historyRows = 5

// record is one row of the store with what it takes to know it at any time.
type record struct {
	ordinal int
	base    Row
	course  *course

	// row is the row from when it was last worked out until the moment
	// until; a zero moment means for ever.
	row   Row
	until time.Time

	item      []byte
	itemStyle style

	history []Row
	wanted  wanted
}

// at works out the row at a moment. The moments asked for only ever grow.
func (r *record) at(now time.Time) *Row {
	if r.course != nil && !r.until.IsZero() && !now.Before(r.until) {
		r.row, r.until = r.course.at(r.base, now)
		r.item = nil
	}
	return &r.row
}

// follow sets the record on a course, or leaves it where it is for nil.
func (r *record) follow(base Row, course *course, now time.Time) {
	r.base, r.course, r.item = base, course, nil
	r.row, r.until = base, time.Time{}
	if course != nil {
		r.row, r.until = course.at(base, now)
	}
}

// fleet is the store: every row in order of insertion and in order of element.
// All its methods need the lock.
type fleet struct {
	sync.Mutex
	records   []*record
	byElement []*record
	waves     map[string][]string

	selections selections
	deleted    []deletion
	inserted   int
	upgrades   int
}

// deletion remembers a row that was removed, for deleted_ids.
type deletion struct {
	id     string
	moment int64
}

func compareElements(a, b *record) int {
	return cmp.Or(strings.Compare(a.base.Element(), b.base.Element()), cmp.Compare(a.ordinal, b.ordinal))
}

func (f *fleet) insert(row Row) *record {
	added := &record{ordinal: f.inserted, base: row, row: row}
	f.inserted++
	f.records = append(f.records, added)
	at, _ := slices.BinarySearchFunc(f.byElement, added, compareElements)
	f.byElement = slices.Insert(f.byElement, at, added)
	return added
}

// fill inserts many rows at once into an empty fleet.
func (f *fleet) fill(rows []Row) {
	f.records = make([]*record, len(rows))
	for i, row := range rows {
		f.records[i] = &record{ordinal: i, base: row, row: row}
	}
	f.inserted = len(rows)
	f.byElement = slices.Clone(f.records)
	slices.SortFunc(f.byElement, compareElements)
}

func (f *fleet) remove(element string, moment time.Time) error {
	if _, err := f.find(element); err != nil {
		return err
	}
	gone := func(r *record) bool { return r.base.Element() == element }
	for _, r := range f.records {
		if gone(r) {
			f.deleted = append(f.deleted, deletion{id: value(r.base.ID), moment: stamp(moment)})
		}
	}
	f.records = slices.DeleteFunc(f.records, gone)
	f.byElement = slices.DeleteFunc(f.byElement, gone)
	return nil
}

// deletedSince lists the identifiers of the rows removed after a 17-digit time
// (inferred), in ascending order.
func (f *fleet) deletedSince(moment int64) []string {
	ids := []string{}
	for _, gone := range f.deleted {
		if gone.moment > moment {
			ids = append(ids, gone.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// find gives the element's row that counts: the one inserted last.
func (f *fleet) find(element string) (*record, error) {
	after, _ := slices.BinarySearchFunc(f.byElement, element, func(r *record, id string) int {
		if r.base.Element() <= id {
			return -1
		}
		return 1
	})
	if after == 0 || f.byElement[after-1].base.Element() != element {
		return nil, fmt.Errorf("element %q is not in the fleet; ElementIDs lists its elements", element)
	}
	return f.byElement[after-1], nil
}

func (f *fleet) elementIDs() []string {
	ids := make([]string, len(f.byElement))
	for i, r := range f.byElement {
		ids[i] = r.base.Element()
	}
	return slices.Compact(ids)
}

// upgrade starts a lifecycle on one element; the row so far becomes history.
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

// remember keeps a row in the history when an upgrade was ever started in it.
func (r *record) remember(row Row) {
	if row.UpgradeState != nil {
		r.history = append(r.history, row)
		r.history = r.history[max(0, len(r.history)-historyRows+1):]
	}
}

// withHistory is a store of every row that the history holds: of each element
// the rows of its last upgrades, the current one among them.
func (f *fleet) withHistory(now time.Time) *fleet {
	historical := &fleet{}
	var rows []Row
	for _, r := range f.records {
		r.at(now)
		rows = append(rows, r.upgrades()...)
	}
	historical.fill(rows)
	return historical
}

// upgrades are the element's rows of upgrades, oldest first. The row counts as
// it was last worked out.
func (r *record) upgrades() []Row {
	rows := slices.Clone(r.history)
	if r.row.UpgradeState != nil && !slices.ContainsFunc(rows, func(old Row) bool { return value(old.ID) == value(r.row.ID) }) {
		rows = append(rows, r.row)
	}
	return rows
}

// abort starts the course of an abort and reports whether there was anything
// to abort.
func (f *fleet) abort(element string, now time.Time) (bool, error) {
	r, err := f.find(element)
	if err != nil {
		return false, err
	}
	base := *r.at(now)
	course, possible := abortCourse(&base, now)
	if possible {
		r.follow(base, course, now)
	}
	return possible, nil
}

// edit changes a row by hand: the lifecycle ends where it is, the object
// version grows and the row counts as updated now, unless the edit itself
// says otherwise.
func (f *fleet) edit(element string, now time.Time, change func(*Row)) error {
	r, err := f.find(element)
	if err != nil {
		return err
	}
	row := clone(r.at(now))
	row.Etag = new(value(row.Etag) + 1)
	row.UpdatedOnUTC = new(stamp(now))
	change(&row)
	// The element is the key of the store's order.
	row.ElementID = new(element)
	r.follow(row, nil, now)
	return nil
}

// clone copies a row together with the values that it points to.
func clone(row *Row) Row {
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

func copyOf[T any](pointer *T) *T {
	if pointer == nil {
		return nil
	}
	return new(*pointer)
}
