package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// maxPages bounds the pages of statuses that are read for all of the rows.
const maxPages = 8

// largestLimit is the limit that is asked for first.
const largestLimit = 10_000

// tenant keeps what was read so far, so that a question need not read again what an
// earlier one read.
type tenant struct {
	client *sdwan.Client
	guard  *guard
	legacy bool
	// moreScopes says that the sign-in always asks for more scopes than the tenant's.
	moreScopes bool

	unsorted  []response // the default page, three times
	statuses  *statuses
	selection *selection
	listed    map[*sdwan.Endpoint]response // elements, sites and images
}

// statuses are the image statuses in the order of element ids.
type statuses struct {
	rows  []item
	pages []response
	// first is the response to the limit asked, and size the limit of the pages after
	// it. complete says that all rows were read.
	first       response
	asked, size int
	complete    bool
	// again is the first page once more if it looked cut, as a row may have appeared
	// before page 2.
	again response
	// accepted and refused bound the largest accepted limit; refused is 0 if none was
	// refused.
	accepted, refused int
}

// ask sends one request. The error is a reason to stop.
func (t *tenant) ask(ctx context.Context, of *sdwan.Endpoint, asked query) (response, error) {
	var body []byte
	if asked != nil {
		var err error
		if body, err = json.Marshal(asked); err != nil {
			return response{}, err
		}
	}
	answer, err := t.client.Ask(ctx, of, body)
	if stop := t.guard.stopped(); stop != nil {
		return response{}, stop
	}
	if sdwan.KindOf(err) == sdwan.KindTooLarge {
		return response{tooLarge: true}, nil // The next question may have a shorter answer.
	}
	if err != nil {
		return response{}, err
	}
	return newResponse(answer), nil
}

// defaults are three responses to an empty query.
func (t *tenant) defaults(ctx context.Context) ([]response, error) {
	for len(t.unsorted) < 3 {
		answer, err := t.ask(ctx, sdwan.StatusQuery, query{})
		if err != nil {
			return nil, err
		}
		t.unsorted = append(t.unsorted, answer)
		if !answer.good() {
			break
		}
	}
	return t.unsorted, nil
}

// rows reads all statuses, in at most maxPages pages of the largest accepted size.
// Without a good response there are none.
func (t *tenant) rows(ctx context.Context) (*statuses, error) {
	if t.statuses != nil {
		return t.statuses, nil
	}
	read := &statuses{asked: largestLimit, accepted: largestLimit}
	var err error
	if read.first, err = t.sorted(ctx, largestLimit, 1); err != nil {
		return nil, err
	}
	if read.first.refused() {
		if err := t.narrow(ctx, read); err != nil {
			return nil, err
		}
		read.asked = read.accepted
		if read.first, err = t.sorted(ctx, read.asked, 1); err != nil {
			return nil, err
		}
	}
	if err := t.follow(ctx, read); err != nil {
		return nil, err
	}
	t.statuses = read
	return read, nil
}

func (t *tenant) sorted(ctx context.Context, limit, number int) (response, error) {
	return t.ask(ctx, sdwan.StatusQuery, query{"sort_params": orderOf(imagestatus.FieldElementID), "limit": limit, "dest_page": number})
}

// follow reads the pages after the first, in the size of the first.
func (t *tenant) follow(ctx context.Context, read *statuses) error {
	answer := read.first
	read.size = min(read.asked, max(1, len(answer.items)))
	for answer.good() {
		read.pages = append(read.pages, answer)
		read.rows = append(read.rows, answer.items...)
		if len(answer.items) == 0 {
			read.complete = true
			break
		}
		if len(read.pages) > maxPages {
			break
		}
		var err error
		if answer, err = t.sorted(ctx, read.size, len(read.pages)+1); err != nil {
			return err
		}
	}
	if len(read.pages) < 2 || len(read.pages[0].items) >= read.asked || len(read.pages[1].items) == 0 {
		return nil
	}
	var err error
	read.again, err = t.sorted(ctx, read.asked, 1)
	return err
}

// likelyLimits are round sizes of the largest page.
var likelyLimits = []int{50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 8000}

// maxNarrowing bounds the requests for the exact size.
const maxNarrowing = 12

// narrow finds the largest limit that is not refused, with queries for one row.
func (t *tenant) narrow(ctx context.Context, read *statuses) error {
	read.accepted, read.refused = 1, largestLimit
	for asked := 0; asked < maxNarrowing && read.refused-read.accepted > 1; asked++ {
		limit := read.nextLimit()
		answer, err := t.ask(ctx, sdwan.StatusQuery, t.oneRow().with("limit", limit))
		if err != nil {
			return err
		}
		if answer.refused() {
			read.refused = limit
		} else {
			read.accepted = limit
		}
	}
	return nil
}

// nextLimit tries the likely limits first, then one above the accepted limit, then
// half-way.
func (s *statuses) nextLimit() int {
	between := slices.DeleteFunc(slices.Clone(likelyLimits), func(size int) bool { return size <= s.accepted || size >= s.refused })
	switch {
	case len(between) > 0:
		return between[len(between)/2]
	case slices.Contains(likelyLimits, s.accepted):
		return s.accepted + 1
	default:
		return (s.accepted + s.refused) / 2
	}
}

// oneRow asks for the first row that was read, or for all rows if none was.
func (t *tenant) oneRow() query {
	if len(t.unsorted) == 0 || len(t.unsorted[0].items) == 0 {
		return query{}
	}
	return filtered(imagestatus.FieldElementID, "eq", t.unsorted[0].items[0].text(imagestatus.FieldElementID))
}

func filtered(field, operator string, value any) query {
	return query{"query_params": map[string]any{field: map[string]any{operator: value}}}
}

// list reads a list of the fleet in one response, once.
func (t *tenant) list(ctx context.Context, of *sdwan.Endpoint) (response, error) {
	if answer, read := t.listed[of]; read {
		return answer, nil
	}
	var asked query
	if of == sdwan.ElementQuery || of == sdwan.SiteQuery {
		read, err := t.rows(ctx)
		if err != nil {
			return response{}, err
		}
		asked = query{"sort_params": orderOf("id"), "limit": read.accepted}
	}
	answer, err := t.ask(ctx, of, asked)
	if err != nil {
		return response{}, err
	}
	t.listed[of] = answer
	return answer, nil
}

// fleet reads the unpaged list, else the query; it reports false if neither can be read.
func (t *tenant) fleet(ctx context.Context, query, whole *sdwan.Endpoint) (response, bool, error) {
	answer, err := t.list(ctx, whole)
	if err != nil || answer.good() {
		return answer, err == nil, err
	}
	answer, err = t.list(ctx, query)
	return answer, err == nil && answer.good(), err
}

func (r response) denied() bool { return r.status == http.StatusForbidden }

// shutOut reports whether statuses were denied too, so that the denial of another list
// is not peculiar to that list.
func (t *tenant) shutOut() bool { return len(t.unsorted) > 0 && t.unsorted[0].denied() }
