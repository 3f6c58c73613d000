package imagestatus

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Operator compares a field with the values of a filter.
type Operator string

// The operators that the controller accepts: OperatorLt is inferred by symmetry, the
// others are documented for sibling endpoints or observed.
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

// Truth tells whether a row satisfies a condition. The controller's rules for letter
// case, text order and regular expressions are not documented, so that the provider
// cannot always tell.
type Truth int

// The three truths.
const (
	Unknown Truth = iota
	True
	False
)

// operatorTable has a matcher for each operator. It returns False only if the row fails
// under every plausible interpretation of the operator.
var operatorTable = []struct {
	operator Operator
	symbols  string // of the operator in other languages, for suggestions
	many     bool
	meaning  string
	matcher  func(field Field, values []string) func(Value) Truth
}{
	{OperatorIn, "", true, "equals one of the values", matchIn},
	{OperatorEq, "= == ===", false, "equals the value", matchIn},
	{OperatorNeq, "!= <> !==", false, "differs from the value", matchNeq},
	{OperatorGt, ">", false, "is greater than the value", matchOrder(func(order int) bool { return order > 0 })},
	{OperatorGte, ">= =>", false, "is greater than or equal to the value", matchOrder(func(order int) bool { return order >= 0 })},
	{OperatorLt, "<", false, "is less than the value", matchOrder(func(order int) bool { return order < 0 })},
	{OperatorLte, "<= =<", false, "is less than or equal to the value", matchOrder(func(order int) bool { return order <= 0 })},
	{OperatorRe, "~ =~ ~=", false, "matches the regular expression anywhere in the text", matchRe},
}

// Operators lists the operators; the first is the default of a filter.
func Operators() []Operator {
	operators := make([]Operator, len(operatorTable))
	for i, row := range operatorTable {
		operators[i] = row.operator
	}
	return operators
}

// Meaning describes the comparison in a few words, such as "equals the value"; "" for
// an unknown operator.
func (o Operator) Meaning() string {
	if i := o.index(); i >= 0 {
		return operatorTable[i].meaning
	}
	return ""
}

// Many reports whether the operator accepts one or more values instead of exactly one.
func (o Operator) Many() bool {
	i := o.index()
	return i >= 0 && operatorTable[i].many
}

func (o Operator) remedy() string {
	for _, row := range operatorTable {
		if slices.Contains(strings.Fields(row.symbols), string(o)) {
			return choiceRemedy(row.operator, Operators())
		}
	}
	return spellingRemedy(string(o), Operators())
}

func (o Operator) index() int {
	for i, row := range operatorTable {
		if row.operator == o {
			return i
		}
	}
	return -1
}

func matchIn(_ Field, values []string) func(Value) Truth {
	exact := make(map[string]bool, len(values))
	for _, value := range values {
		exact[value] = true
	}
	return func(have Value) Truth {
		if !have.Null() && exact[have.Text()] {
			return True
		}
		fold := func(value string) bool { return strings.EqualFold(value, have.Text()) }
		if slices.ContainsFunc(values, fold) {
			return Unknown
		}
		return False
	}
}

func matchNeq(_ Field, values []string) func(Value) Truth {
	return func(have Value) Truth {
		switch {
		case !have.Null() && have.Text() == values[0]:
			return False
		case strings.EqualFold(have.Text(), values[0]):
			return Unknown
		default:
			return True
		}
	}
}

func matchOrder(accept func(order int) bool) func(Field, []string) func(Value) Truth {
	return func(field Field, values []string) func(Value) Truth {
		limit, err := strconv.ParseInt(values[0], 10, 64)
		known := field.Kind == KindInteger && err == nil
		return func(have Value) Truth {
			switch {
			case have.Null():
				return False
			case !known:
				return Unknown
			case accept(have.Compare(IntegerValue(limit))):
				return True
			default:
				return False
			}
		}
	}
}

// matchRe applies the pattern as permissively as any engine could: ignoring letter
// case, unanchored, across lines. Only a text that does not match even so is False.
// Null counts as an empty text, since the controller may treat it as one.
func matchRe(field Field, values []string) func(Value) Truth {
	pattern, err := regexp.Compile("(?ims)" + values[0])
	uncertain := err != nil || field.Kind != KindText || javaDiffers.MatchString(values[0])
	return func(have Value) Truth {
		if uncertain || pattern.MatchString(have.Text()) || pattern.MatchString(toUnixLineEnds.Replace(have.Text())) {
			return Unknown
		}
		return False
	}
}

// javaDiffers finds patterns that Java's engine, which the controller seems to use
// (inferred), interprets differently from Go's: operations and classes within a
// class, and octal escapes.
var javaDiffers = regexp.MustCompile(`&&|\[[^\]]*\[|\\0`)

// toUnixLineEnds replaces every line end that Java recognizes.
var toUnixLineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")
