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

// aggregate is the aggregate of a request. Name, statistic and unit belong to
// another family of endpoints that shares the schema (inferred); they are
// given back where the answer has room for them.
type aggregate struct {
	field    imagestatus.Field
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

// aggregateRefusals are the modes in which no aggregate is answered, with the
// status of the refusal.
var aggregateRefusals = map[AggregateMode]int{
	AggregateRefused:     http.StatusBadRequest,
	AggregateNotFound:    http.StatusNotFound,
	AggregateFails:       http.StatusInternalServerError,
	AggregateUnsupported: http.StatusNotImplemented,
}

// aggregateGroupings are the modes in which group_by is ignored, with the
// fields that the rows are grouped by.
var aggregateGroupings = map[AggregateMode][]string{
	AggregateUngrouped:  nil,
	AggregateOtherField: {imagestatus.FieldID},
}

func (p *parser) aggregation() error {
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
		field, known := p.switches.field(name)
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

func (p *parser) aggregate() (*aggregate, error) {
	var asked struct{ Field, Operator, Name, Statistic, Unit string }
	if err := json.Unmarshal(p.object["aggregate"], &asked); err != nil {
		return nil, badRequest("INVALID_JSON_INPUT", "aggregate: a member is not a text.")
	}
	if _, known := aggregateTable[asked.Operator]; !known {
		return nil, badRequest("BAD_QUERY_REQUEST", "aggregate: the operator %q is not known.", asked.Operator)
	}
	field, known := p.switches.field(asked.Field)
	if !known {
		return nil, badRequest("BAD_QUERY_REQUEST", "aggregate: the field %q is not known.", asked.Field)
	}
	if asked.Operator != "count" && field.Kind != imagestatus.KindInteger {
		return nil, badRequest("BAD_QUERY_REQUEST", "aggregate: %s needs a number, and %q is none.", asked.Operator, asked.Field)
	}
	return &aggregate{field, asked.Operator, asked.Name, asked.Statistic, asked.Unit}, nil
}

// group is one tuple of values of the grouping fields, with the aggregated
// field's values in it.
type group struct {
	tuple  []imagestatus.Value
	values []int64
}

// groups parts the records by tuple, in ascending order of these with null
// first. Without grouping fields there is one group, even over nothing.
func (r *reader) groups(records []*record, q *query) []*group {
	byKey := make(map[string]*group)
	var all []*group
	if len(q.groupBy) == 0 {
		byKey[""] = &group{}
		all = append(all, byKey[""])
	}
	var key []byte
	for _, record := range records {
		row, _ := r.row(record)
		key = key[:0]
		for _, field := range q.groupBy {
			key = append(appendText(key, field.Value(row).Text()), strconv.FormatBool(field.Value(row).Null())...)
		}
		found := byKey[string(key)]
		if found == nil {
			found = &group{tuple: tupleOf(row, q.groupBy)}
			byKey[string(key)] = found
			all = append(all, found)
		}
		found.add(row, q.aggregate, r.switches.AggregateNulls)
	}
	slices.SortFunc(all, func(a, b *group) int { return slices.CompareFunc(a.tuple, b.tuple, imagestatus.Value.Compare) })
	return all
}

func tupleOf(row *Row, fields []imagestatus.Field) []imagestatus.Value {
	tuple := make([]imagestatus.Value, len(fields))
	for i, field := range fields {
		tuple[i] = field.Value(row)
	}
	return tuple
}

func (g *group) add(row *Row, aggregate *aggregate, nulls NullMode) {
	if aggregate == nil {
		return
	}
	value := aggregate.field.Value(row)
	if value.Null() && nulls != NullsAsZero {
		return
	}
	number, _ := value.Integer()
	g.values = append(g.values, number)
}

// result gives the group's aggregate in JSON. As aggregated_value it is an
// integer and loses its fraction; in the envelope it is a number (documented).
func (g *group) result(aggregate *aggregate, whole bool) string {
	if aggregate == nil {
		return "null"
	}
	result := aggregateTable[aggregate.operator](g.values)
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

func (r *reader) aggregateRows(a *answer, groups []*group) {
	a.total = int64(len(groups))
	style := r.switches.style()
	for _, group := range pageOf(groups, a.query) {
		valueOf := func(field imagestatus.Field) imagestatus.Value {
			for i, grouped := range a.query.groupBy {
				if grouped.Name == field.Name {
					return group.tuple[i]
				}
			}
			return imagestatus.Value{}
		}
		extra := ""
		if a.query.aggregate != nil {
			extra = `"aggregated_value":` + r.number(group.result(a.query.aggregate, true))
		}
		if r.switches.Aggregate == AggregateNested && extra != "" {
			a.items = append(a.items, fmt.Appendf(nil, `{"group":%s,%s}`, style.appendItem(nil, valueOf, ""), extra))
			continue
		}
		a.items = append(a.items, style.appendItem(nil, valueOf, extra))
	}
}

// aggregateEnvelope answers with every group in the envelope and no items;
// total_count stays the number of rows that match.
func (r *reader) aggregateEnvelope(a *answer, groups []*group) {
	data := make([]map[string]any, len(groups))
	for i, group := range groups {
		view := make(map[string]json.RawMessage, len(group.tuple))
		for k, field := range a.query.groupBy {
			view[field.Name] = r.switches.style().appendValue(nil, group.tuple[k])
		}
		data[i] = map[string]any{"value": json.RawMessage(r.number(group.result(a.query.aggregate, false))), "view": view}
	}
	object := map[string]any{"data": data}
	if asked := a.query.aggregate; asked != nil {
		object["field"], object["operator"] = asked.field.Name, asked.operator
		for key, text := range map[string]string{"name": asked.name, "statistic": asked.statistic, "unit": asked.unit} {
			if text != "" {
				object[key] = text
			}
		}
	}
	a.aggregate = appendJSON(nil, object)
}

func (r *reader) number(spelled string) string {
	if spelled == "null" {
		return spelled
	}
	if r.switches.NumbersWithPoint && !strings.Contains(spelled, ".") {
		spelled += ".0"
	}
	if r.switches.NumbersAsText {
		return strconv.Quote(spelled)
	}
	return spelled
}
