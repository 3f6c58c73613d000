package sdwan

import (
	"context"
	"fmt"
	"math"
	"net/http"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// safePageSize is the controller's default (observed on siblings), which should be
// accepted.
const safePageSize = 100

// Summary is complete once the rows have been read to their end.
type Summary struct {
	// Envelope is that of the first page.
	Envelope imagestatus.Envelope
	// Matched counts the matching rows whatever the limit; nil if the controller does
	// not say and not all were read.
	Matched *int64
	// Truncated reports matching rows that were not returned.
	Truncated bool
}

// maxPages bounds one read. At the controller's default of 100 rows a page (observed
// on siblings) it allows a million elements, twenty times the largest fleet that
// this client is made for.
const maxPages = 10_000

type reader[Wire, Row any] struct {
	list    *list[Wire, Row]
	want    want[Row]
	summary Summary
	// add consumes a row, and stopped is the error with which it ended the read.
	add     func(Row) error
	stopped error
	// size is the page size to ask for: from page 2 on, the number of rows of page 1,
	// which the controller does not clamp.
	size            int64
	seen, namesSeen *seen
	// found counts distinct rows; kept those that pass the provider's own filters;
	// returned those passed to add.
	found, kept, returned int64
	total                 *int64
}

func (r *reader[Wire, Row]) read(ctx context.Context) *Error {
	switch {
	case r.want.nothing:
		r.summary.Matched = new(int64)
		return nil
	case r.want.page > 0:
		return r.readPage(ctx)
	}
	if refused := r.list.refused.Load(); refused != nil || r.list.onlyUnpaged {
		return r.readUnpaged(ctx, refused)
	}
	page, failure := r.first(ctx)
	if r.list.hasUnpaged && r.list.denies(failure) {
		return r.readUnpaged(ctx, failure)
	}
	if failure != nil {
		return failure
	}
	return r.readPages(ctx, page)
}

func (r *reader[Wire, Row]) readPages(ctx context.Context, page *wirePage[Wire]) *Error {
	r.seen, r.namesSeen = newSeen(expected(page)), newSeen(0)
	ahead := newAhead(ctx, r.fetch, r.list.client.config.MaxConcurrentRequests, r.lastPage(page))
	defer ahead.stop()
	rows := r.size
	for number := int64(1); ; number++ {
		if rows < r.size && len(page.Items) > 0 {
			return r.inconsistent("page %d holds %d rows, fewer than the %d that the controller keeps to, and page %d holds rows too", number-1, rows, r.size, number)
		}
		rows = int64(len(page.Items))
		more, failure := r.accept(page)
		if failure != nil || !more {
			return failure
		}
		ended, failure := r.ended(number, page)
		if failure != nil {
			return failure
		}
		if ended {
			return r.conclude(ctx, rows < r.size || r.everyNamed())
		}
		if page, failure = ahead.page(number + 1); failure != nil {
			return failure
		}
	}
}

// expected bounds the memory to reserve, as the controller's number may be wrong.
func expected[Wire any](first *wirePage[Wire]) int64 {
	const most = 100_000
	if first.TotalCount == nil {
		return 0
	}
	return max(0, min(int64(*first.TotalCount), most))
}

// lastPage is the last page certain to be needed; 0 if the controller names no
// total. A read without a limit needs a page that is shorter or empty as its end.
func (r *reader[Wire, Row]) lastPage(first *wirePage[Wire]) int64 {
	if first.TotalCount == nil {
		return 0
	}
	total := int64(*first.TotalCount)
	switch {
	case r.limit() > 0 && r.limit() <= total:
		return (r.limit()-1)/r.size + 1
	case total == int64(r.want.named):
		return (total-1)/r.size + 1
	default:
		return min(total/r.size+1, maxPages)
	}
}

// limit is the number of rows after which a read may stop; 0 is none. If the
// provider itself filters rows, all must be read to count the matches.
func (r *reader[Wire, Row]) limit() int64 {
	if r.want.keeps != nil {
		return 0
	}
	return r.want.limit
}

// first reads page 1 and adopts its size. Only the next page tells whether a short
// page is the last one or was clamped, and only if asked for in that size: with a
// larger size, the controller may skip rows that it never returned.
func (r *reader[Wire, Row]) first(ctx context.Context) (*wirePage[Wire], *Error) {
	r.size = r.list.pageSize()
	if r.limit() > 0 {
		r.size = min(r.size, r.limit())
	}
	page, failure := r.fetch(ctx, 1)
	if failure.mayBePageSize(r.size) {
		r.size = safePageSize
		if page, failure = r.fetch(ctx, 1); failure == nil {
			r.list.acceptedSize.Store(safePageSize)
		}
	}
	if failure != nil {
		return nil, failure
	}
	r.summary.Envelope = page.envelope()
	if rows := int64(len(page.Items)); rows > 0 {
		r.size = min(r.size, rows)
	}
	return page, nil
}

// mayBePageSize ignores the code: any refusal of a large page may be due to its size.
func (e *Error) mayBePageSize(size int64) bool {
	return e != nil && e.Status == http.StatusBadRequest && (e.Kind == KindRefused || e.Kind == KindQueryTooLarge) && size > safePageSize
}

func (r *reader[Wire, Row]) fetch(ctx context.Context, number int64) (*wirePage[Wire], *Error) {
	if number > math.MaxInt32 {
		// The wire has no larger number (documented).
		return nil, r.inconsistent("the rows that the controller counts do not fit into %d pages", math.MaxInt32)
	}
	body, failure := r.want.body(r.size, number).encode(r.list.resource)
	if failure != nil {
		return nil, failure
	}
	return r.list.join(ctx, r.list.query(body))
}

func (r *reader[Wire, Row]) accept(page *wirePage[Wire]) (more bool, _ *Error) {
	if failure := r.countTotal(page); failure != nil {
		return false, failure
	}
	fresh := 0
	// Declared outside the loop, as its address escapes: one allocation for all rows.
	var row Row
	for i := range page.Items {
		row = r.list.row(&page.Items[i])
		id := r.list.identity(&row)
		if id == "" {
			return false, r.malformed("a row has %s, so it cannot be told from a repetition", r.list.anonymous)
		}
		if r.seen.add(id) {
			continue
		}
		fresh++
		r.found++
		if failure := r.verifyRow(&row); failure != nil {
			return false, failure
		}
		if r.want.keeps != nil && !r.want.keeps(&row) {
			continue
		}
		r.kept++
		if r.full() {
			continue
		}
		r.returned++
		if r.handOver(row) {
			return false, nil
		}
	}
	if fresh == 0 && len(page.Items) > 0 {
		return false, r.inconsistent("a page repeats rows of the pages before it and brings no new one")
	}
	return true, nil
}

func (r *reader[Wire, Row]) handOver(row Row) (last bool) {
	r.stopped = r.add(row)
	return r.stopped != nil
}

func (r *reader[Wire, Row]) countTotal(page *wirePage[Wire]) *Error {
	if page.TotalCount == nil {
		return nil
	}
	total := int64(*page.TotalCount)
	if total < 0 {
		return r.inconsistent("the number of matches is given as %d", total)
	}
	if r.total != nil && *r.total != total {
		return r.inconsistent("the number of matches changed from %d to %d between two pages", *r.total, total)
	}
	r.total = &total
	return nil
}

func (r *reader[Wire, Row]) verifyRow(row *Row) *Error {
	truth := r.want.judge(row)
	if truth == imagestatus.False {
		return r.list.filterIgnored(fmt.Sprintf("%s %q", r.list.noun, r.list.name(row)))
	}
	if truth == imagestatus.True && r.namesSeen != nil && r.want.named > 0 {
		r.namesSeen.add(r.list.name(row))
	}
	return nil
}

// everyNamed reports whether each row asked for by name has come and the controller
// counts no more. A name has one row (inferred for statuses: the endpoint has the
// current one).
func (r *reader[Wire, Row]) everyNamed() bool {
	return r.want.named > 0 && r.namesSeen.used == r.want.named && r.total != nil && r.found == *r.total
}

func (r *reader[Wire, Row]) full() bool { return r.want.limit > 0 && r.returned >= r.want.limit }

// ended reports whether no further page is needed. A page is the last one if it is
// empty, or if it is shorter than the page size and the rows are as many as the
// controller counts. Rows asked for by name need no empty page at the end.
func (r *reader[Wire, Row]) ended(number int64, page *wirePage[Wire]) (bool, *Error) {
	rows := int64(len(page.Items))
	switch {
	case r.total != nil && r.found > *r.total:
		return false, r.miscounted()
	case rows == 0, r.limit() > 0 && r.full() && (r.total != nil || r.found > r.returned):
		return true, nil
	case r.total != nil && rows < r.size, r.total != nil && number > *r.total/r.size, r.everyNamed():
		return true, nil
	case number >= maxPages:
		return false, r.malformed("the rows have no end after %d pages of %d rows", maxPages, r.size)
	default:
		return false, nil
	}
}

// conclude verifies the controller's total if the read stopped at its limit.
func (r *reader[Wire, Row]) conclude(ctx context.Context, ended bool) *Error {
	stopped := r.limit() > 0 && r.full() && !ended
	switch {
	case r.total == nil && r.limit() > 0 && r.found > r.returned:
		r.summary.Truncated = true
		return nil
	case r.total != nil && stopped:
		if failure := r.verifyTotal(ctx); failure != nil {
			return failure
		}
		r.summary.Matched = r.total
	case r.total != nil && r.found != *r.total:
		return r.miscounted()
	default:
		r.summary.Matched = new(r.kept)
	}
	r.summary.Truncated = *r.summary.Matched > r.returned
	return nil
}

// verifyTotal compares the page that must be the last one with the remainder.
func (r *reader[Wire, Row]) verifyTotal(ctx context.Context) *Error {
	number, left := *r.total/r.size+1, *r.total%r.size
	rows, failure := r.countRows(ctx, number)
	if failure != nil {
		return failure
	}
	if rows != left {
		return r.inconsistent("the controller counts %d matches, and page %d of %d rows holds %d rows in place of %d", *r.total, number, r.size, rows, left)
	}
	return nil
}

func (r *reader[Wire, Row]) countRows(ctx context.Context, number int64) (int64, *Error) {
	page, failure := r.fetch(ctx, number)
	if failure != nil {
		return 0, failure
	}
	return int64(len(page.Items)), r.countTotal(page)
}

func (r *reader[Wire, Row]) miscounted() *Error {
	return r.inconsistent("the controller counts %d matches and its pages hold %d", *r.total, r.found)
}

func (r *reader[Wire, Row]) inconsistent(format string, arguments ...any) *Error {
	return r.failed(KindInconsistent, format, arguments...)
}

func (r *reader[Wire, Row]) malformed(format string, arguments ...any) *Error {
	return r.failed(KindMalformed, format, arguments...)
}

func (r *reader[Wire, Row]) failed(kind Kind, format string, arguments ...any) *Error {
	return r.list.failed(kind, fmt.Sprintf(format, arguments...))
}
