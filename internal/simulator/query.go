package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// defaultLimit is the size of a page if a query has no limit (observed on siblings).
const defaultLimit = 100

// paging is the part of a query that does not depend on the type of the items: the page,
// and what the envelope returns.
type paging struct {
	limit       int
	asked       int64 // the limit before the maximum was applied
	step        int64 // from the first row of one page to that of the next
	page        int
	shift       int // in rows, as if rows came or went between two pages
	getDeleted  bool
	lastQueryTS int64
	id          string
	foldSort    bool
	sort        []sorting
	echo        []echoed
}

type sorting struct {
	name       string
	descending bool
}

// query is a query of a list whose items are of one type.
type query[T any] struct {
	paging
	matches         condition[T] // nil: every item
	sortFields      []field[T]   // those of paging.sort
	aggregate       *aggregate[T]
	groupBy         []field[T]
	retrievedFields map[string]bool
	rawFilter       json.RawMessage
	rawSort         json.RawMessage
}

type echoed struct {
	key   string
	value json.RawMessage
}

// members are the undecoded members of a JSON object.
type members map[string]json.RawMessage

func parse[T any](body []byte, schema *schema[T], switches Switches) (*query[T], error) {
	object, err := objectOf(body)
	if err != nil {
		return nil, err
	}
	parser := &parser[T]{
		object: object, schema: schema, switches: switches,
		query: &query[T]{rawFilter: object["query_params"], rawSort: object["sort_params"]},
	}
	if err := parser.keys(); err != nil {
		return nil, err
	}
	for _, read := range []func() error{
		parser.paging, parser.plain, parser.projection, parser.filter, parser.sorting, parser.aggregation,
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return parser.query, nil
}

func objectOf(body []byte) (members, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, badRequest("INPUT_JSON_EMPTY", "The request has no body.")
	}
	if !json.Valid(body) {
		return nil, badRequest("INVALID_JSON", "The request body is not JSON.")
	}
	var object members
	if err := json.Unmarshal(body, &object); err != nil || object == nil {
		return nil, badRequest("INVALID_JSON_INPUT", "The request body is not a JSON object.")
	}
	return object, nil
}

type parser[T any] struct {
	object   members
	schema   *schema[T]
	switches Switches
	query    *query[T]
}

// queryKeys are the 16 documented keys of the body.
var queryKeys = []string{
	"_etag", "aggregate", "dest_page", "getDeleted", "group_by", "id", "isReadPreferenceSecondary", "last_query_ts",
	"limit", "next_query", "query_params", "retrieved_fields", "retrieved_fields_mask", "sort_case_insensitive",
	"sort_params", "total_count",
}

func (p *parser[T]) keys() error {
	for key := range p.object {
		if !slices.Contains(p.schema.bodyKeys, key) && p.switches.UnknownKeys == UnknownRefused {
			return badRequest("INVALID_JSON_EXTRA_ATTRIBUTE", "The attribute %q is not known.", key)
		}
	}
	return nil
}

func (p *parser[T]) paging() error {
	limit, err := p.integer("limit", "INVALID_LIMIT_NUMBER")
	if err != nil {
		return err
	}
	page, err := p.integer("dest_page", "INVALID_INPUT")
	if err != nil {
		return err
	}
	switch {
	case limit < 0:
		return badRequest("INVALID_LIMIT_NUMBER", "The limit %d is negative.", limit)
	case page < 0:
		return badRequest("INVALID_INPUT", "The dest_page %d is negative.", page)
	case limit == 0:
		limit = defaultLimit
	}
	p.query.asked = limit
	if most := p.switches.MaxLimit; most > 0 && limit > int64(most) {
		if p.switches.LimitMode == LimitRefuse {
			return badRequest("INVALID_LIMIT_NUMBER", "The limit %d is above %d.", limit, most)
		}
		limit = int64(most)
	}
	// Both are int32 on the wire (documented).
	p.query.limit, p.query.page = int(min(limit, 1<<31-1)), max(int(min(page, 1<<31-1)), 1)
	p.query.step = int64(p.query.limit)
	if p.switches.ClampedOffset == OffsetAsked {
		p.query.step = min(p.query.asked, 1<<31-1)
	}
	return nil
}

// plain reads keys that need no parsing, and checks the types of those without a known
// effect.
func (p *parser[T]) plain() error {
	for _, number := range []struct {
		key  string
		into *int64
	}{{"last_query_ts", &p.query.lastQueryTS}, {"total_count", new(int64)}, {"_etag", new(int64)}} {
		var err error
		if *number.into, err = p.integer(number.key, "INVALID_INPUT"); err != nil {
			return err
		}
	}
	for _, plain := range []struct {
		key    string
		into   any
		wanted string
	}{
		{"getDeleted", &p.query.getDeleted, "true or false"},
		{"sort_case_insensitive", &p.query.foldSort, "true or false"},
		{"retrieved_fields_mask", new(bool), "true or false"},
		{"isReadPreferenceSecondary", new(bool), "true or false"},
		{"next_query", new(members), "an object"},
		{"id", &p.query.id, "a text"},
	} {
		if err := p.decode(plain.key, plain.into, plain.wanted); err != nil {
			return err
		}
	}
	return nil
}

// projection reads retrieved_fields. The mask has no effect: with no value of it are
// there rows without placeholders (observed on a sibling).
func (p *parser[T]) projection() error {
	names, err := p.names("retrieved_fields")
	if err != nil || len(names) == 0 || p.switches.ProjectionPlaceholders == PlaceholderOff {
		return err
	}
	p.query.retrievedFields = make(map[string]bool, len(names))
	for _, name := range names {
		p.query.retrievedFields[name] = true
	}
	return nil
}

func (p *parser[T]) filter() error {
	params, err := p.members("query_params")
	if err != nil {
		return err
	}
	matches, err := filterer[T]{p.schema, p.switches}.all(params)
	if err != nil {
		return err
	}
	if !p.switches.IgnoreFilters && len(params) > 0 {
		p.query.matches = matches
	}
	for _, key := range slices.Sorted(maps.Keys(params)) {
		p.query.echo = append(p.query.echo, echoed{key, params[key]})
	}
	return nil
}

// sorting reads sort_params in the order of its members.
func (p *parser[T]) sorting() error {
	params, err := p.members("sort_params")
	if err != nil || len(params) == 0 {
		return err
	}
	for _, name := range orderedKeys(p.object["sort_params"]) {
		var direction string
		if err := json.Unmarshal(params[name], &direction); err != nil || !slices.Contains([]string{"asc", "desc"}, strings.ToLower(direction)) {
			return badRequest("BAD_QUERY_REQUEST", "sort_params: the direction of %q is neither asc nor desc.", name)
		}
		field, known := p.schema.field(name, p.switches)
		switch {
		case known:
			p.query.sort = append(p.query.sort, sorting{name, strings.EqualFold(direction, "desc")})
			p.query.sortFields = append(p.query.sortFields, field)
		case p.switches.UnknownQuery != UnknownNoMatch:
			return badRequest("BAD_QUERY_REQUEST", "sort_params: the field %q is not known.", name)
		}
	}
	return nil
}

// integer reads a number that may be spelt as a text; absent and null are 0.
func (p *parser[T]) integer(key, code string) (int64, error) {
	raw := p.object[key]
	if absent(raw) {
		return 0, nil
	}
	number, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil {
		return 0, badRequest(code, "%s is not an integer.", key)
	}
	return number, nil
}

func (p *parser[T]) names(key string) ([]string, error) {
	var names []string
	err := p.decode(key, &names, "a list of texts")
	return names, err
}

func (p *parser[T]) members(key string) (members, error) {
	var object members
	err := p.decode(key, &object, "an object")
	return object, err
}

func (p *parser[T]) decode(key string, into any, wanted string) error {
	raw := p.object[key]
	if absent(raw) {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return badRequest("INVALID_JSON_INPUT", "%s is not %s.", key, wanted)
	}
	return nil
}

func absent(raw json.RawMessage) bool {
	return len(raw) == 0 || string(raw) == "null"
}

// orderedKeys lists the keys of a valid JSON object in their order.
func orderedKeys(object json.RawMessage) []string {
	var keys []string
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil {
		return nil
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return keys
		}
		if name, isText := key.(string); isText && !slices.Contains(keys, name) {
			keys = append(keys, name)
		}
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil && !errors.Is(err, io.EOF) {
			return keys
		}
	}
	return keys
}
