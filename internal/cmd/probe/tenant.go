package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// mostPages bounds the pages of statuses that are read for all of the rows.
const mostPages = 8

// largestLimit is the page that is asked for first.
const largestLimit = 10_000

// tenant is what was read so far. A question reads what it needs and finds what an
// earlier one has read.
type tenant struct {
	client *sdwan.Client
	guard  *guard
	legacy bool
	// moreScopes says that the sign-in asks for more than the tenant anyway.
	moreScopes bool

	unsorted  []page // the default page, three times
	statuses  *statuses
	selection *selection
	listed    map[*sdwan.Endpoint]page // whole answers of the lists of the fleet
}

// statuses are the rows of image statuses in the order of element ids.
type statuses struct {
	rows  []item
	pages []page
	// first is the answer to the limit asked, and size the limit of the pages after
	// it. Complete says that the rows are all there are.
	first       page
	asked, size int
	complete    bool
	// again is the first page once more where it looked cut, as a row can appear
	// between two pages.
	again page
	// accepted and refused bound the largest limit that is not refused; refused is
	// 0 where none was.
	accepted, refused int
}

// ask sends one question. The error is a reason to stop.
func (t *tenant) ask(ctx context.Context, of *sdwan.Endpoint, asked query) (page, error) {
	var body []byte
	if asked != nil {
		var err error
		if body, err = json.Marshal(asked); err != nil {
			return page{}, err
		}
	}
	answer, err := t.client.Ask(ctx, of, body)
	if stop := t.guard.stopped(); stop != nil {
		return page{}, stop
	}
	if err != nil {
		return page{}, err
	}
	return pageOf(answer), nil
}

// defaults are three answers to a query that says nothing.
func (t *tenant) defaults(ctx context.Context) ([]page, error) {
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

// rows reads all statuses, in at most mostPages pages of the largest size that is
// answered. Without a good answer there are none.
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

// sorted asks for a page of statuses in the order of element ids.
func (t *tenant) sorted(ctx context.Context, limit, number int) (page, error) {
	return t.ask(ctx, sdwan.StatusQuery, query{"sort_params": byID(imagestatus.FieldElementID), "limit": limit, "dest_page": number})
}

// follow reads the pages after the first, at the size that this one had.
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
		if len(read.pages) > mostPages {
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

// mostNarrowing bounds the requests for the exact size.
const mostNarrowing = 12

// narrow finds the largest limit that is not refused. Each answer has at most one
// row, so that it is short.
func (t *tenant) narrow(ctx context.Context, read *statuses) error {
	read.accepted, read.refused = 1, largestLimit
	for asked := 0; asked < mostNarrowing && read.refused-read.accepted > 1; asked++ {
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

// nextLimit looks among the round sizes first, then right above one that was
// accepted, then half-way.
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

// oneRow asks for the first row that was seen, or for all where none was.
func (t *tenant) oneRow() query {
	if len(t.unsorted) == 0 || len(t.unsorted[0].items) == 0 {
		return query{}
	}
	return filtered(imagestatus.FieldElementID, "eq", t.unsorted[0].items[0].text(imagestatus.FieldElementID))
}

func filtered(field, operator string, value any) query {
	return query{"query_params": map[string]any{field: map[string]any{operator: value}}}
}

// list reads a list of the fleet in one answer, once.
func (t *tenant) list(ctx context.Context, of *sdwan.Endpoint) (page, error) {
	if answer, read := t.listed[of]; read {
		return answer, nil
	}
	var asked query
	if of == sdwan.ElementQuery || of == sdwan.SiteQuery {
		read, err := t.rows(ctx)
		if err != nil {
			return page{}, err
		}
		asked = query{"sort_params": byID("id"), "limit": read.accepted}
	}
	answer, err := t.ask(ctx, of, asked)
	if err != nil {
		return page{}, err
	}
	t.listed[of] = answer
	return answer, nil
}

// fleet is the longest list of elements that could be read; false where none was.
func (t *tenant) fleet(ctx context.Context, query, whole *sdwan.Endpoint) (page, bool, error) {
	answer, err := t.list(ctx, whole)
	if err != nil || answer.good() {
		return answer, err == nil, err
	}
	answer, err = t.list(ctx, query)
	return answer, err == nil && answer.good(), err
}

// denied reports whether the role may not read.
func (p page) denied() bool { return p.status == http.StatusForbidden }

// shutOut reports whether statuses were denied too, so that the denial of another
// list says nothing of that list.
func (t *tenant) shutOut() bool { return len(t.unsorted) > 0 && t.unsorted[0].denied() }
