package sdwan

import (
	"context"
	"fmt"
	"iter"
	"net/http"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// safePageSize is the controller's default (observed on siblings), so it cannot
// be refused.
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

// Statuses reads the rows that match the query, page by page, each row once.
// An error ends the rows and is always an *Error: of KindInconsistent where
// the pages do not add up to the number of matches, of KindFilterIgnored where
// a row contradicts the query. Rows seen before an error are no answer.
func (c *Client) Statuses(ctx context.Context, query imagestatus.Query) (iter.Seq2[imagestatus.Status, error], *Summary) {
	summary := new(Summary)
	return func(yield func(imagestatus.Status, error) bool) {
		reader := &reader{client: c, query: query, summary: summary}
		if failure := reader.read(ctx, yield); failure != nil {
			yield(imagestatus.Status{}, failure)
		}
	}, summary
}

type reader struct {
	client  *Client
	query   imagestatus.Query
	summary *Summary
	// size is the page size that the controller keeps to.
	size int64
	seen *seen
	// found counts the rows that came, each once; returned those handed on.
	found, returned int64
	// total is nil until a page names it.
	total *int64
}

func (r *reader) read(ctx context.Context, yield func(imagestatus.Status, error) bool) *Error {
	if r.query.Selection.Nothing() {
		r.summary.Matched = new(int64)
		return nil
	}
	page, failure := r.first(ctx)
	if failure != nil {
		return failure
	}
	r.seen = newSeen(expected(page))
	ahead := newAhead(ctx, r.fetch, r.client.config.MaxConcurrentRequests, r.lastPage(page))
	defer ahead.stop()
	for number := r.firstPage(); ; number++ {
		more, failure := r.accept(page, yield)
		if failure != nil || !more {
			return failure
		}
		if r.complete(number, page) {
			return r.conclude()
		}
		if page, failure = ahead.page(number + 1); failure != nil {
			return failure
		}
	}
}

// expected is the room to make at once: the controller's number may be nonsense.
func expected(first *wirePage) int64 {
	const most = 100_000
	if first.TotalCount == nil {
		return 0
	}
	return max(0, min(int64(*first.TotalCount), most))
}

// lastPage is the last one sure to be needed; 0 where the controller does not say.
func (r *reader) lastPage(first *wirePage) int64 {
	if first.TotalCount == nil || r.query.Page > 0 {
		return 0
	}
	rows := int64(*first.TotalCount)
	if r.query.Limit > 0 {
		rows = min(rows, r.query.Limit)
	}
	return pages(rows, r.size)
}

func (c *Client) pageSize() int64 {
	if accepted := c.acceptedSize.Load(); accepted > 0 {
		return min(c.config.PageSize, accepted)
	}
	return c.config.PageSize
}

func (r *reader) firstPage() int64 { return max(1, r.query.Page) }

func (r *reader) first(ctx context.Context) (*wirePage, *Error) {
	r.size = r.client.pageSize()
	if r.query.Limit > 0 {
		r.size = min(r.size, r.query.Limit)
	}
	if r.query.Page > 0 {
		r.size = r.query.Limit
	}
	page, failure := r.fetch(ctx, r.firstPage())
	if failure != nil && failure.Kind == KindRefused && failure.Status == http.StatusBadRequest && r.size > safePageSize && r.query.Page == 0 {
		r.size = safePageSize
		if page, failure = r.fetch(ctx, 1); failure == nil {
			r.client.acceptedSize.Store(safePageSize)
		}
	}
	if failure != nil {
		return nil, failure
	}
	r.summary.Envelope = page.envelope()
	return page, r.learnSize(page)
}

// learnSize follows a controller that gives smaller pages than it was asked
// for. An exact page cannot be had from it at another size.
func (r *reader) learnSize(page *wirePage) *Error {
	rows := int64(len(page.Items))
	if page.TotalCount == nil || rows == 0 || rows >= r.size {
		return nil
	}
	if r.query.Page == 0 {
		if int64(*page.TotalCount) > rows {
			r.size = rows
		}
		return nil
	}
	if due := min(r.size, int64(*page.TotalCount)-(r.query.Page-1)*r.size); rows < due {
		return &Error{
			Kind: KindRefused, Operation: operationRead, URL: r.client.Endpoint(),
			Problem: fmt.Sprintf("the controller gives at most %d rows to a page, so dest_page %d of limit %d cannot be had", rows, r.query.Page, r.size),
		}
	}
	return nil
}

func (r *reader) fetch(ctx context.Context, number int64) (*wirePage, *Error) {
	body, failure := newWireQuery(r.query, r.size, number).encode()
	if failure != nil {
		return nil, failure
	}
	return r.client.flights.join(ctx, body, func() (*wirePage, *Error) { return r.client.page(ctx, body) })
}

func (c *Client) page(ctx context.Context, body []byte) (*wirePage, *Error) {
	answer, tally, failure := c.query(ctx, body)
	if failure != nil {
		return nil, failure
	}
	page, failure := answer.page(tally)
	if failure != nil {
		return nil, c.redacted(failure)
	}
	return page, nil
}

// accept reports false when the consumer has stopped.
func (r *reader) accept(page *wirePage, yield func(imagestatus.Status, error) bool) (bool, *Error) {
	if failure := r.countTotal(page); failure != nil {
		return false, failure
	}
	fresh := 0
	// One for all rows: it is pointed to, and would be made anew for each.
	var status imagestatus.Status
	for i := range page.Items {
		status = page.Items[i].status()
		if r.repeated(&status) {
			continue
		}
		fresh++
		r.found++
		if failure := r.contradiction(&status); failure != nil {
			return false, failure
		}
		if r.full() {
			continue
		}
		r.returned++
		if !yield(status, nil) {
			return false, nil
		}
	}
	if fresh == 0 && len(page.Items) > 0 {
		return false, r.inconsistent("a page repeats rows of the pages before it and brings no new one")
	}
	return true, nil
}

func (r *reader) countTotal(page *wirePage) *Error {
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

// repeated counts a row without any id as new: it cannot be told from another.
func (r *reader) repeated(status *imagestatus.Status) bool {
	id := status.ID
	if id == nil {
		id = status.ElementID
	}
	if id == nil {
		return false
	}
	return r.seen.add(*id)
}

func (r *reader) contradiction(status *imagestatus.Status) *Error {
	if r.query.Judge(status) != imagestatus.Fails {
		return nil
	}
	return r.client.filterIgnored(fmt.Sprintf("element %q", status.Element()))
}

func (c *Client) filterIgnored(what string) *Error {
	return &Error{
		Kind: KindFilterIgnored, Operation: operationRead, URL: c.Endpoint(),
		Problem: "the controller returned " + what + ", which the query leaves out",
	}
}

func (r *reader) full() bool { return r.query.Limit > 0 && r.returned >= r.query.Limit }

func (r *reader) complete(number int64, page *wirePage) bool {
	switch {
	case r.query.Page > 0, len(page.Items) == 0:
		return true
	case r.total == nil:
		// One row beyond a full result, or the empty page, settles truncation.
		return r.found > r.returned
	default:
		return r.full() || number >= pages(*r.total, r.size)
	}
}

func pages(rows, size int64) int64 { return (rows-1)/size + 1 }

func (r *reader) conclude() *Error {
	if r.query.Page > 0 {
		r.summary.Matched = r.total
		r.summary.Truncated = r.total == nil || *r.total > r.returned
		return nil
	}
	if r.total == nil {
		r.summary.Truncated = r.found > r.returned
		if !r.summary.Truncated {
			r.summary.Matched = &r.returned
		}
		return nil
	}
	wanted := *r.total
	if r.query.Limit > 0 {
		wanted = min(wanted, r.query.Limit)
	}
	if r.returned != wanted {
		return r.inconsistent("the controller counts %d matches and its pages hold %d", *r.total, r.returned)
	}
	r.summary.Matched = r.total
	r.summary.Truncated = *r.total > r.returned
	return nil
}

func (r *reader) inconsistent(format string, arguments ...any) *Error {
	return &Error{
		Kind: KindInconsistent, Operation: operationRead, URL: r.client.Endpoint(),
		Problem: fmt.Sprintf(format, arguments...),
	}
}
