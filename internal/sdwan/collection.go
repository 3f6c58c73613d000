package sdwan

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

type resource struct {
	subject string // a plural, such as "image statuses"
	// version is that of the controller's API, such as v2.1; path follows the base.
	version, path string
	// sortField orders a full read, so that no row moves between two pages.
	sortField string
	// hasUnpaged: a GET returns the whole list; onlyUnpaged: there is no query.
	hasUnpaged, onlyUnpaged bool
}

func (r resource) operation() string { return "read the " + r.subject }

type request struct {
	resource     resource
	method, path string
	body         []byte
}

func (r resource) query(body []byte) request {
	return request{resource: r, method: http.MethodPost, path: r.path + "/query", body: body}
}

func (r resource) unpaged() request {
	return request{resource: r, method: http.MethodGet, path: r.path}
}

func (r resource) pageQuery(size, page int64) wireQuery {
	return wireQuery{SortParams: map[string]string{r.sortField: sortDirections[false]}, Limit: size, DestPage: page}
}

type base struct{ before, after string } // of the version in a path

var unifiedBase = base{before: "/sdwan/", after: "/api"}

func legacyBase(tenant string) base {
	return base{before: "/", after: "/api/tenants/" + url.PathEscape(tenant)}
}

func (b base) path(asked request) string {
	return b.before + asked.resource.version + b.after + asked.path
}

// collection has rows spelt by the controller as Wire, and by the domain as Row.
type collection[Wire, Row any] struct {
	resource

	row func(*Wire) Row
	// identity is "" for a row without an id; the error says that it has what anonymous says.
	identity  func(*Row) string
	anonymous string
	// name is the value by which queries ask for a row; noun is the row in errors.
	name func(*Row) string
	noun string
}

// want is what one read asks of a collection.
type want[Row any] struct {
	nothing bool // no row can match: no request is needed
	// limit bounds the rows; page is the number of the one page to read; 0 is all.
	limit, page int64
	// named is how many rows are asked for by name, 0 if by other conditions.
	named int
	// judge compares a row with the conditions sent to the controller.
	judge func(*Row) imagestatus.Truth
	// keeps applies the conditions that the controller cannot; nil keeps all rows.
	keeps func(*Row) bool
	body  func(size, page int64) wireQuery
}

type list[Wire, Row any] struct {
	collection[Wire, Row]

	client       *Client
	flights      flights[wirePage[Wire]]
	acceptedSize atomic.Int64          // replaces a page size that was refused; 0 until then
	refused      atomic.Pointer[Error] // why the query is no longer sent; nil while it is
}

func newList[Wire, Row any](client *Client, of collection[Wire, Row]) *list[Wire, Row] {
	return &list[Wire, Row]{collection: of, client: client}
}

// read passes the wanted rows to add. An error of add ends the read and is returned;
// any other error is an *Error. Ignore the rows added before an error.
func (l *list[Wire, Row]) read(ctx context.Context, wanted want[Row], add func(Row) error) (Summary, error) {
	reader := reader[Wire, Row]{list: l, want: wanted, add: add}
	if failure := reader.read(ctx); failure != nil {
		return Summary{}, failure
	}
	return reader.summary, reader.stopped
}

func (l *list[Wire, Row]) pageSize() int64 {
	if accepted := l.acceptedSize.Load(); accepted > 0 {
		return min(l.client.config.PageSize, accepted)
	}
	return l.client.config.PageSize
}

// join shares one answer among reads with the same body; only the unpaged list has none.
func (l *list[Wire, Row]) join(ctx context.Context, asked request) (*wirePage[Wire], *Error) {
	return l.flights.join(ctx, l.resource, asked.body, func() (*wirePage[Wire], *Error) { return l.fetchPage(ctx, asked) })
}

func (l *list[Wire, Row]) fetchPage(ctx context.Context, asked request) (*wirePage[Wire], *Error) {
	answer, exchange, failure := l.client.ask(ctx, asked)
	if failure != nil {
		return nil, failure
	}
	page, failure := pageOf[Wire](answer, exchange)
	if failure != nil {
		return nil, l.client.redacted(failure)
	}
	return page, nil
}

func (l *list[Wire, Row]) failed(kind Kind, problem string) *Error {
	return &Error{Kind: kind, Operation: l.operation(), Subject: l.subject, URL: l.client.Endpoint(), Problem: problem}
}

func (l *list[Wire, Row]) filterIgnored(what string) *Error {
	return l.failed(KindFilterIgnored, "the controller returned "+what+", which the query leaves out")
}
