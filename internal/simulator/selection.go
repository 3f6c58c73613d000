package simulator

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// reader reads the fleet at one moment, as the switches let it be seen. It
// needs the fleet's lock.
type reader struct {
	fleet    *fleet
	now      time.Time
	switches Switches
	seed     uint64
	ordinal  uint64 // of the request, whose order of rows it deals
}

// row gives a record's row, and false where the switches hide it.
func (r *reader) row(record *record) (*imagestatus.Status, bool) {
	row := record.at(r.now)
	if row.UpgradeState == nil && r.switches.NeverUpgradedRows == RowsAbsent {
		return nil, false
	}
	if !r.switches.OmitNewerFields && !r.switches.ChangeTimeAsStamp {
		return row, true
	}
	seen := *row
	switch {
	case r.switches.OmitNewerFields:
		seen.SoftwareVersionChangeTime, seen.Etag = nil, nil
	case seen.SoftwareVersionChangeTime != nil:
		seen.SoftwareVersionChangeTime = new(stamp(time.UnixMilli(*seen.SoftwareVersionChangeTime)))
	}
	return &seen, true
}

// list is a list of the store at one moment, as a query reads it. S is how the
// store keeps an entry and T what is seen of it.
type list[S, T any] struct {
	*reader
	schema  *schema[T]
	stored  []S                // in order of insertion
	ordered []S                // by schema.orderedBy, ascending
	see     func(S) (*T, bool) // false where the switches hide the entry
	whole   bool               // the switches hide nothing
	// item writes an entry; twist, if any, changes what is seen of the entry at
	// a position of the page.
	item  func(S, style) []byte
	twist func(position int, seen *T) *T
}

// selected finds the entries that match, in the order that was asked for. The
// result can be the store itself and must not be changed.
func (l *list[S, T]) selected(q *query[T]) []S {
	from := l.stored
	presorted := len(q.sort) == 1 && q.sort[0] == sorting{name: l.schema.orderedBy}
	if presorted {
		from = l.ordered
	}
	shuffled := len(q.sort) == 0 && l.switches.DefaultOrder == OrderShuffled
	asStored := presorted || len(q.sort) == 0 && !shuffled
	if asStored && q.matches == nil && l.whole {
		return from
	}
	key := selectionKey{l.schema.name, string(q.rawFilter), string(q.rawSort), q.foldSort, l.switches}
	selected, found := l.fleet.selections.find(key, l.now).([]S)
	if !found {
		selected = l.matching(from, q)
		if len(q.sort) > 0 && !presorted {
			l.arrange(selected, q)
		}
		l.fleet.selections.keep(key, l.now, selected)
	}
	if shuffled {
		return l.shuffle(selected)
	}
	return selected
}

func (l *list[S, T]) matching(entries []S, q *query[T]) []S {
	matching := make([]S, 0, len(entries))
	for _, entry := range entries {
		if item, visible := l.see(entry); visible && (q.matches == nil || q.matches(item)) {
			matching = append(matching, entry)
		}
	}
	return matching
}

func (l *list[S, T]) shuffle(entries []S) []S {
	shuffled := slices.Clone(entries)
	random := rand.New(rand.NewPCG(l.seed, l.ordinal))
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	return shuffled
}

type selectionKey struct {
	list, filter, sort string
	fold               bool
	switches           Switches
}

const maxSelections = 16

// selections keeps what was selected at one moment, so that the pages of one
// read of a large fleet do not each go over all of it.
type selections struct {
	moment time.Time
	byKey  map[selectionKey]any // of the type of the list
}

func (s *selections) find(key selectionKey, now time.Time) any {
	if !now.Equal(s.moment) {
		return nil
	}
	return s.byKey[key]
}

func (s *selections) keep(key selectionKey, now time.Time, entries any) {
	if !now.Equal(s.moment) || len(s.byKey) >= maxSelections {
		s.forget()
	}
	if s.byKey == nil {
		s.moment, s.byKey = now, make(map[selectionKey]any)
	}
	s.byKey[key] = entries
}

func (s *selections) forget() { s.byKey = nil }

// arrange sorts entries that are in order of insertion; ties stay in it.
func (l *list[S, T]) arrange(entries []S, q *query[T]) {
	type keyed struct {
		entry  S
		values []imagestatus.Value
	}
	keyedEntries := make([]keyed, len(entries))
	allValues := make([]imagestatus.Value, len(entries)*len(q.sort))
	for i, entry := range entries {
		item, _ := l.see(entry)
		values := allValues[i*len(q.sort) : (i+1)*len(q.sort)]
		for k := range q.sortFields {
			values[k] = folded(q.sortFields[k].scalar(item), q.foldSort)
		}
		keyedEntries[i] = keyed{entry, values}
	}
	slices.SortStableFunc(keyedEntries, func(a, b keyed) int {
		for k, key := range q.sort {
			order := a.values[k].Compare(b.values[k])
			if key.descending {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
	for i := range keyedEntries {
		entries[i] = keyedEntries[i].entry
	}
}

func folded(value imagestatus.Value, fold bool) imagestatus.Value {
	if _, isNumber := value.Integer(); !fold || isNumber || value.Null() {
		return value
	}
	return imagestatus.TextValue(strings.ToLower(value.Text()))
}
