package simulator

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// snapshot is the fleet at one moment as the switches show it. It needs the fleet's
// lock.
type snapshot struct {
	fleet    *fleet
	now      time.Time
	switches Switches
	seed     uint64
	ordinal  uint64 // of the request, which seeds a shuffled order
}

// row returns a record's row; false if the switches hide it.
func (r *snapshot) row(record *record) (*imagestatus.Status, bool) {
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

// list is a list of the store at one moment. S is an entry as stored, T as shown to
// clients.
type list[S, T any] struct {
	*snapshot
	schema  *schema[T]
	stored  []S                // in order of insertion
	ordered []S                // by schema.orderedBy, ascending
	see     func(S) (*T, bool) // false if the switches hide the entry
	whole   bool               // the switches hide nothing
	// item encodes an entry; twist, if any, changes the entry at a position of the page.
	item  func(S, style) []byte
	twist func(position int, seen *T) *T
}

// selected returns the entries that match, in the order asked for. Do not change the
// result, which can be the store itself.
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

// selections caches what was selected at one moment, so that not each page of a read
// goes over the whole fleet.
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

// arrange sorts entries that are in order of insertion, which equal entries keep.
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
