package imagestatus

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
)

// AggregateOperator computes one value from the rows of a group.
type AggregateOperator string

// The operators of the contract (documented).
const (
	AggregateCount AggregateOperator = "count"
	AggregateMin   AggregateOperator = "min"
	AggregateMax   AggregateOperator = "max"
	AggregateAvg   AggregateOperator = "avg"
	AggregateSum   AggregateOperator = "sum"
)

var aggregateTable = []struct {
	operator AggregateOperator
	integers bool
	meaning  string
	start    func() accumulator
}{
	{AggregateCount, false, "rows in which the field is not null", func() accumulator { return &counter{} }},
	{AggregateMin, true, "smallest value", func() accumulator { return &extreme{sign: -1} }},
	{AggregateMax, true, "largest value", func() accumulator { return &extreme{sign: 1} }},
	{AggregateAvg, true, "mean value", func() accumulator { return &total{mean: true} }},
	{AggregateSum, true, "total", func() accumulator { return &total{} }},
}

// AggregateOperators lists the operators in the order of schemas and documentation.
func AggregateOperators() []AggregateOperator {
	operators := make([]AggregateOperator, len(aggregateTable))
	for i, row := range aggregateTable {
		operators[i] = row.operator
	}
	return operators
}

// Meaning describes in a few words what the operator computes; "" for an unknown one.
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

// Resolver computes a group key that is not a field of the row; null if it is not
// known. It must be deterministic.
type Resolver func(*Status) Value

// Aggregate describes one value to compute for each group of rows.
type Aggregate struct {
	Operator AggregateOperator
	Field    string   // wire name
	GroupBy  []string // wire names, FieldPhase or keys of Resolvers; none for a single group
	// Resolvers are used for names in GroupBy that are not names of fields.
	Resolvers map[string]Resolver
	// Name, Statistic and Unit are documented and passed through; nil omits them.
	Name, Statistic, Unit *string
}

// Check reports an aggregate that cannot be computed, as *ArgumentError.
func (a Aggregate) Check() error {
	if a.Operator.index() < 0 {
		return &ArgumentError{
			Argument: ArgumentAggregateOperator, Value: string(a.Operator),
			Problem: "No such operator.", Remedy: spellingRemedy(string(a.Operator), AggregateOperators()),
		}
	}
	field, known := FieldByName(a.Field)
	if !known {
		return &ArgumentError{
			Argument: ArgumentAggregateField, Value: a.Field, Problem: "No such field.", Remedy: spellingRemedy(a.Field, FieldNames()),
		}
	}
	if aggregateTable[a.Operator.index()].integers && field.Kind != KindInteger {
		return &ArgumentError{
			Argument: ArgumentAggregateField, Value: a.Field,
			Problem: fmt.Sprintf("The field is a text, and `%s` computes with integers.", a.Operator),
			Remedy:  fmt.Sprintf("Use `%s`, or a field that is an integer: %s.", AggregateCount, oneOf(integerFields())),
		}
	}
	names := append(FilterNames(), slices.Sorted(maps.Keys(a.Resolvers))...)
	return CheckNames(ArgumentGroup, a.GroupBy, names, "No such field.")
}

// Derived lists the names in GroupBy that the provider computes and the controller
// does not know: FieldPhase and the keys of Resolvers.
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
	Key   []Value  // in the order of GroupBy
	Value *big.Rat // if the field is null in every row: 0 for AggregateCount, else nil
	Count int64    // rows, including those whose field is null
}

// Aggregation computes an aggregate from rows, which it does not keep.
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

// Aggregation starts a computation of an aggregate that has passed Check.
func (a Aggregate) Aggregation() *Aggregation {
	return &Aggregation{aggregate: a, field: fieldByName[a.Field], groups: make(map[string]*runningGroup)}
}

// Add adds a row to its group; the error is always nil.
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

// Key returns the values that define the group of a row, in the order of GroupBy.
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

// EncodeKey encodes a key as text. Different keys always have different texts.
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

// Matched returns the number of rows added.
func (a *Aggregation) Matched() int64 { return a.matched }

// Groups returns the results, ordered by key. Without GroupBy there is exactly one
// group, even if no row was added.
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

type accumulator interface {
	add(nonNull Value)
	result() *big.Rat
}

type counter struct{ count int64 }

func (c *counter) add(Value) { c.count++ }

func (c *counter) result() *big.Rat { return new(big.Rat).SetInt64(c.count) }

type extreme struct {
	sign  int // 1 keeps the largest value, -1 the smallest
	found bool
	value int64
}

func (e *extreme) add(value Value) {
	number, _ := value.Integer()
	if !e.found || cmp.Compare(number, e.value) == e.sign {
		e.value, e.found = number, true
	}
}

func (e *extreme) result() *big.Rat {
	if !e.found {
		return nil
	}
	return new(big.Rat).SetInt64(e.value)
}

type total struct {
	mean  bool
	sum   big.Int // the sum of many 64-bit integers can exceed 64 bits
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
