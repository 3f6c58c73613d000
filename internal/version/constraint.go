package version

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/wording"
)

// Constraint is a set of versions, written as in Terraform: one or more comparisons,
// all of which a version must satisfy, such as ">= 6.3.5-b1, < 6.4.0". A version
// without a build stands for all builds of the release.
type Constraint struct {
	text  string
	terms []constraintTerm
}

const (
	compareEqual       = "="
	compareNotEqual    = "!="
	compareGreater     = ">"
	compareAtLeast     = ">="
	compareLess        = "<"
	compareAtMost      = "<="
	comparePessimistic = "~>"
)

var constraintOperators = []string{
	compareEqual, compareNotEqual, compareGreater, compareAtLeast, compareLess, compareAtMost, comparePessimistic,
}

// foreignOperators are those of other languages.
var foreignOperators = map[string]string{
	"==": compareEqual, "<>": compareNotEqual, "=>": compareAtLeast, "=<": compareAtMost, "~": comparePessimistic, "~=": comparePessimistic, "^": comparePessimistic,
}

type constraintTerm struct {
	operator  string
	version   Version
	precision precision
}

// ParseConstraint parses a constraint; a version alone means "= version". The error is
// a sentence that quotes the wrong part.
func ParseConstraint(text string) (Constraint, error) {
	constraint := Constraint{text: text}
	for part := range strings.SplitSeq(text, ",") {
		term, err := parseTerm(strings.TrimSpace(part))
		if err != nil {
			return Constraint{}, err
		}
		constraint.terms = append(constraint.terms, term)
	}
	return constraint, nil
}

// operatorCharacters are those of constraintOperators and foreignOperators.
const operatorCharacters = "=!<>~^"

func parseTerm(part string) (constraintTerm, error) {
	if part == "" {
		return constraintTerm{}, errors.New(`a version constraint is empty: write a version such as 6.3.6-b9 or a constraint such as ">= 6.3.5, < 6.4.0"`)
	}
	written := part
	part = strings.TrimLeft(part, operatorCharacters)
	operator := strings.TrimSuffix(written, part)
	term := constraintTerm{operator: cmp.Or(operator, compareEqual)}
	if !slices.Contains(constraintOperators, term.operator) {
		meant := wording.Join("or", constraintOperators)
		return constraintTerm{}, fmt.Errorf("%q is not a comparison operator: write %s", operator, cmp.Or(foreignOperators[operator], meant))
	}
	part = strings.TrimSpace(part)
	version, precision, err := parse(part)
	if err != nil {
		return constraintTerm{}, err
	}
	if precision == precisionMinor && !term.allowsMinor() {
		return constraintTerm{}, fmt.Errorf("%q has no patch number: add it, or write ~> %s.0 for every %s", written, part, part)
	}
	term.version, term.precision = version, precision
	return term, nil
}

// allowsMinor reports whether the operator accepts 6.3, because its meaning does not
// depend on whether 6.3 is 6.3.0 or every 6.3.x.
func (t constraintTerm) allowsMinor() bool {
	return t.operator == comparePessimistic || t.operator == compareAtLeast || t.operator == compareLess
}

// Allows reports whether the version satisfies every comparison.
func (c Constraint) Allows(version Version) bool {
	for _, term := range c.terms {
		if !term.allows(version) {
			return false
		}
	}
	return len(c.terms) > 0
}

// Judgement tells whether a constraint allows a reported version.
type Judgement string

// The judgements. Undecided is for a text that is not a version, and for a release
// without a build if only some of its builds are allowed.
const (
	Allowed   Judgement = "allowed"
	Refused   Judgement = "refused"
	Undecided Judgement = "undecided"
)

// Judge compares a version as an element reports it. A release without a build is
// allowed if all of its builds are.
func (c Constraint) Judge(reported string) Judgement {
	version, precision, err := parse(reported)
	switch {
	case err != nil || precision == precisionMinor:
		return Undecided
	case precision == precisionBuild && c.Allows(version):
		return Allowed
	case precision == precisionBuild || len(c.terms) == 0:
		return Refused
	}
	judgement := Allowed
	for _, term := range c.terms {
		switch {
		case term.allowsEveryBuild(version):
		case term.precision == precisionBuild && version.compareRelease(term.version) == 0:
			judgement = Undecided
		default:
			return Refused
		}
	}
	return judgement
}

// String returns the constraint as written.
func (c Constraint) String() string { return c.text }

func (t constraintTerm) allows(version Version) bool {
	order := version.compareRelease(t.version)
	if order == 0 && t.precision == precisionBuild {
		order = version.Compare(t.version)
	}
	switch t.operator {
	case compareEqual:
		return order == 0
	case compareNotEqual:
		return order != 0
	case compareGreater:
		return order > 0
	case compareAtLeast:
		return order >= 0
	case compareLess:
		return order < 0
	case compareAtMost:
		return order <= 0
	default:
		return order >= 0 && t.sameFamily(version)
	}
}

func (t constraintTerm) allowsEveryBuild(release Version) bool {
	if t.precision < precisionBuild || release.compareRelease(t.version) != 0 {
		return t.allows(release)
	}
	// The term has a build of this release: only "from build 0" allows all of them.
	return t.version.Build == 0 && (t.operator == compareAtLeast || t.operator == comparePessimistic)
}

// sameFamily is the upper bound of ~>. It compares numbers rather than versions, so
// that the pre-releases of the next family are not allowed.
func (t constraintTerm) sameFamily(version Version) bool {
	return version.Major == t.version.Major &&
		(t.precision == precisionMinor || version.Minor == t.version.Minor)
}
