package sdwan

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Compute says who computes an aggregate.
type Compute string

// The ways to compute an aggregate.
const (
	// ComputeAuto uses the controller's answer if it can be verified, and computes
	// from the rows otherwise.
	ComputeAuto       Compute = "auto"
	ComputeController Compute = "controller"
	ComputeProvider   Compute = "provider"
)

// Computes lists the ways, the default one first.
func Computes() []Compute { return []Compute{ComputeAuto, ComputeController, ComputeProvider} }

// Aggregated is the result of an aggregate. By says which of the two computed it.
type Aggregated struct {
	Groups  []imagestatus.Group
	Matched int64
	By      Compute
}

// Aggregate computes an aggregate over all rows that match the query. What the
// controller does with the aggregate of a request is not documented for this
// endpoint: it may answer in either of two forms, ignore it or refuse it.
func (c *Client) Aggregate(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate, compute Compute) (Aggregated, error) {
	derived := aggregate.Derived()
	switch {
	case query.Selection.Empty(), compute == ComputeAuto && (query.Selection.Narrows() || len(derived) > 0):
		compute = ComputeProvider
	case compute == ComputeController && query.Selection.Narrows():
		return Aggregated{}, c.noAggregate("only the provider can compare every condition of the query")
	case compute == ComputeController && len(derived) > 0:
		return Aggregated{}, c.noAggregate("only the provider can group by " + strings.Join(derived, ", "))
	}
	if compute == ComputeController {
		return c.aggregateByController(ctx, query, aggregate)
	}
	if compute == ComputeAuto && countsRows(aggregate) {
		result, verified, err := c.countByController(ctx, query, aggregate)
		if err != nil || verified {
			return result, err
		}
	}
	computed, _, err := Read(ctx, c, query, aggregate.Aggregation)
	if err != nil {
		return Aggregated{}, err
	}
	return Aggregated{Groups: computed.Groups(), Matched: computed.Matched(), By: ComputeProvider}, nil
}

// countsRows reports whether the aggregate is a count of every row, the only one that
// can be verified: its sum must be the number of matches. Whether a controller leaves
// nulls out of other aggregates is not documented.
func countsRows(aggregate imagestatus.Aggregate) bool {
	return aggregate.Operator == imagestatus.AggregateCount && isIdentifier(aggregate.Field)
}

func isIdentifier(field string) bool {
	return field == imagestatus.FieldID || field == imagestatus.FieldElementID
}

func (c *Client) countByController(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate) (_ Aggregated, usable bool, _ error) {
	answered, failure := c.checkedGroups(ctx, query, aggregate)
	if failure != nil || len(answered) == 0 {
		return Aggregated{}, false, unlessRowsCanBeRead(failure)
	}
	matched, failure := c.matches(ctx, query)
	if failure != nil {
		return Aggregated{}, false, unlessRowsCanBeRead(failure)
	}
	folded, sum := fold(answered, aggregate)
	if matched == nil || sum == nil || *sum != *matched {
		return Aggregated{}, false, nil
	}
	return Aggregated{Groups: folded, Matched: *matched, By: ComputeController}, true, nil
}

// checkedGroups groups by the selection's fields too, to compare each group with the query.
func (c *Client) checkedGroups(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate) ([]answeredGroup, *Error) {
	for _, field := range query.Selection.Fields() {
		if !slices.Contains(aggregate.GroupBy, field) {
			aggregate.GroupBy = append(slices.Clone(aggregate.GroupBy), field)
		}
	}
	answered, failure := c.groups(ctx, query, aggregate, c.statuses.pageSize())
	if failure != nil {
		return nil, failure
	}
	for i := range answered {
		if query.Selection.Matches(&answered[i].row) == imagestatus.False {
			return nil, c.statuses.filterIgnored("a group of rows")
		}
	}
	return answered, nil
}

var rowsFailToo = []Kind{KindCredentials, KindSignIn, KindTenant, KindProxy, KindCancelled, KindTimeout}

// unlessRowsCanBeRead returns only failures that a read of the rows would meet too.
func unlessRowsCanBeRead(failure *Error) error {
	switch {
	case failure == nil, failure.Kind == KindNoAggregate:
		return nil
	case failure.Operation != statusCollection.operation(), slices.Contains(rowsFailToo, failure.Kind), IsBeyondDeadline(failure):
		return failure
	default:
		return nil
	}
}

// fold adds up counts by key. The sum is nil if a count is not a whole number.
func fold(answered []answeredGroup, aggregate imagestatus.Aggregate) ([]imagestatus.Group, *int64) {
	groups := make(map[string]*imagestatus.Group)
	var order []string
	var sum int64
	for i := range answered {
		value := answered[i].value
		if value == nil || !value.IsInt() || !value.Num().IsInt64() {
			return nil, nil
		}
		count := value.Num().Int64()
		sum += count
		key := aggregate.Key(&answered[i].row)
		text := imagestatus.EncodeKey(key)
		if groups[text] == nil {
			groups[text] = &imagestatus.Group{Key: key}
			order = append(order, text)
		}
		groups[text].Count += count
	}
	folded := make([]imagestatus.Group, 0, len(order))
	for _, text := range order {
		group := groups[text]
		group.Value = new(big.Rat).SetInt64(group.Count)
		folded = append(folded, *group)
	}
	imagestatus.SortGroups(folded)
	return folded, &sum
}

func (c *Client) aggregateByController(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate) (Aggregated, error) {
	values, failure := c.groupsOfAnySize(ctx, query, aggregate)
	if failure != nil {
		return Aggregated{}, failure
	}
	counting := imagestatus.Aggregate{
		Operator: imagestatus.AggregateCount, Field: imagestatus.FieldElementID, GroupBy: aggregate.GroupBy,
	}
	counts, failure := c.checkedGroups(ctx, query, counting)
	if failure != nil {
		return Aggregated{}, failure
	}
	matched, failure := c.matches(ctx, query)
	if failure != nil {
		return Aggregated{}, failure
	}
	groups, sum := fold(counts, counting)
	if matched == nil || sum == nil || *sum != *matched {
		return Aggregated{}, c.noAggregate("the controller's counts do not add up to the number of matches")
	}
	if groups, failure = c.merge(groups, values, aggregate); failure != nil {
		return Aggregated{}, failure
	}
	return Aggregated{Groups: groups, Matched: *matched, By: ComputeController}, nil
}

func (c *Client) merge(groups []imagestatus.Group, values []answeredGroup, aggregate imagestatus.Aggregate) ([]imagestatus.Group, *Error) {
	if len(aggregate.GroupBy) == 0 && len(groups) == 0 {
		groups = []imagestatus.Group{{}}
	}
	if len(groups) != len(values) {
		return nil, c.noAggregate("the controller's groups differ between two answers")
	}
	byKey := make(map[string]*big.Rat, len(values))
	for i := range values {
		byKey[imagestatus.EncodeKey(aggregate.Key(&values[i].row))] = values[i].value
	}
	for i := range groups {
		value, found := byKey[imagestatus.EncodeKey(groups[i].Key)]
		if !found {
			return nil, c.noAggregate("the controller's groups differ between two answers")
		}
		groups[i].Value = value
	}
	return groups, nil
}

func (c *Client) groupsOfAnySize(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate) ([]answeredGroup, *Error) {
	values, failure := c.groups(ctx, query, aggregate, c.statuses.pageSize())
	if !failure.mayBePageSize(c.statuses.pageSize()) {
		return values, failure
	}
	if values, failure = c.groups(ctx, query, aggregate, safePageSize); failure == nil {
		c.statuses.acceptedSize.Store(safePageSize)
	}
	return values, failure
}

func (c *Client) noAggregate(problem string) *Error {
	return &Error{Kind: KindNoAggregate, Operation: "aggregate the " + statusCollection.subject, Subject: statusCollection.subject, URL: c.Endpoint(), Problem: problem}
}

func (c *Client) matches(ctx context.Context, query imagestatus.Query) (*int64, *Error) {
	body, failure := newWireQuery(query, 1, 1).encode(statusCollection.resource)
	if failure != nil {
		return nil, failure
	}
	page, failure := c.statuses.fetchPage(ctx, statusCollection.query(body))
	if failure != nil {
		return nil, failure
	}
	return (*int64)(page.TotalCount), nil
}

type answeredGroup struct {
	row   imagestatus.Status // null but for the fields grouped by
	value *big.Rat
}

// wireGroups is an answer in either of its two forms.
type wireGroups struct {
	Items     []wireGroup `json:"items"`
	Aggregate *struct {
		Data []struct {
			Value json.RawMessage `json:"value"`
			View  wireGroup       `json:"view"`
		} `json:"data"`
	} `json:"aggregate"`
	TotalCount *integer `json:"total_count"`
	errorBody
}

// wireGroup has its members by name too, as a null field belongs to the key of the
// group, and a missing one does not.
type wireGroup struct {
	row     wireStatus
	members map[string]json.RawMessage
}

// UnmarshalJSON reads an object, or null as an empty object.
func (w *wireGroup) UnmarshalJSON(raw []byte) error {
	if err := json.Unmarshal(raw, &w.members); err != nil {
		return err //nolint:wrapcheck // encoding/json adds the path of the field to its own errors.
	}
	return json.Unmarshal(raw, &w.row) //nolint:wrapcheck // As above.
}

// groups fails with KindNoAggregate unless the answer is exactly the groups asked for.
func (c *Client) groups(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate, size int64) ([]answeredGroup, *Error) {
	body := newWireQuery(query, size, 1)
	body.SortParams = nil
	body.GroupBy = aggregate.GroupBy
	body.Aggregate = &wireAggregate{
		Field: aggregate.Field, Operator: string(aggregate.Operator),
		Name: aggregate.Name, Statistic: aggregate.Statistic, Unit: aggregate.Unit,
	}
	encoded, failure := body.encode(statusCollection.resource)
	if failure != nil {
		return nil, failure
	}
	answer, exchange, failure := c.ask(ctx, statusCollection.query(encoded))
	if failure != nil {
		return nil, failure
	}
	var read wireGroups
	if failure := answer.decode(exchange, &read, &read.errorBody); failure != nil {
		return nil, c.redacted(failure)
	}
	groups, problem := read.groups(aggregate)
	if problem != "" {
		return nil, c.noAggregate(problem)
	}
	return groups, nil
}

func (w *wireGroups) groups(aggregate imagestatus.Aggregate) (groups []answeredGroup, problem string) {
	const ignored = "the controller ignores the aggregate, or returns more groups than fit into one answer"
	answered := make([]wireGroup, 0, len(w.Items))
	values := make([]json.RawMessage, 0, len(w.Items))
	if w.Aggregate != nil && len(w.Aggregate.Data) > 0 {
		for i := range w.Aggregate.Data {
			answered, values = append(answered, w.Aggregate.Data[i].View), append(values, w.Aggregate.Data[i].Value)
		}
	} else {
		if w.TotalCount == nil || int64(*w.TotalCount) != int64(len(w.Items)) {
			return nil, ignored
		}
		for i := range w.Items {
			answered, values = append(answered, w.Items[i]), append(values, w.Items[i].members["aggregated_value"])
		}
	}
	groups = make([]answeredGroup, len(answered))
	for i := range answered {
		value, ok := decimal(values[i])
		if !ok {
			return nil, ignored
		}
		groups[i] = answeredGroup{row: answered[i].row.status(), value: value}
	}
	return groups, misgrouped(answered, groups, aggregate)
}

// misgrouped says why the groups are not those of the fields asked for. If a field is
// null in every group, the controller may not have grouped by it.
func misgrouped(answered []wireGroup, groups []answeredGroup, aggregate imagestatus.Aggregate) string {
	if len(aggregate.GroupBy) == 0 && len(groups) != 1 {
		return fmt.Sprintf("the controller returns %d groups where one is asked for", len(groups))
	}
	seen := make(map[string]bool, len(groups))
	named := make([]bool, len(aggregate.GroupBy))
	for i := range groups {
		for position, field := range aggregate.GroupBy {
			if _, has := answered[i].members[field]; !has {
				return fmt.Sprintf("the controller returns a group without the field %s", field)
			}
			named[position] = named[position] || !bytes.Equal(answered[i].members[field], []byte("null"))
		}
		key := imagestatus.EncodeKey(aggregate.Key(&groups[i].row))
		if seen[key] {
			return "the controller returns two groups with the same values"
		}
		seen[key] = true
	}
	if unnamed := slices.Index(named, false); unnamed >= 0 && len(groups) > 0 {
		return fmt.Sprintf("the field %s is null in every group, so the controller may not have grouped by it", aggregate.GroupBy[unnamed])
	}
	return ""
}

// decimal reads a JSON number, or a text with one, exactly; null is nil.
func decimal(raw json.RawMessage) (_ *big.Rat, valid bool) {
	const (
		longest  = 64  // Far beyond 64 bits, and a bound on what is computed with.
		farthest = 308 // The exponent of the largest 64-bit floating-point number.
	)
	if bytes.Equal(raw, []byte("null")) {
		return nil, true
	}
	text := raw
	if len(raw) > 1 && raw[0] == '"' {
		text = raw[1 : len(raw)-1]
	}
	if len(text) == 0 || len(text) > longest || text[0] != '-' && (text[0] < '0' || text[0] > '9') || !json.Valid(text) {
		return nil, false
	}
	if _, exponent, has := strings.Cut(strings.ToLower(string(text)), "e"); has {
		power, err := strconv.Atoi(exponent)
		if err != nil || power < -farthest || power > farthest {
			return nil, false
		}
	}
	return new(big.Rat).SetString(string(text))
}
