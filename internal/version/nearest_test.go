package version

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestNearestVersionDiffersAsFarRightAndAsLittleAsCanBe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		constraint string
		candidates []string
		want       string
	}{
		{"6.3.6-b9", []string{"6.3.5-b9", "6.3.6-b12", "6.4.0-b9"}, "6.3.6-b12"},
		{"6.3.6-b9", []string{"6.3.6-b12", "6.3.6-b8"}, "6.3.6-b8"},
		{"6.3.6-b9", []string{"6.3.6-b7", "6.3.6-b11"}, "6.3.6-b11"},
		{"6.3.6-b9", []string{"6.3.6-pre-b9", "6.3.7-b9"}, "6.3.6-pre-b9"},
		{"6.3.66-b9", []string{"6.3.6-b9", "6.3.6-b12", "6.3.6-pre-b9", "6.3.5-b9"}, "6.3.6-b9"},
		{"6.3.66-b9", []string{"6.3.6-b8", "6.3.6-b12", "6.3.6-pre-b9"}, "6.3.6-b12"},
		{"7.3.6-b9", []string{"6.3.6-b9", "6.3.6-b12"}, "6.3.6-b9"},
		{"= 6.4.0", []string{"6.3.9-b1", "6.3.9-b0"}, "6.3.9-b1"},
		{"= 6.4.0", []string{"6.3.1-b1", "6.3.9-b1", "6.3.9-b4"}, "6.3.9-b4"},
		{"= 6.4.0", []string{"6.5.0-b2", "6.5.0-b1", "6.3.9-b1", "6.5.3-b1"}, "6.5.0-b1"},
		{"~> 6.3.5", []string{"6.10.0-b1", "6.4.1-b1", "5.6.1-b14"}, "6.4.1-b1"},
		{"~> 6.3.5", []string{"6.3.2-b1", "6.4.0-b1"}, "6.3.2-b1"},
		{">= 6.3.5, < 6.4.0", []string{"6.3.4-b1", "6.4.2-b1", "6.9.0-b1"}, "6.3.4-b1"},
		{">= 6.3.5, < 6.4.0", []string{"6.3.4-b1", "6.4.0-b1"}, "6.4.0-b1"},
		{">= 6.5.0, < 6.5.0", []string{"6.4.0-b1", "6.6.0-b1", "6.5.0-b3"}, "6.5.0-b3"},
		{"> 6.10.0", []string{"6.10.0-b1", "6.9.9-b9"}, "6.10.0-b1"},
		{">= 6.3.6", []string{"6.1.0-b1", "6.3.6-b9"}, "6.3.6-b9"},
		{"7.0.0-b1", []string{"5.9.9-b1", "4.0.0-b1"}, "5.9.9-b1"},
		{"18446744073709551615.0.0-b0", []string{"0.0.0-b0", "1.0.0-b0"}, "1.0.0-b0"},
	} {
		constraint, err := ParseConstraint(test.constraint)
		if err != nil {
			t.Fatal(err)
		}
		var candidates []Version
		for _, text := range test.candidates {
			candidates = append(candidates, mustVersion(t, text))
		}
		for range 2 {
			slices.Reverse(candidates)
			if got, found := constraint.Nearest(candidates); !found || got.String() != test.want {
				t.Errorf("nearest to %q of %v is %s (%t), want %s", constraint, candidates, got, found, test.want)
			}
		}
	}
}

func TestNearestOfNothingIsNone(t *testing.T) {
	t.Parallel()
	constraint, err := ParseConstraint("6.3.6")
	if err != nil {
		t.Fatal(err)
	}
	if got, found := constraint.Nearest(nil); found {
		t.Errorf("of no candidates %s is nearest", got)
	}
	if got, found := (Constraint{}).Nearest([]Version{{Major: 6}}); found {
		t.Errorf("%s is nearest to a constraint of nothing", got)
	}
}

func TestVersionThatIsAllowedIsNearestAndTheOrderOfCandidatesIsNot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		constraint, err := ParseConstraint(rapid.SampledFrom(constraintOperators).Draw(t, "operator") + drawVersion(t, "bound").String())
		if err != nil {
			t.Fatal(err)
		}
		candidates := []Version{drawVersion(t, "a"), drawVersion(t, "b"), drawVersion(t, "c")}
		nearest, found := constraint.Nearest(candidates)
		if !found || !slices.Contains(candidates, nearest) {
			t.Fatalf("nearest to %q of %v is %s, %t", constraint, candidates, nearest, found)
		}
		if slices.ContainsFunc(candidates, constraint.Allows) && !constraint.Allows(nearest) {
			t.Fatalf("%s is nearer to %q than one of %v that it allows", nearest, constraint, candidates)
		}
		slices.Reverse(candidates)
		if again, _ := constraint.Nearest(candidates); again != nearest {
			t.Fatalf("nearest to %q is %s, and %s in another order", constraint, nearest, again)
		}
	})
}
