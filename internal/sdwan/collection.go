package sdwan

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// resource is where a collection is found, and what errors call it.
type resource struct {
	// subject is the plural that errors speak of, such as "image statuses".
	subject string
	// version is that of the controller's interface, such as v2.1; path follows
	// the base of the form.
	version, path string
	// cutBy is the field that orders the rows of a full read, so that none changes
	// place between two pages.
	cutBy string
	// listed says that a GET of the path has the whole list, unpaged; listOnly that
	// there is no query, so that the GET is the one way.
	listed, listOnly bool
}

func (r resource) operation() string { return "read the " + r.subject }

// request is one question to a collection.
type request struct {
	resource     resource
	method, path string
	body         []byte
}

// query asks for one page.
func (r resource) query(body []byte) request {
	return request{resource: r, method: http.MethodPost, path: r.path + "/query", body: body}
}

// whole asks for the list in one answer.
func (r resource) whole() request {
	return request{resource: r, method: http.MethodGet, path: r.path}
}

// pageQuery is the body of a query for whole rows in the order of a full read.
func (r resource) pageQuery(size, page int64) wireQuery {
	return wireQuery{SortParams: map[string]string{r.cutBy: sortDirections[false]}, Limit: size, DestPage: page}
}

// base is what every path of a form has before and after the version.
type base struct{ before, after string }

var unifiedBase = base{before: "/sdwan/", after: "/api"}

func legacyBase(tenant string) base {
	return base{before: "/", after: "/api/tenants/" + url.PathEscape(tenant)}
}

func (b base) path(asked request) string {
	return b.before + asked.resource.version + b.after + asked.path
}

// collection is what a read has to know of one list of the controller. Wire is a
// row as it is spelt there, Row as the domain has it.
type collection[Wire, Row any] struct {
	resource

	row func(*Wire) Row
	// identity tells rows apart; it is "" for a row that could be any, and
	// anonymous says what such a row lacks.
	identity  func(*Row) string
	anonymous string
	// name is what a row is asked for by, noun what errors call it.
	name func(*Row) string
	noun string
}

// want is what one read asks of a collection.
type want[Row any] struct {
	// nothing says that no row can match, so that no request is needed.
	nothing bool
	// limit bounds the rows, 0 does not; page is the one page to read, of as many
	// rows as the limit, 0 for all.
	limit, page int64
	// named is how many rows are asked for by name; 0 asks for rows by other means.
	named int
	// judge compares a row with what was asked for.
	judge func(*Row) imagestatus.Truth
	// keeps leaves out rows that the controller cannot; nil keeps all.
	keeps func(*Row) bool
	body  func(size, page int64) wireQuery
}

// list is a collection as one client reads it.
type list[Wire, Row any] struct {
	collection[Wire, Row]

	client  *Client
	flights flights[wirePage[Wire]]
	// acceptedSize took the place of a page size that was refused; 0 until then.
	acceptedSize atomic.Int64
	// refused is why the query is not asked any more; nil while it is.
	refused atomic.Pointer[Error]
}

func newList[Wire, Row any](client *Client, of collection[Wire, Row]) *list[Wire, Row] {
	return &list[Wire, Row]{collection: of, client: client}
}

// read hands over what is wanted. An error of add ends the read and is its error;
// any other one is an *Error. Rows handed over before an error are no answer.
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

// join shares the answer with every read that asks the same meanwhile. The one
// request without a body is that for the whole list.
func (l *list[Wire, Row]) join(ctx context.Context, asked request) (*wirePage[Wire], *Error) {
	return l.flights.join(ctx, l.resource, asked.body, func() (*wirePage[Wire], *Error) { return l.page(ctx, asked) })
}

func (l *list[Wire, Row]) page(ctx context.Context, asked request) (*wirePage[Wire], *Error) {
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

// failed makes an error of what several answers led to.
func (l *list[Wire, Row]) failed(kind Kind, problem string) *Error {
	return &Error{Kind: kind, Operation: l.operation(), Subject: l.subject, URL: l.client.Endpoint(), Problem: problem}
}

func (l *list[Wire, Row]) filterIgnored(what string) *Error {
	return l.failed(KindFilterIgnored, "the controller returned "+what+", which the query leaves out")
}
