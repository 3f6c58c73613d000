package sdwan

import (
	"context"
	"fmt"
	"math"
	"net/http"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// safePageSize is the controller's default (observed on siblings), so it should
// not be refused.
const safePageSize = 100

// Summary is complete once the rows have been read to their end.
type Summary struct {
	// Envelope is that of the first page.
	Envelope imagestatus.Envelope
	// Matched counts the matching rows whatever the limit; nil where the controller
	// does not say and not all were read.
	Matched *int64
	// Truncated reports matching rows that were not returned.
	Truncated bool
}

// maxPages bounds one read. No honest answer reaches it: at the controller's
// default of 100 rows to a page (observed on siblings) it is a million elements,
// twenty times the largest fleet that this client is made for.
const maxPages = 10_000

type reader[Wire, Row any] struct {
	list    *list[Wire, Row]
	want    want[Row]
	summary Summary
	// add takes the rows, and stopped is why it takes no more.
	add     func(Row) error
	stopped error
	// size is the number of rows to ask a page for. From the second page on it is
	// one that the controller keeps to, because its first page had as many rows.
	size int64
	seen *seen
	// named are those that have come, in a read of rows by name.
	named *seen
	// found counts the rows that came, each once; kept those that the provider's
	// own filters keep; returned those handed on.
	found, kept, returned int64
	// total is nil until a page names it.
	total *int64
}

func (r *reader[Wire, Row]) read(ctx context.Context) *Error {
	switch {
	case r.want.nothing:
		r.summary.Matched = new(int64)
		return nil
	case r.want.page > 0:
		return r.readPage(ctx)
	}
	if refused := r.list.refused.Load(); refused != nil || r.list.listOnly {
		return r.readWhole(ctx, refused)
	}
	page, failure := r.first(ctx)
	if r.list.listed && r.list.denies(failure) {
		return r.readWhole(ctx, failure)
	}
	if failure != nil {
		return failure
	}
	return r.readPages(ctx, page)
}

// readPages goes on from the first page.
func (r *reader[Wire, Row]) readPages(ctx context.Context, page *wirePage[Wire]) *Error {
	r.seen, r.named = newSeen(expected(page)), newSeen(0)
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

// expected is the room to make at once: the controller's number may be nonsense.
func expected[Wire any](first *wirePage[Wire]) int64 {
	const most = 100_000
	if first.TotalCount == nil {
		return 0
	}
	return max(0, min(int64(*first.TotalCount), most))
}

// lastPage is the last one sure to be needed; 0 where the controller does not
// say. It is the one that shows the end: shorter than the others, or empty.
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

// limit is the number of rows after which a read may stop. Where the provider
// itself leaves out rows, only all of them tell how many match.
func (r *reader[Wire, Row]) limit() int64 {
	if r.want.keeps != nil {
		return 0
	}
	return r.want.limit
}

// first follows a controller that returns smaller pages than it was asked for.
// Whether a short page is the last one or was clamped only the next page tells,
// and only one of the same size: the controller may count the pages of a larger
// one from rows that it never returned.
func (r *reader[Wire, Row]) first(ctx context.Context) (*wirePage[Wire], *Error) {
	r.size = r.list.pageSize()
	if r.limit() > 0 {
		r.size = min(r.size, r.limit())
	}
	page, failure := r.fetch(ctx, 1)
	if failure.mayBeOfSize(r.size) {
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

// mayBeOfSize reports whether a smaller page may be answered where one of a size
// was refused, whatever code the refusal has.
func (e *Error) mayBeOfSize(size int64) bool {
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

// accept reports false when the consumer has stopped.
func (r *reader[Wire, Row]) accept(page *wirePage[Wire]) (bool, *Error) {
	if failure := r.countTotal(page); failure != nil {
		return false, failure
	}
	fresh := 0
	// One for all rows: it is pointed to, and would be made anew for each.
	var row Row
	for i := range page.Items {
		row = r.list.row(&page.Items[i])
		id := r.list.identity(&row)
		if id == "" {
			return false, r.malformed("a row has %s, so that it cannot be told from a repetition", r.list.anonymous)
		}
		if r.seen.add(id) {
			continue
		}
		fresh++
		r.found++
		if failure := r.judge(&row); failure != nil {
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
		if r.hands(row) {
			return false, nil
		}
	}
	if fresh == 0 && len(page.Items) > 0 {
		return false, r.inconsistent("a page repeats rows of the pages before it and brings no new one")
	}
	return true, nil
}

// hands reports whether the consumer wants no more than this row.
func (r *reader[Wire, Row]) hands(row Row) (last bool) {
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

func (r *reader[Wire, Row]) judge(row *Row) *Error {
	truth := r.want.judge(row)
	if truth == imagestatus.False {
		return r.list.filterIgnored(fmt.Sprintf("%s %q", r.list.noun, r.list.name(row)))
	}
	if truth == imagestatus.True && r.named != nil && r.want.named > 0 {
		r.named.add(r.list.name(row))
	}
	return nil
}

// everyNamed reports whether each row that was asked for by name has come, of
// which there is one (inferred for statuses: the endpoint has the current one),
// and the controller counts no more.
func (r *reader[Wire, Row]) everyNamed() bool {
	return r.want.named > 0 && r.named.used == r.want.named && r.total != nil && r.found == *r.total
}

func (r *reader[Wire, Row]) full() bool { return r.want.limit > 0 && r.returned >= r.want.limit }

// ended reports whether no further page is needed. A page is the last one when
// it is empty, or when it is shorter than the size that the controller keeps to
// and the rows are as many as it says. Rows asked for by name need no page more
// than those that they fill.
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

// conclude says how many rows match. A read that stopped at its limit has the
// controller's number, which another page must confirm.
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

// verifyTotal asks for the page that is the last one if the number of matches
// is right: it holds what the full pages before it leave over.
func (r *reader[Wire, Row]) verifyTotal(ctx context.Context) *Error {
	number, left := *r.total/r.size+1, *r.total%r.size
	rows, failure := r.count(ctx, number)
	if failure != nil {
		return failure
	}
	if rows != left {
		return r.inconsistent("the controller counts %d matches, and page %d of %d rows holds %d rows in place of %d", *r.total, number, r.size, rows, left)
	}
	return nil
}

// count is the number of rows of another page.
func (r *reader[Wire, Row]) count(ctx context.Context, number int64) (int64, *Error) {
	page, failure := r.fetch(ctx, number)
	if failure != nil {
		return 0, failure
	}
	return int64(len(page.Items)), r.countTotal(page)
}

func (r *reader[Wire, Row]) miscounted() *Error {
	return r.inconsistent("the controller counts %d matches and its pages hold %d", *r.total, r.found)
}

// readPage reads one page alone, whose rows are right only if the controller
// keeps to its size.
func (r *reader[Wire, Row]) readPage(ctx context.Context) *Error {
	r.size = r.want.limit
	page, failure := r.fetch(ctx, r.want.page)
	if failure != nil {
		return failure
	}
	r.summary.Envelope = page.envelope()
	r.summary.Truncated = true
	rows := int64(len(page.Items))
	r.seen = newSeen(rows)
	if more, failure := r.accept(page); failure != nil || !more {
		return failure
	}
	if failure := r.checkPage(rows); failure != nil {
		return failure
	}
	if rows > 0 && rows < r.size {
		if failure := r.verifyShort(ctx, rows); failure != nil {
			return failure
		}
		r.total = new((r.want.page-1)*r.want.limit + rows)
	} else if r.total != nil {
		if rows == 0 {
			r.size = 1 // The one size that no controller clamps.
		}
		if failure := r.verifyTotal(ctx); failure != nil {
			return failure
		}
	}
	r.summary.Matched = r.total
	r.summary.Truncated = r.total == nil || *r.total > r.returned
	return nil
}

// checkPage compares the rows of the page with the number of matches.
func (r *reader[Wire, Row]) checkPage(rows int64) *Error {
	before := (r.want.page - 1) * r.size
	switch {
	case rows > r.size:
		return r.inconsistent("page %d holds %d rows, and %d were asked for", r.want.page, rows, r.size)
	case r.total == nil:
		return nil
	case rows > 0 && *r.total < before+rows, rows == 0 && *r.total > before:
		return r.inconsistent("the controller counts %d matches, and page %d of %d rows holds %d", *r.total, r.want.page, r.size, rows)
	case rows < r.size && *r.total > before+rows:
		return r.clamped(rows)
	default:
		return nil
	}
}

// verifyShort tells the last page from one that was clamped: the page before it
// is full, or where there is none, the next page of its own size is empty.
func (r *reader[Wire, Row]) verifyShort(ctx context.Context, rows int64) *Error {
	number, want := r.want.page-1, r.size
	if number == 0 {
		number, want, r.size = 2, 0, rows
	}
	beside, failure := r.count(ctx, number)
	if failure == nil && beside != want {
		failure = r.clamped(rows)
	}
	return failure
}

func (r *reader[Wire, Row]) clamped(rows int64) *Error {
	return r.failed(KindRefused, "the controller returns at most %d rows to a page, so dest_page %d of limit %d cannot be had", rows, r.want.page, r.want.limit)
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
