package simulator

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// aggregate is the aggregate of a request. Name, statistic and unit belong to another
// family of endpoints that shares the schema (inferred). They are returned if the
// answer has fields for them.
type aggregate[T any] struct {
	field    field[T]
	operator string

	name, statistic, unit string
}

// aggregateTable holds the documented operators. A nil result is null.
var aggregateTable = map[string]func([]int64) *big.Rat{
	"count": func(values []int64) *big.Rat { return new(big.Rat).SetInt64(int64(len(values))) },
	"sum":   sum,
	"avg":   average,
	"min":   extreme(slices.Min[[]int64]),
	"max":   extreme(slices.Max[[]int64]),
}

func sum(values []int64) *big.Rat {
	total, term := new(big.Int), new(big.Int)
	for _, value := range values {
		total.Add(total, term.SetInt64(value))
	}
	return new(big.Rat).SetInt(total)
}

func average(values []int64) *big.Rat {
	if len(values) == 0 {
		return nil
	}
	return new(big.Rat).Quo(sum(values), new(big.Rat).SetInt64(int64(len(values))))
}

func extreme(of func([]int64) int64) func([]int64) *big.Rat {
	return func(values []int64) *big.Rat {
		if len(values) == 0 {
			return nil
		}
		return new(big.Rat).SetInt64(of(values))
	}
}

// aggregateRefusals are the modes that refuse an aggregate, with the status.
var aggregateRefusals = map[AggregateMode]int{
	AggregateRefused:     http.StatusBadRequest,
	AggregateNotFound:    http.StatusNotFound,
	AggregateFails:       http.StatusInternalServerError,
	AggregateUnsupported: http.StatusNotImplemented,
}

// aggregateGroupings are the modes that ignore group_by, with the fields that they
// group by.
var aggregateGroupings = map[AggregateMode][]string{
	AggregateUngrouped:  nil,
	AggregateOtherField: {imagestatus.FieldID},
}

func (p *parser[T]) aggregation() error {
	object, err := p.members("aggregate")
	if err != nil {
		return err
	}
	names, err := p.names("group_by")
	if err != nil || p.switches.Aggregate == AggregateIgnored || object == nil && len(names) == 0 {
		return err
	}
	if status, refused := aggregateRefusals[p.switches.Aggregate]; refused {
		return refuse(status, "BAD_QUERY_REQUEST", "aggregate and group_by are not supported.") // code inferred by analogy
	}
	if groupBy, fixed := aggregateGroupings[p.switches.Aggregate]; fixed {
		names = groupBy
	}
	for _, name := range names {
		field, known := p.schema.field(name, p.switches)
		if !known {
			return badRequest("BAD_QUERY_REQUEST", "group_by: the field %q is not known.", name)
		}
		p.query.groupBy = append(p.query.groupBy, field)
	}
	if object == nil {
		return nil
	}
	p.query.aggregate, err = p.aggregate()
	return err
}

func (p *parser[T]) aggregate() (*aggregate[T], error) {
	var asked struct{ Field, Operator, Name, Statistic, Unit string }
	if err := json.Unmarshal(p.object["aggregate"], &asked); err != nil {
		return nil, badRequest("INVALID_JSON_INPUT", "aggregate: a member is not a text.")
	}
	if _, known := aggregateTable[asked.Operator]; !known {
		return nil, badRequest("BAD_QUERY_REQUEST", "aggregate: the operator %q is not known.", asked.Operator)
	}
	field, known := p.schema.field(asked.Field, p.switches)
	if !known {
		return nil, badRequest("BAD_QUERY_REQUEST", "aggregate: the field %q is not known.", asked.Field)
	}
	if asked.Operator != "count" && field.kind != kindInteger {
		return nil, badRequest("BAD_QUERY_REQUEST", "aggregate: %s needs a number, and %q is none.", asked.Operator, asked.Field)
	}
	return &aggregate[T]{field, asked.Operator, asked.Name, asked.Statistic, asked.Unit}, nil
}

// group is a tuple of values of the grouping fields, and the values of the aggregated
// field.
type group struct {
	tuple  []imagestatus.Value
	values []int64
}

// groups splits the entries by tuple, in ascending order with null first. Without
// grouping fields there is one group, even of no entries.
func (l *list[S, T]) groups(entries []S, q *query[T], nulls NullMode) []*group {
	byKey := make(map[string]*group)
	var all []*group
	if len(q.groupBy) == 0 {
		byKey[""] = &group{}
		all = append(all, byKey[""])
	}
	var key []byte
	for _, entry := range entries {
		item, _ := l.see(entry)
		key = key[:0]
		for i := range q.groupBy {
			value := q.groupBy[i].scalar(item)
			key = append(appendText(key, value.Text()), strconv.FormatBool(value.Null())...)
		}
		found := byKey[string(key)]
		if found == nil {
			found = &group{tuple: tupleOf(item, q.groupBy)}
			byKey[string(key)] = found
			all = append(all, found)
		}
		if q.aggregate != nil {
			found.add(q.aggregate.field.scalar(item), nulls)
		}
	}
	slices.SortFunc(all, func(a, b *group) int { return slices.CompareFunc(a.tuple, b.tuple, imagestatus.Value.Compare) })
	return all
}

func tupleOf[T any](item *T, fields []field[T]) []imagestatus.Value {
	tuple := make([]imagestatus.Value, len(fields))
	for i := range fields {
		tuple[i] = fields[i].scalar(item)
	}
	return tuple
}

func (g *group) add(value imagestatus.Value, nulls NullMode) {
	if value.Null() && nulls != NullsAsZero {
		return
	}
	number, _ := value.Integer()
	g.values = append(g.values, number)
}

// result returns the group's aggregate in JSON. An aggregated_value is an integer
// without a fraction; a value in the envelope is a number (documented).
func (a *aggregate[T]) result(g *group, whole bool) string {
	if a == nil {
		return "null"
	}
	result := aggregateTable[a.operator](g.values)
	switch {
	case result == nil:
		return "null"
	case whole || result.IsInt():
		return new(big.Int).Quo(result.Num(), result.Denom()).String()
	default:
		number, _ := result.Float64()
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
}

func (l *list[S, T]) aggregateRows(a *answer, q *query[T], groups []*group) {
	a.total = int64(len(groups))
	style := a.switches.style()
	for _, group := range pageOf(groups, a.query) {
		ofGroup := func(member attribute) (imagestatus.Value, bool) {
			at := slices.IndexFunc(q.groupBy, func(grouped field[T]) bool { return grouped.name == member.name })
			if at < 0 {
				return imagestatus.Value{}, !member.fixed
			}
			return group.tuple[at], true
		}
		extra := ""
		if q.aggregate != nil {
			extra = `"aggregated_value":` + a.switches.number(q.aggregate.result(group, true))
		}
		if a.switches.Aggregate == AggregateNested && extra != "" {
			a.items = append(a.items, fmt.Appendf(nil, `{"group":%s,%s}`, l.schema.appendItem(nil, style, nil, ofGroup, ""), extra))
			continue
		}
		a.items = append(a.items, l.schema.appendItem(nil, style, nil, ofGroup, extra))
	}
}

// aggregateEnvelope answers with every group in the envelope and no items;
// total_count stays the number of items that match.
func (l *list[S, T]) aggregateEnvelope(a *answer, q *query[T], groups []*group) {
	data := make([]map[string]any, len(groups))
	for i, group := range groups {
		view := make(map[string]json.RawMessage, len(group.tuple))
		for k := range q.groupBy {
			view[q.groupBy[k].name] = a.switches.style().appendValue(nil, q.groupBy[k].kind, group.tuple[k])
		}
		data[i] = map[string]any{"value": json.RawMessage(a.switches.number(q.aggregate.result(group, false))), "view": view}
	}
	object := map[string]any{"data": data}
	if asked := q.aggregate; asked != nil {
		object["field"], object["operator"] = asked.field.name, asked.operator
		for key, text := range map[string]string{"name": asked.name, "statistic": asked.statistic, "unit": asked.unit} {
			if text != "" {
				object[key] = text
			}
		}
	}
	a.aggregate = appendJSON(nil, object)
}

func (s Switches) number(spelled string) string {
	if spelled == "null" {
		return spelled
	}
	if s.NumbersWithPoint && !strings.Contains(spelled, ".") {
		spelled += ".0"
	}
	if s.NumbersAsText {
		return strconv.Quote(spelled)
	}
	return spelled
}
