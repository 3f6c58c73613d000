package imagestatus

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Operator compares a field with values in a filter.
type Operator string

// The operators that the controller is known to take. OperatorLt has no
// observed example and is there by symmetry (inferred); the others are
// documented for sibling endpoints or observed.
const (
	OperatorIn  Operator = "in"
	OperatorEq  Operator = "eq"
	OperatorNeq Operator = "neq"
	OperatorGt  Operator = "gt"
	OperatorGte Operator = "gte"
	OperatorLt  Operator = "lt"
	OperatorLte Operator = "lte"
	OperatorRe  Operator = "re"
)

// Truth is the answer of a condition about a row. The controller's rules for
// letter case, text order and regular expressions are not documented, so some
// answers are beyond the provider.
type Truth int

// The three answers.
const (
	Unsure Truth = iota
	Holds
	Fails
)

// operatorTable has, for each operator, whether it takes a list of values and
// a function that prepares the comparison with them. A judge says Fails only
// where no plausible reading of the operator lets the row through.
var operatorTable = []struct {
	operator Operator
	// symbols are what other languages write, for the answer to such a one.
	symbols string
	many    bool
	meaning string
	prepare func(field Field, values []string) func(Value) Truth
}{
	{OperatorIn, "", true, "equals one of the values", judgeIn},
	{OperatorEq, "= == ===", false, "equals the value", judgeIn},
	{OperatorNeq, "!= <> !==", false, "differs from the value", judgeNeq},
	{OperatorGt, ">", false, "is greater than the value", judgeOrder(func(order int) bool { return order > 0 })},
	{OperatorGte, ">= =>", false, "is greater than or equal to the value", judgeOrder(func(order int) bool { return order >= 0 })},
	{OperatorLt, "<", false, "is less than the value", judgeOrder(func(order int) bool { return order < 0 })},
	{OperatorLte, "<= =<", false, "is less than or equal to the value", judgeOrder(func(order int) bool { return order <= 0 })},
	{OperatorRe, "~ =~ ~=", false, "matches the regular expression anywhere in the text", judgeRe},
}

// Operators lists the operators, the default one first.
func Operators() []Operator {
	operators := make([]Operator, len(operatorTable))
	for i, row := range operatorTable {
		operators[i] = row.operator
	}
	return operators
}

// Meaning says in a few words what the operator asks of a field.
func (o Operator) Meaning() string {
	if i := o.index(); i >= 0 {
		return operatorTable[i].meaning
	}
	return ""
}

// Many reports whether the operator takes any number of values; the others
// take exactly one.
func (o Operator) Many() bool {
	i := o.index()
	return i >= 0 && operatorTable[i].many
}

// remedy answers an operator that is not in the table.
func (o Operator) remedy() string {
	for _, row := range operatorTable {
		if slices.Contains(strings.Fields(row.symbols), string(o)) {
			return offer(row.operator, Operators())
		}
	}
	return spelling(string(o), Operators())
}

func (o Operator) index() int {
	for i, row := range operatorTable {
		if row.operator == o {
			return i
		}
	}
	return -1
}

func judgeIn(_ Field, values []string) func(Value) Truth {
	exact := make(map[string]bool, len(values))
	for _, value := range values {
		exact[value] = true
	}
	return func(have Value) Truth {
		if !have.Null() && exact[have.Text()] {
			return Holds
		}
		fold := func(value string) bool { return strings.EqualFold(value, have.Text()) }
		if slices.ContainsFunc(values, fold) {
			return Unsure
		}
		return Fails
	}
}

func judgeNeq(_ Field, values []string) func(Value) Truth {
	return func(have Value) Truth {
		switch {
		case !have.Null() && have.Text() == values[0]:
			return Fails
		case strings.EqualFold(have.Text(), values[0]):
			return Unsure
		default:
			return Holds
		}
	}
}

func judgeOrder(accept func(order int) bool) func(Field, []string) func(Value) Truth {
	return func(field Field, values []string) func(Value) Truth {
		limit, err := strconv.ParseInt(values[0], 10, 64)
		known := field.Kind == KindInteger && err == nil
		return func(have Value) Truth {
			switch {
			case have.Null():
				return Fails
			case !known:
				return Unsure
			case accept(have.Compare(IntegerValue(limit))):
				return Holds
			default:
				return Fails
			}
		}
	}
}

// judgeRe reads the pattern as widely as any engine could: without regard to
// letter case, unanchored, over all lines. Only a text that does not match
// even so contradicts the filter. Null counts as an empty text, as a
// controller may take it for one.
func judgeRe(field Field, values []string) func(Value) Truth {
	pattern, err := regexp.Compile("(?ims)" + values[0])
	beyond := err != nil || field.Kind != KindText || readDifferently.MatchString(values[0])
	return func(have Value) Truth {
		if beyond || pattern.MatchString(have.Text()) || pattern.MatchString(lineEnds.Replace(have.Text())) {
			return Unsure
		}
		return Fails
	}
}

// readDifferently finds what Java's engine, which the controller seems to use,
// reads in another way than Go's: operations and classes within a class, and
// octal escapes.
var readDifferently = regexp.MustCompile(`&&|\[[^\]]*\[|\\0`)

// lineEnds makes one kind of line end of all that Java takes for one.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")
