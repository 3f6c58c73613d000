package simulator

// answerQuery answers a query on the list that from takes from the store.
func answerQuery[S, T any](s *Simulator, c *call, schema *schema[T], from func(*snapshot) *list[S, T]) ([]byte, error) {
	asked, err := parse(c.body, schema, c.switches)
	if err != nil {
		return nil, err
	}
	answer := s.newAnswer(c, &asked.paging)
	answer.description = schema.description
	c.playing.twistBefore(answer)
	snapshot, done := s.read(answer.switches)
	from(snapshot).compose(answer, asked)
	done()
	c.playing.twistAfter(answer)
	return answer.encode(), nil
}

// answerAll answers with a whole list in the order of the store.
func answerAll[S, T any](s *Simulator, c *call, from func(*snapshot) *list[S, T]) ([]byte, error) {
	answer := s.newAnswer(c, &paging{})
	c.playing.twistBefore(answer)
	snapshot, done := s.read(answer.switches)
	list := from(snapshot)
	list.write(answer, list.matching(list.stored, &query[T]{}), nil)
	done()
	c.playing.twistAfter(answer)
	return answer.encodeAll(), nil
}

func (s *Simulator) newAnswer(c *call, asked *paging) *answer {
	return &answer{form: c.form, query: asked, switches: c.switches, requestID: s.nextRequestID(), totalAbsent: c.switches.TotalCountAbsent}
}

// compose adds the page that was asked for, or the aggregate, to the answer.
func (l *list[S, T]) compose(a *answer, q *query[T]) {
	if q.getDeleted {
		a.deleted = l.fleet.deletedSince(l.schema.name, q.lastQueryTS)
	}
	entries := l.selected(q)
	a.total = int64(len(entries))
	switch {
	case q.aggregate == nil && len(q.groupBy) == 0:
		l.write(a, pageOf(entries, a.query), q.retrievedFields)
	case a.switches.Aggregate == AggregateEnvelope:
		l.aggregateEnvelope(a, q, l.groups(entries, q, a.switches.AggregateNulls))
	default:
		l.aggregateRows(a, q, l.groups(entries, q, a.switches.AggregateNulls))
	}
	a.total = a.switches.total(a.total, int64(len(a.items)))
}

// total is total_count for a number of matches.
func (s Switches) total(matches, rows int64) int64 {
	if s.TotalCountOfPage {
		return rows
	}
	if s.MaxTotalCount > 0 {
		return min(matches, int64(s.MaxTotalCount))
	}
	return matches
}

// pageOf returns the page of what was selected. A page past the end is empty (inferred
// from a client that relies on it).
func pageOf[S any](all []S, q *paging) []S {
	begins := min(max(int64(q.page-1)*q.step+int64(q.shift), 0), int64(len(all)))
	ends := min(begins+int64(q.limit), int64(len(all)))
	return all[begins:ends]
}

// write adds entries to the answer. A projection has the true values of only the
// retrieved fields; nil retrieves all.
func (l *list[S, T]) write(a *answer, entries []S, retrieved map[string]bool) {
	style := a.switches.style()
	replaced := unreplaced
	if retrieved != nil {
		replaced = l.schema.projected(retrieved, a.switches.ProjectionPlaceholders)
	}
	a.items = make([][]byte, len(entries))
	for i, entry := range entries {
		if retrieved == nil && l.twist == nil {
			a.items[i] = l.item(entry, style)
			continue
		}
		seen, _ := l.see(entry)
		if l.twist != nil {
			seen = l.twist(i, seen)
		}
		a.items[i] = l.schema.appendItem(nil, style, seen, replaced, "")
	}
}
