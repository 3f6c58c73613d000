package sdwan

import (
	"bytes"
	"context"
	"encoding/json"
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
	// ComputeAuto takes the controller's answer where it can be verified and
	// computes from the rows otherwise.
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

// Aggregate computes an aggregate over all rows that match the query. How a
// controller treats the request's aggregate is not documented for this
// endpoint: it may answer in either of two forms, ignore it or refuse it.
func (c *Client) Aggregate(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate, compute Compute) (Aggregated, error) {
	if query.Selection.Nothing() {
		compute = ComputeProvider
	}
	if compute == ComputeController {
		return c.aggregateThere(ctx, query, aggregate)
	}
	if compute == ComputeAuto && countsRows(aggregate) {
		result, verified, err := c.countThere(ctx, query, aggregate)
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

// countsRows reports whether the aggregate is a count that includes every row:
// the one kind of answer that can be checked, against the number of matches.
// Whether a controller leaves nulls out of other aggregates is not documented.
func countsRows(aggregate imagestatus.Aggregate) bool {
	return aggregate.Operator == imagestatus.AggregateCount && isIdentifier(aggregate.Field) &&
		!slices.Contains(aggregate.GroupBy, imagestatus.FieldPhase)
}

func isIdentifier(field string) bool {
	return field == imagestatus.FieldID || field == imagestatus.FieldElementID
}

// countThere reports false where the controller's answer cannot be used.
func (c *Client) countThere(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate) (Aggregated, bool, error) {
	answered, failure := c.heldGroups(ctx, query, aggregate)
	if failure != nil {
		return Aggregated{}, false, unlessRefused(failure)
	}
	if len(answered) == 0 {
		return Aggregated{}, false, nil
	}
	matched, failure := c.matches(ctx, query)
	if failure != nil {
		return Aggregated{}, false, failure
	}
	folded, sum := fold(answered, aggregate)
	if matched == nil || sum == nil || *sum != *matched {
		return Aggregated{}, false, nil
	}
	return Aggregated{Groups: folded, Matched: *matched, By: ComputeController}, true, nil
}

// heldGroups groups by the fields of the selection too, so that each group can
// be held against the query as its rows would be. Like groups, it gives nil
// where the answer cannot be used.
func (c *Client) heldGroups(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate) ([]answeredGroup, *Error) {
	for _, field := range query.Selection.Fields() {
		if !slices.Contains(aggregate.GroupBy, field) {
			aggregate.GroupBy = append(slices.Clone(aggregate.GroupBy), field)
		}
	}
	answered, failure := c.groups(ctx, query, aggregate, c.pageSize())
	if failure != nil {
		return nil, failure
	}
	for i := range answered {
		if query.Selection.Judge(&answered[i].row) == imagestatus.Fails {
			return nil, c.filterIgnored("a group of rows")
		}
	}
	return answered, nil
}

// unlessRefused drops a refusal of the aggregate: rows may still be had.
func unlessRefused(failure *Error) error {
	if failure.Kind == KindRefused || failure.Kind == KindMalformed {
		return nil
	}
	return failure
}

// fold adds counts up by the keys of the aggregate. The sum is nil where a
// count is no whole number.
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

// aggregateThere takes the controller's values once its counts cover every match.
func (c *Client) aggregateThere(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate) (Aggregated, error) {
	values, failure := c.groupsOfAnySize(ctx, query, aggregate)
	if failure != nil {
		return Aggregated{}, failure
	}
	counting := imagestatus.Aggregate{
		Operator: imagestatus.AggregateCount, Field: imagestatus.FieldElementID, GroupBy: aggregate.GroupBy,
	}
	counts, failure := c.heldGroups(ctx, query, counting)
	if failure != nil {
		return Aggregated{}, failure
	}
	if values == nil || counts == nil || len(aggregate.GroupBy) == 0 && len(values) == 0 {
		return Aggregated{}, c.noAggregate("the controller ignores the aggregate, or gives more groups than fit into one answer")
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
	for i := range groups {
		value, found := valueOf(values, groups[i].Key, aggregate)
		if !found {
			return nil, c.noAggregate("the controller's groups differ between two answers")
		}
		groups[i].Value = value
	}
	return groups, nil
}

// groupsOfAnySize asks for a smaller page where its size may be what is refused.
func (c *Client) groupsOfAnySize(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate) ([]answeredGroup, *Error) {
	values, failure := c.groups(ctx, query, aggregate, c.pageSize())
	if failure == nil || failure.Kind != KindRefused || c.pageSize() <= safePageSize {
		return values, failure
	}
	if values, failure = c.groups(ctx, query, aggregate, safePageSize); failure == nil {
		c.acceptedSize.Store(safePageSize)
	}
	return values, failure
}

func valueOf(values []answeredGroup, key []imagestatus.Value, aggregate imagestatus.Aggregate) (*big.Rat, bool) {
	for i := range values {
		if slices.Equal(aggregate.Key(&values[i].row), key) {
			return values[i].value, true
		}
	}
	return nil, false
}

func (c *Client) noAggregate(problem string) *Error {
	return &Error{Kind: KindNoAggregate, Operation: "aggregate the image statuses", URL: c.Endpoint(), Problem: problem}
}

// matches is nil where the controller does not say how many rows match.
func (c *Client) matches(ctx context.Context, query imagestatus.Query) (*int64, *Error) {
	body, failure := newWireQuery(query, 1, 1).encode()
	if failure != nil {
		return nil, failure
	}
	page, failure := c.page(ctx, body)
	if failure != nil {
		return nil, failure
	}
	return (*int64)(page.TotalCount), nil
}

type answeredGroup struct {
	// row holds the group's fields; the others are null.
	row   imagestatus.Status
	value *big.Rat
}

// wireGroups is an answer in either of its two forms.
type wireGroups struct {
	Items []struct {
		wireStatus
		AggregatedValue json.RawMessage `json:"aggregated_value"`
	} `json:"items"`
	Aggregate *struct {
		Data []struct {
			Value json.RawMessage `json:"value"`
			View  wireStatus      `json:"view"`
		} `json:"data"`
	} `json:"aggregate"`
	TotalCount *integer `json:"total_count"`
	errorBody
}

// groups gives nil where the answer holds no aggregate, or not all groups, and
// an empty list where there is no group.
func (c *Client) groups(ctx context.Context, query imagestatus.Query, aggregate imagestatus.Aggregate, size int64) ([]answeredGroup, *Error) {
	body := newWireQuery(query, size, 1)
	body.SortParams = nil
	body.GroupBy = aggregate.GroupBy
	body.Aggregate = &wireAggregate{
		Field: aggregate.Field, Operator: string(aggregate.Operator),
		Name: aggregate.Name, Statistic: aggregate.Statistic, Unit: aggregate.Unit,
	}
	encoded, failure := body.encode()
	if failure != nil {
		return nil, failure
	}
	answer, tally, failure := c.query(ctx, encoded)
	if failure != nil {
		return nil, failure
	}
	var read wireGroups
	if failure := answer.decode(tally, &read, &read.errorBody); failure != nil {
		return nil, c.redacted(failure)
	}
	return read.groups(), nil
}

func (w *wireGroups) groups() []answeredGroup {
	groups := make([]answeredGroup, 0, len(w.Items))
	if w.Aggregate != nil && len(w.Aggregate.Data) > 0 {
		for i := range w.Aggregate.Data {
			value, ok := decimal(w.Aggregate.Data[i].Value)
			if !ok {
				return nil
			}
			groups = append(groups, answeredGroup{row: w.Aggregate.Data[i].View.status(), value: value})
		}
		return groups
	}
	for i := range w.Items {
		value, ok := decimal(w.Items[i].AggregatedValue)
		if !ok {
			return nil
		}
		groups = append(groups, answeredGroup{row: w.Items[i].status(), value: value})
	}
	if w.TotalCount == nil || int64(*w.TotalCount) != int64(len(groups)) {
		return nil
	}
	return groups
}

// decimal is exact; null is nil. It reports false for what is no number.
func decimal(raw json.RawMessage) (*big.Rat, bool) {
	const longest = 64 // Far beyond 64 bits, and a bound on what is computed with.
	if bytes.Equal(raw, []byte("null")) {
		return nil, true
	}
	text := strings.Trim(string(raw), `"`)
	if text == "" || len(text) > longest {
		return nil, false
	}
	if strings.ContainsAny(text, "eE") {
		number, err := strconv.ParseFloat(text, 64)
		value := new(big.Rat).SetFloat64(number)
		return value, err == nil && value != nil
	}
	return new(big.Rat).SetString(text)
}
