package main

import (
	"context"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

const topicPaging = "Pages of image statuses"

var pagingQuestions = []question{
	{
		name: "default_page", topic: topicPaging, known: observed,
		asks: "How many rows does a query without a limit return?", how: "An empty query, and all rows for comparison.",
		presumed: "100, as at siblings of the endpoint. The provider always sends a limit.",
		meanings: []meaning{
			{word: "hundred", says: "100."},
			{word: "other", says: "Another number.", contradicts: true},
		},
		find: (*tenant).defaultPage,
	},
	{
		name: "largest_page", topic: topicPaging, known: unknown,
		asks: "How large is the largest page, and what happens to a larger limit?",
		how:  "A limit of 10,000 in the order of element ids, the pages after it, and smaller limits if that one is refused.",
		presumed: "There is no largest page. If a page is shorter than asked for, the provider reads on in pages of that size. " +
			"If a size is refused, it asks for pages of 100. If these are refused too, the error says to lower page_size.",
		meanings: []meaning{
			{word: "clamped", says: "A larger limit is silently cut to the largest page.", positions: map[string]any{"MaxLimit": open{}, "LimitMode": "clamp"}},
			{word: "refused", says: "A larger limit is refused.", positions: map[string]any{"MaxLimit": open{}, "LimitMode": "refuse"}},
		},
		find: (*tenant).largestPage,
	},
	{
		name: "offset_of_cut_pages", topic: topicPaging, known: unknown,
		asks:     "Where does the second page begin if the limit was cut?",
		how:      "Page 2 with twice the largest limit; only if limits are cut.",
		presumed: "After the rows of the first page. The provider asks for pages of the size that it received, for which both answers are the same.",
		meanings: []meaning{
			{word: "own", says: "After the rows that page 1 returned.", positions: map[string]any{"ClampedOffset": "own"}},
			{word: "asked", says: "After as many rows as were asked for: the rows in between are never returned.", positions: map[string]any{"ClampedOffset": "asked"}},
		},
		find: (*tenant).clampedOffset,
	},
	{
		name: "past_the_end", topic: topicPaging, known: inferred,
		asks: "What does a page past the end return?", how: "Page 1,000,000.",
		presumed: "Status 200 without rows.",
		meanings: []meaning{
			{word: "empty", says: "Status 200 and no rows."},
			{word: "rows", says: "Rows.", contradicts: true},
			{word: "refused", says: "It is refused.", contradicts: true},
		},
		find: (*tenant).pastTheEnd,
	},
	{
		name: "default_order", topic: topicPaging, known: unknown,
		asks: "Do rows always come in the same order if none is asked for?", how: "Three empty queries.",
		presumed: "No. The provider always asks for the order of ids.",
		meanings: []meaning{
			{word: "same", says: "Yes, three times.", positions: map[string]any{"DefaultOrder": "insertion"}},
			{word: "shuffled", says: "No.", positions: map[string]any{"DefaultOrder": "shuffled"}},
		},
		find: (*tenant).defaultOrder,
	},
	{
		name: "total_count", topic: topicPaging, known: observed,
		asks: "Does total_count agree with the rows?", how: "All pages, and two short ones.",
		presumed: "It is the number of rows that match. The provider compares the rows with it, but also reads to the end of the pages.",
		meanings: []meaning{
			{word: "agrees", says: "It is the number of all rows.", positions: map[string]any{"TotalCountAbsent": false, "TotalCountOfPage": false}},
			{word: "absent", says: "There is no total_count.", positions: map[string]any{"TotalCountAbsent": true}},
			{word: "page", says: "It is the number of rows of the page.", positions: map[string]any{"TotalCountAbsent": false, "TotalCountOfPage": true}},
			{word: "bounded", says: "It stops at a maximum, and there are more rows.", positions: map[string]any{"TotalCountAbsent": false, "TotalCountOfPage": false, "MaxTotalCount": open{}}},
			{word: "wrong", says: "It is more than the number of rows.", contradicts: true},
		},
		find: (*tenant).totalCount,
	},
	{
		name: "next_query", topic: topicPaging, known: observed,
		asks: "Does an answer hold next_query?", how: "An empty query.",
		presumed: "Yes. The provider does not need it.",
		meanings: []meaning{
			{word: "present", says: "Yes.", positions: map[string]any{"NextQueryAbsent": false}},
			{word: "absent", says: "No.", positions: map[string]any{"NextQueryAbsent": true}},
		},
		find: (*tenant).nextQuery,
	},
	{
		name: "envelope", topic: topicPaging, known: documented,
		asks: "Does an answer hold id, description or deleted_ids?", how: "An empty query.",
		presumed: "They are documented and were never seen.",
		meanings: []meaning{
			{word: "present", says: "At least one of them.", positions: map[string]any{"EnvelopeID": true}},
			{word: "absent", says: "None of them.", positions: map[string]any{"EnvelopeID": false}},
		},
		find: (*tenant).envelope,
	},
}

func (t *tenant) defaultPage(ctx context.Context) (finding, error) {
	read, err := t.rows(ctx)
	if err != nil {
		return finding{}, err
	}
	answers, err := t.defaults(ctx)
	if err != nil || !answers[0].good() {
		return unclear("%s", answers[0].outcome()), err
	}
	served, every := len(answers[0].items), len(read.rows)
	switch {
	case served == 100 && every > 100:
		return settled("hundred", "%s of at least %d", rowCount(served), every), nil
	case served < every && read.cut() == served:
		return unclear("%s, which may be the largest page", rowCount(served)), nil
	case served < every, served > 100:
		return settled("other", "%s of at least %d", rowCount(served), every), nil
	default:
		return unclear("all of %s are on the page", rowCount(served)), nil
	}
}

// cut is the size that pages were silently cut to; 0 if none was.
func (s *statuses) cut() int {
	if !s.again.good() || len(s.again.items) != len(s.pages[0].items) {
		return 0
	}
	return len(s.pages[0].items)
}

func (t *tenant) largestPage(ctx context.Context) (finding, error) {
	read, err := t.rows(ctx)
	switch {
	case err != nil:
		return finding{}, err
	case read.refused > 0 && read.refused-read.accepted == 1:
		return settled("refused", "a limit of %d is accepted, one of %d is refused", read.accepted, read.refused).with("MaxLimit", read.accepted), nil
	case read.refused > 0:
		return unclear("a limit of %d is accepted, one of %d is refused", read.accepted, read.refused), nil
	case !read.first.good():
		return unclear("%s", read.first.outcome()), nil
	case read.cut() > 0:
		return settled("clamped", "%s for a limit of %d, and more on the next page", rowCount(read.cut()), read.asked).with("MaxLimit", read.cut()), nil
	default:
		return unclear("no largest page was found: %s for a limit of %d", rowCount(len(read.first.items)), read.asked), nil
	}
}

func (t *tenant) clampedOffset(ctx context.Context) (finding, error) {
	read, err := t.rows(ctx)
	if err != nil {
		return finding{}, err
	}
	size := read.cut()
	if size == 0 {
		return skipped("no limit was cut"), nil
	}
	answer, err := t.sorted(ctx, 2*size, 2)
	if err != nil || !answer.good() {
		return unclear("%s", answer.outcome()), err
	}
	id := func(rows []item, at int) string {
		if at >= len(rows) {
			return ""
		}
		return rows[at].text(imagestatus.FieldElementID)
	}
	first, own, asked := id(answer.items, 0), id(read.rows, size), id(read.rows, 2*size)
	known := read.complete || len(read.rows) > 2*size
	switch {
	case first == own && own != asked:
		return settled("own", "page 2 begins with row %d", size+1), nil
	case known && first == asked && own != asked:
		return settled("asked", "page 2 does not begin with row %d but where row %d would be", size+1, 2*size+1), nil
	default:
		return unclear("page 2 has %s and begins with another row", rowCount(len(answer.items))), nil
	}
}

func (t *tenant) pastTheEnd(ctx context.Context) (finding, error) {
	read, err := t.rows(ctx)
	if err != nil {
		return finding{}, err
	}
	answer, err := t.sorted(ctx, read.size, 1_000_000)
	switch {
	case err != nil:
		return finding{}, err
	case answer.good() && len(answer.items) == 0:
		return settled("empty", "%s", answer.outcome()), nil
	case answer.good():
		return settled("rows", "%s", answer.outcome()), nil
	case answer.refused():
		return settled("refused", "%s", answer.outcome()), nil
	default:
		return unclear("%s", answer.outcome()), nil
	}
}

// minForOrder is how many rows are not in the same order three times by chance.
const minForOrder = 8

func (t *tenant) defaultOrder(ctx context.Context) (finding, error) {
	answers, err := t.defaults(ctx)
	if err != nil {
		return finding{}, err
	}
	if len(answers) < 3 || !answers[2].good() || len(answers[0].items) < minForOrder {
		return unclear("%s, of which at least %d are needed", rowCount(len(answers[0].items)), minForOrder), nil
	}
	first := answers[0].column(imagestatus.FieldElementID)
	for _, again := range answers[1:] {
		ids := again.column(imagestatus.FieldElementID)
		if slices.Equal(ids, first) {
			continue
		}
		if len(ids) == len(first) {
			return settled("shuffled", "%s in another order", rowCount(len(first))), nil
		}
		return unclear("%s, then %d", rowCount(len(first)), len(ids)), nil
	}
	order := "of no id"
	for _, field := range []string{imagestatus.FieldElementID, imagestatus.FieldID} {
		if slices.IsSorted(answers[0].column(field)) {
			order = "of " + field
		}
	}
	return settled("same", "%s three times, in the order %s", rowCount(len(first)), order), nil
}

func (t *tenant) totalCount(ctx context.Context) (finding, error) {
	read, err := t.rows(ctx)
	if err != nil {
		return finding{}, err
	}
	if len(read.rows) < 4 {
		return unclear("%s, of which at least 4 are needed", rowCount(len(read.rows))), nil
	}
	answers := slices.Clone(read.pages)
	for _, limit := range []int{2, 3} {
		short, err := t.sorted(ctx, limit, 1)
		if err != nil {
			return finding{}, err
		}
		answers = append(answers, short)
	}
	ofPage, totals := true, make(map[int64]bool)
	for _, answer := range answers {
		if !answer.envelope.has("total_count") && answer.good() {
			return settled("absent", "not in an answer with %s", rowCount(len(answer.items))), nil
		}
		total, is := answer.number("total_count")
		if !is {
			return unclear("it is no number"), nil
		}
		totals[total] = true
		ofPage = ofPage && total == int64(len(answer.items))
	}
	return read.total(ofPage, totals), nil
}

// total says what the totals mean. They differ if they count the page, or if rows came
// or went.
func (s *statuses) total(ofPage bool, totals map[int64]bool) finding {
	var total int64
	for one := range totals {
		total = max(total, one)
	}
	every := int64(len(s.rows))
	switch {
	case ofPage && len(totals) > 1:
		return settled("page", "2 for a page of 2 rows, 3 for one of 3")
	case len(totals) > 1:
		return unclear("%d totals for one query", len(totals))
	case total < every:
		return settled("bounded", "%d, and %s were read", total, rowCount(len(s.rows))).with("MaxTotalCount", total)
	case !s.complete:
		return unclear("%d, and %s were read, not to the end", total, rowCount(len(s.rows)))
	case total == every:
		return settled("agrees", "%d for %s", total, rowCount(len(s.rows)))
	default:
		return settled("wrong", "%d for %s", total, rowCount(len(s.rows)))
	}
}

func (t *tenant) nextQuery(ctx context.Context) (finding, error) {
	return t.keys(ctx, "next_query")
}

func (t *tenant) envelope(ctx context.Context) (finding, error) {
	return t.keys(ctx, "id", "description", "deleted_ids")
}

func (t *tenant) keys(ctx context.Context, names ...string) (finding, error) {
	answers, err := t.defaults(ctx)
	if err != nil || !answers[0].good() {
		return unclear("%s", answers[0].outcome()), err
	}
	for _, name := range names {
		if answers[0].envelope.has(name) {
			return settled("present", "%s in an answer with %s", name, rowCount(len(answers[0].items))), nil
		}
	}
	return settled("absent", "in an answer with %s", rowCount(len(answers[0].items))), nil
}
