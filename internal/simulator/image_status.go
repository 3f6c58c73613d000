package simulator

import "time"

// queryCurrent is the endpoint: the current image status of all elements.
func (s *Simulator) queryCurrent(c *call) ([]byte, error) {
	if c.switches.RolesDenied {
		return nil, forbidden("The role of this account does not allow the call.")
	}
	return s.queryRows(c, func(f *fleet, _ time.Time) *fleet { return f })
}

// queryHistory is the sister endpoint: up to 5 upgrades of each element.
func (s *Simulator) queryHistory(c *call) ([]byte, error) {
	return s.queryRows(c, (*fleet).withHistory)
}

// queryRows answers a query on the store that from makes of the fleet.
func (s *Simulator) queryRows(c *call, from func(*fleet, time.Time) *fleet) ([]byte, error) {
	asked, err := parse(c.body, c.switches)
	if err != nil {
		return nil, err
	}
	answer := &answer{form: c.form, query: asked, switches: c.switches, requestID: s.nextRequestID(), totalAbsent: c.switches.TotalCountAbsent}
	c.playing.twistBefore(answer)
	reader, done := s.read(answer.switches)
	reader.fleet = from(reader.fleet, reader.now)
	reader.compose(answer, c.playing)
	done()
	c.playing.twistAfter(answer)
	return answer.encode(), nil
}

func (r *reader) compose(a *answer, playing *playing) {
	if a.query.getDeleted {
		a.deleted = r.fleet.deletedSince(a.query.lastQueryTS)
	}
	records := r.selectRecords(a.query)
	a.total = int64(len(records))
	switch {
	case a.query.aggregate == nil && len(a.query.groupBy) == 0:
		r.rows(a, pageOf(records, a.query), playing)
	case a.switches.Aggregate == AggregateEnvelope:
		r.aggregateEnvelope(a, r.groups(records, a.query))
	default:
		r.aggregateRows(a, r.groups(records, a.query))
	}
	a.total = a.switches.total(a.total, int64(len(a.items)))
}

// total is what total_count makes of a number of matches.
func (s Switches) total(matches, rows int64) int64 {
	if s.TotalCountOfPage {
		return rows
	}
	if s.MaxTotalCount > 0 {
		return min(matches, int64(s.MaxTotalCount))
	}
	return matches
}

// pageOf cuts the page out of all that was selected. A page past the end is
// empty (inferred from a client that relies on it).
func pageOf[T any](all []T, q *query) []T {
	begins := min(max(int64(q.page-1)*q.step+int64(q.shift), 0), int64(len(all)))
	ends := min(begins+int64(q.limit), int64(len(all)))
	return all[begins:ends]
}

// rows answers with the page's rows.
func (r *reader) rows(a *answer, page []*record, playing *playing) {
	style := a.switches.style()
	a.items = make([][]byte, len(page))
	for i, record := range page {
		row, _ := r.row(record)
		row, twisted := playing.twistRow(i, row)
		switch {
		case a.query.retrievedFields != nil:
			values := projected(row, a.query.retrievedFields, a.switches.ProjectionPlaceholders)
			a.items[i] = style.appendItem(nil, values, "")
		case twisted:
			a.items[i] = style.appendItem(nil, valuesOf(row), "")
		default:
			a.items[i] = r.item(record, style)
		}
	}
}
