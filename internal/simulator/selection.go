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
func (r *reader) row(record *record) (*Row, bool) {
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

// selectRecords finds the records that match, in the order that was asked for.
// The result can be the store itself and must not be changed.
func (r *reader) selectRecords(q *query) []*record {
	from := r.fleet.records
	presorted := len(q.sort) == 1 && q.sort[0].field.Name == imagestatus.FieldElementID && !q.sort[0].descending
	if presorted {
		from = r.fleet.byElement
	}
	shuffled := len(q.sort) == 0 && r.switches.DefaultOrder == OrderShuffled
	asStored := presorted || len(q.sort) == 0 && !shuffled
	if asStored && q.matches == nil && r.switches.NeverUpgradedRows != RowsAbsent {
		return from
	}
	key := selectionKey{string(q.rawFilter), string(q.rawSort), q.foldSort, r.switches}
	selected := r.fleet.selections.find(key, r.now)
	if selected == nil {
		selected = r.matching(from, q)
		if len(q.sort) > 0 && !presorted {
			r.arrange(selected, q)
		}
		r.fleet.selections.keep(key, r.now, selected)
	}
	if shuffled {
		return r.shuffle(selected)
	}
	return selected
}

func (r *reader) matching(records []*record, q *query) []*record {
	matching := make([]*record, 0, len(records))
	for _, record := range records {
		if row, visible := r.row(record); visible && (q.matches == nil || q.matches(row)) {
			matching = append(matching, record)
		}
	}
	return matching
}

func (r *reader) shuffle(records []*record) []*record {
	shuffled := slices.Clone(records)
	random := rand.New(rand.NewPCG(r.seed, r.ordinal))
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	return shuffled
}

type selectionKey struct {
	filter, sort string
	fold         bool
	switches     Switches
}

const maxSelections = 16

// selections keeps what was selected at one moment, so that the pages of one
// read of a large fleet do not each go over all of it.
type selections struct {
	moment time.Time
	byKey  map[selectionKey][]*record
}

func (s *selections) find(key selectionKey, now time.Time) []*record {
	if !now.Equal(s.moment) {
		return nil
	}
	return s.byKey[key]
}

func (s *selections) keep(key selectionKey, now time.Time, records []*record) {
	if !now.Equal(s.moment) || len(s.byKey) >= maxSelections {
		s.forget()
	}
	if s.byKey == nil {
		s.moment, s.byKey = now, make(map[selectionKey][]*record)
	}
	s.byKey[key] = records
}

func (s *selections) forget() { s.byKey = nil }

// arrange sorts records that are in order of insertion; ties stay in it.
func (r *reader) arrange(records []*record, q *query) {
	type keyed struct {
		record *record
		values []imagestatus.Value
	}
	keyedRecords := make([]keyed, len(records))
	allValues := make([]imagestatus.Value, len(records)*len(q.sort))
	for i, record := range records {
		row, _ := r.row(record)
		values := allValues[i*len(q.sort) : (i+1)*len(q.sort)]
		for k, key := range q.sort {
			values[k] = folded(key.field.Value(row), q.foldSort)
		}
		keyedRecords[i] = keyed{record, values}
	}
	slices.SortStableFunc(keyedRecords, func(a, b keyed) int {
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
	for i := range keyedRecords {
		records[i] = keyedRecords[i].record
	}
}

func folded(value imagestatus.Value, fold bool) imagestatus.Value {
	if _, isNumber := value.Integer(); !fold || isNumber || value.Null() {
		return value
	}
	return imagestatus.TextValue(strings.ToLower(value.Text()))
}
