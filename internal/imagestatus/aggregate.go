package imagestatus

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
)

// AggregateOperator computes one value of the rows of a group.
type AggregateOperator string

// The operators of the contract (documented).
const (
	AggregateCount AggregateOperator = "count"
	AggregateMin   AggregateOperator = "min"
	AggregateMax   AggregateOperator = "max"
	AggregateAvg   AggregateOperator = "avg"
	AggregateSum   AggregateOperator = "sum"
)

// aggregateTable says of each operator whether its field must be an integer,
// and how the values of a group become one. Nulls are left out before.
var aggregateTable = []struct {
	operator AggregateOperator
	numeric  bool
	meaning  string
	start    func() accumulator
}{
	{AggregateCount, false, "rows in which the field is not null", func() accumulator { return &counter{} }},
	{AggregateMin, true, "smallest value", func() accumulator { return &extreme{sign: -1} }},
	{AggregateMax, true, "largest value", func() accumulator { return &extreme{sign: 1} }},
	{AggregateAvg, true, "mean value", func() accumulator { return &total{mean: true} }},
	{AggregateSum, true, "total", func() accumulator { return &total{} }},
}

// AggregateOperators lists the operators.
func AggregateOperators() []AggregateOperator {
	operators := make([]AggregateOperator, len(aggregateTable))
	for i, row := range aggregateTable {
		operators[i] = row.operator
	}
	return operators
}

// Meaning says in a few words what the operator computes.
func (o AggregateOperator) Meaning() string {
	if i := o.index(); i >= 0 {
		return aggregateTable[i].meaning
	}
	return ""
}

func (o AggregateOperator) index() int {
	for i, row := range aggregateTable {
		if row.operator == o {
			return i
		}
	}
	return -1
}

// Resolver computes what a row is grouped by and does not hold itself. It returns
// null where that is not known, and must return the same for the same row.
type Resolver func(*Status) Value

// Aggregate asks for one value of each group of rows.
type Aggregate struct {
	Operator AggregateOperator
	// Field is the wire name of the field to compute with.
	Field string
	// GroupBy are wire names of fields, FieldPhase, or names of Resolvers; none
	// makes one group of all rows.
	GroupBy []string
	// Resolvers are the names that GroupBy may have besides, of what a row does
	// not hold itself. The names of fields go before them.
	Resolvers map[string]Resolver
	// Name, Statistic and Unit are documented and passed through; nil leaves
	// them out.
	Name, Statistic, Unit *string
}

// Check reports an aggregate that cannot be computed, as *ArgumentError.
func (a Aggregate) Check() error {
	if a.Operator.index() < 0 {
		return &ArgumentError{
			Argument: ArgumentAggregateOperator, Value: string(a.Operator),
			Problem: "No such operator.", Remedy: spelling(string(a.Operator), AggregateOperators()),
		}
	}
	field, known := FieldByName(a.Field)
	if !known {
		return &ArgumentError{
			Argument: ArgumentAggregateField, Value: a.Field, Problem: "No such field.", Remedy: spelling(a.Field, FieldNames()),
		}
	}
	if aggregateTable[a.Operator.index()].numeric && field.Kind != KindInteger {
		return &ArgumentError{
			Argument: ArgumentAggregateField, Value: a.Field,
			Problem: fmt.Sprintf("The field is a text, and `%s` computes with integers.", a.Operator),
			Remedy:  fmt.Sprintf("Use `%s`, or a field that is an integer: %s.", AggregateCount, oneOf(integerFields())),
		}
	}
	names := append(FilterNames(), slices.Sorted(maps.Keys(a.Resolvers))...)
	return CheckNames(ArgumentGroup, a.GroupBy, names, "No such field.")
}

// Derived lists the names of GroupBy that no controller knows: FieldPhase and
// those of Resolvers.
func (a Aggregate) Derived() []string {
	var derived []string
	for _, name := range a.GroupBy {
		if _, onWire := fieldByName[name]; !onWire {
			derived = append(derived, name)
		}
	}
	return derived
}

func integerFields() []string {
	var names []string
	for _, field := range fieldTable {
		if field.Kind == KindInteger {
			names = append(names, field.Name)
		}
	}
	return names
}

// Group is one result of an aggregate.
type Group struct {
	// Key holds the group's values in the order of GroupBy.
	Key []Value
	// Value is what the operator computed; nil where every value was null, but
	// for AggregateCount, which is then 0.
	Value *big.Rat
	// Count is the number of rows of the group, null or not.
	Count int64
}

// Aggregation computes an aggregate from rows. It keeps one entry for each
// group.
type Aggregation struct {
	aggregate Aggregate
	field     Field
	groups    map[string]*runningGroup
	matched   int64
}

type runningGroup struct {
	key   []Value
	value accumulator
	count int64
}

// Aggregation starts a computation; the aggregate must have passed Check.
func (a Aggregate) Aggregation() *Aggregation {
	return &Aggregation{aggregate: a, field: fieldByName[a.Field], groups: make(map[string]*runningGroup)}
}

// Add takes a row.
func (a *Aggregation) Add(status Status) error {
	a.matched++
	key := a.aggregate.Key(&status)
	text := EncodeKey(key)
	group, known := a.groups[text]
	if !known {
		group = a.aggregate.start(key)
		a.groups[text] = group
	}
	group.count++
	if value := a.field.Value(&status); !value.Null() {
		group.value.add(value)
	}
	return nil
}

func (a Aggregate) start(key []Value) *runningGroup {
	return &runningGroup{key: key, value: aggregateTable[a.Operator.index()].start()}
}

// Key gives the values that put a row into its group, in the order of GroupBy.
func (a Aggregate) Key(status *Status) []Value {
	key := make([]Value, len(a.GroupBy))
	for i, name := range a.GroupBy {
		key[i] = a.resolver(name)(status)
	}
	return key
}

func (a Aggregate) resolver(name string) Resolver {
	if field, known := fieldByName[name]; known {
		return field.value
	}
	if resolve, known := a.Resolvers[name]; known {
		return resolve
	}
	return phaseField.value
}

// EncodeKey makes one text of a key; it tells null, texts and integers apart,
// whatever the texts hold.
func EncodeKey(key []Value) string {
	var encoded []byte
	for _, value := range key {
		text := value.Text()
		encoded = strconv.AppendInt(encoded, int64(value.rank()), 10)
		encoded = append(encoded, ':')
		encoded = strconv.AppendInt(encoded, int64(len(text)), 10)
		encoded = append(encoded, ':')
		encoded = append(encoded, text...)
	}
	return string(encoded)
}

// Matched is the number of rows taken.
func (a *Aggregation) Matched() int64 { return a.matched }

// Groups gives the results, ordered by key. Without GroupBy there is exactly
// one, even of no rows.
func (a *Aggregation) Groups() []Group {
	if len(a.aggregate.GroupBy) == 0 && len(a.groups) == 0 {
		return []Group{{Value: a.aggregate.start(nil).value.result()}}
	}
	groups := make([]Group, 0, len(a.groups))
	for _, group := range a.groups {
		groups = append(groups, Group{Key: group.key, Value: group.value.result(), Count: group.count})
	}
	SortGroups(groups)
	return groups
}

// SortGroups orders groups by their keys, null first.
func SortGroups(groups []Group) {
	slices.SortFunc(groups, func(a, b Group) int {
		for i := range a.Key {
			if order := a.Key[i].Compare(b.Key[i]); order != 0 {
				return order
			}
		}
		return cmp.Compare(len(a.Key), len(b.Key))
	})
}

// accumulator takes the values of one group that are not null.
type accumulator interface {
	add(value Value)
	result() *big.Rat
}

type counter struct{ count int64 }

func (c *counter) add(Value) { c.count++ }

func (c *counter) result() *big.Rat { return new(big.Rat).SetInt64(c.count) }

// extreme keeps the largest value for sign 1 and the smallest for sign -1.
type extreme struct {
	sign  int
	some  bool
	value int64
}

func (e *extreme) add(value Value) {
	number, _ := value.Integer()
	if !e.some || cmp.Compare(number, e.value) == e.sign {
		e.value, e.some = number, true
	}
}

func (e *extreme) result() *big.Rat {
	if !e.some {
		return nil
	}
	return new(big.Rat).SetInt64(e.value)
}

// total adds up beyond 64 bits, as many large integers may.
type total struct {
	mean  bool
	sum   big.Int
	count int64
}

func (t *total) add(value Value) {
	number, _ := value.Integer()
	t.sum.Add(&t.sum, big.NewInt(number))
	t.count++
}

func (t *total) result() *big.Rat {
	switch {
	case t.count == 0:
		return nil
	case t.mean:
		return new(big.Rat).SetFrac(&t.sum, big.NewInt(t.count))
	default:
		return new(big.Rat).SetInt(&t.sum)
	}
}
