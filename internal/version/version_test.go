package version

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestVersionsAreReadAndWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Version{
		"6.3.6-b9":       {Major: 6, Minor: 3, Patch: 6, Build: 9},
		"4.4.1-pre-b38":  {Major: 4, Minor: 4, Patch: 1, Tag: "pre", Build: 38},
		"6.1.11-b2":      {Major: 6, Minor: 1, Patch: 11, Build: 2},
		"6.4.1-rc10-b1":  {Major: 6, Minor: 4, Patch: 1, Tag: "rc10", Build: 1},
		"0.0.0-b0":       {},
		"6.4.1-beta2-b1": {Major: 6, Minor: 4, Patch: 1, Tag: "beta2", Build: 1},
		"10.20.30-b4000": {Major: 10, Minor: 20, Patch: 30, Build: 4000},
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", text, got, err, want)
		}
		if got.String() != text {
			t.Errorf("%q is written back as %q", text, got)
		}
	}
}

func TestWhatIsNoVersionIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]string{
		"":                            "is not a version",
		"SHELL-1":                     "is not a version",
		"6.3.6":                       "names no build",
		"6.3":                         "names no build",
		"6":                           "is not a version",
		"v6.3.6-b9":                   "is not a version",
		" 6.3.6-b9":                   "is not a version",
		"6.3.6-b9\n":                  "is not a version",
		"6.3.6-bx":                    "has the tag bx and no build",
		"6.4.1-b2-b1":                 "is not a version",
		"6.3.6.1-b9":                  "is not a version",
		"99999999999999999999.0.0-b1": "too large",
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("Parse(%q) gives %v, want a reason with %q", text, err, reason)
		}
	}
}

func TestVersionsAreOrderedByNumberAndTag(t *testing.T) {
	t.Parallel()
	ascending := []string{
		"4.4.1-alpha-b50", "4.4.1-pre-b2", "4.4.1-pre-b38", "4.4.1-rc01-b1", "4.4.1-rc1-b1", "4.4.1-rc9-b1", "4.4.1-rc10-b1", "4.4.1-b1",
		"5.9.9-b99", "5.10.0-b1", "6.3.6-b9", "6.3.6-b12", "6.3.10-b1", "6.4.0-pre-b1", "6.4.0-b1",
	}
	var versions []Version
	for _, text := range ascending {
		versions = append(versions, mustVersion(t, text))
	}
	for i, a := range versions {
		for j, b := range versions {
			want := min(1, max(-1, i-j))
			if got := a.Compare(b); got != want {
				t.Errorf("%s compared with %s gives %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestVersionOrderIsTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawVersion(t, "a"), drawVersion(t, "b"), drawVersion(t, "c")
		if a.Compare(b) != -b.Compare(a) {
			t.Fatalf("%s and %s: the order depends on the side", a, b)
		}
		if (a.Compare(b) == 0) != (a == b) {
			t.Fatalf("%s and %s: equal in order but not in text, or the other way round", a, b)
		}
		three := []Version{a, b, c}
		slices.SortFunc(three, Version.Compare)
		if three[0].Compare(three[2]) > 0 {
			t.Fatalf("%v: the order is not transitive", three)
		}
		back, err := Parse(a.String())
		if err != nil || back != a {
			t.Fatalf("%s is read back as %s, %v", a, back, err)
		}
	})
}

func TestConstraintsSelectVersions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		constraint string
		in, out    []string
	}{
		{"6.3.6-b9", []string{"6.3.6-b9"}, []string{"6.3.6-b12", "6.3.6-pre-b9"}},
		{">= 4.4.1-PRE-b38", []string{"4.4.1-pre-b38", "4.4.1-b1"}, []string{"4.4.1-pre-b1", "4.4.1-PRE-b37"}},
		{"= 6.3.6", []string{"6.3.6-b1", "6.3.6-b99"}, []string{"6.3.6-pre-b1", "6.3.7-b1"}},
		{"6.3.6", []string{"6.3.6-b1"}, []string{"6.3.5-b1"}},
		{"!= 6.3.6", []string{"6.3.5-b1", "6.3.7-b1"}, []string{"6.3.6-b1"}},
		{"> 6.3.6", []string{"6.3.7-b1", "6.4.0-pre-b1"}, []string{"6.3.6-b99", "6.3.5-b1"}},
		{"> 6.3.6-b9", []string{"6.3.6-b10"}, []string{"6.3.6-b9", "6.3.6-b8"}},
		{"<= 6.3.6", []string{"6.3.6-b99", "6.3.6-b1", "6.3.5-b1"}, []string{"6.3.7-b1"}},
		{">= 6.3.5-b1, < 6.4.0", []string{"6.3.5-b1", "6.3.99-b1"}, []string{"6.3.5-pre-b9", "6.4.0-b1"}},
		{">=6.3,<6.4", []string{"6.3.0-b1", "6.3.9-b1"}, []string{"6.4.0-b1", "6.2.9-b1"}},
		{"~> 6.3.5", []string{"6.3.5-b1", "6.3.12-b3"}, []string{"6.4.0-pre-b1", "6.4.0-b1", "6.3.4-b9"}},
		{"~> 6.3.5-b7", []string{"6.3.5-b7", "6.3.6-b1"}, []string{"6.3.5-b6", "6.4.0-b1"}},
		{"~> 6.3", []string{"6.3.0-b1", "6.9.0-b1"}, []string{"7.0.0-b1", "6.2.0-b1"}},
		{"= 4.4.1-pre-b38", []string{"4.4.1-pre-b38"}, []string{"4.4.1-pre-b1", "4.4.1-b38"}},
	} {
		constraint, err := ParseConstraint(test.constraint)
		if err != nil {
			t.Errorf("ParseConstraint(%q): %v", test.constraint, err)
			continue
		}
		for _, version := range test.in {
			if !constraint.Allows(mustVersion(t, version)) {
				t.Errorf("%q leaves %s out", test.constraint, version)
			}
		}
		for _, version := range test.out {
			if constraint.Allows(mustVersion(t, version)) {
				t.Errorf("%q lets %s in", test.constraint, version)
			}
		}
	}
}

func TestWhatIsNoConstraintIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]string{
		"":                 "is empty",
		"> 6.3.6,":         "is empty",
		">> 6.3.6":         `">>" is not a comparison operator: write =, !=, >, >=, <, <= or ~>`,
		"6.3":              `"6.3" has no patch number: add it, or write ~> 6.3.0 for every 6.3`,
		"= 6.3":            `"= 6.3" has no patch number: add it, or write ~> 6.3.0 for every 6.3`,
		"> 6.3":            `"> 6.3" has no patch number: add it, or write ~> 6.3.0 for every 6.3`,
		"=> 6.3.6":         `"=>" is not a comparison operator: write >=`,
		"== 6.3.6":         `"==" is not a comparison operator: write =`,
		"=< 6.3.6":         `"=<" is not a comparison operator: write <=`,
		"<> 6.3.6":         `"<>" is not a comparison operator: write !=`,
		"~ 6.3.6":          `"~" is not a comparison operator: write ~>`,
		"^6.3.6":           `"^" is not a comparison operator: write ~>`,
		"latest":           "is not a version",
		">= 6.3.5 < 6.4.0": "is not a version",
		">= 4.4.1-pre":     "has the tag pre and no build: write 4.4.1-pre-bN",
	} {
		if _, err := ParseConstraint(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("ParseConstraint(%q) gives %v, want a reason with %q", text, err, reason)
		}
	}
}

func TestMisspeltBuildIsAnsweredWithTheSpellingMeant(t *testing.T) {
	t.Parallel()
	for text, meant := range map[string]string{
		">= 6.3.6-B9":                "6.3.6-b9",
		"~> 6.3.6-build9":            "6.3.6-b9",
		">= 6.3.6-b9x":               "6.3.6-b9",
		"6.3.6-Build-9":              "6.3.6-b9",
		"6.3.6-bld9":                 "6.3.6-b9",
		"= 6.3.6b9":                  "6.3.6-b9",
		"> 6.3.6.9":                  "6.3.6-b9",
		"6.3.6-9":                    "6.3.6-b9",
		"6.3.6_b9":                   "6.3.6-b9",
		"v6.3.6-b9":                  "6.3.6-b9",
		">= 6.3.5-b1, < 6.3.6-B9":    "6.3.6-b9",
		">= 4.4.1-pre-B38":           "4.4.1-pre-b38",
		"4.4.1-pre-build38":          "4.4.1-pre-b38",
		"6.3.6-b12345678901234567-x": "",
		"6.3.6-b9-hf1":               "",
		"6.3.6.1-b9":                 "",
	} {
		_, err := ParseConstraint(text)
		if err == nil {
			t.Errorf("%q is accepted", text)
			continue
		}
		if meant == "" {
			meant = "major.minor.patch-bN such as 6.3.6-b9, or 4.4.1-pre-b38 with a tag"
		}
		if !strings.HasSuffix(err.Error(), "is not a version: write "+meant) {
			t.Errorf("%q: got %v, want it to show %q", text, err, meant)
		}
	}
}

func TestAnotherSpellingOfABuildNeverWidensAConstraint(t *testing.T) {
	t.Parallel()
	forms := []string{
		"-B%d", "-build%d", "-BUILD%d", "-Build-%d", "-b%dx", "-b%d-hf1", "-B%dx", "b%d", ".b%d", "_b%d", " b%d", "-b %d", "-%d", "-b0%d", "-bld%d", "-b%d-b1", "-b-%d", "-b", "-B",
	}
	rapid.Check(t, func(t *rapid.T) {
		version := drawVersion(t, "bound")
		operator := rapid.SampledFrom(append(constraintOperators, "")).Draw(t, "operator")
		release := strings.TrimSuffix(version.String(), fmt.Sprintf("-b%d", version.Build))
		if rapid.Bool().Draw(t, "capitals") {
			release = strings.ToUpper(release)
		}
		form := rapid.SampledFrom(forms).Draw(t, "form")
		build := strings.ReplaceAll(form, "%d", strconv.FormatUint(version.Build, 10))
		changed, err := ParseConstraint(operator + release + build)
		if err != nil {
			return
		}
		meant, err := ParseConstraint(operator + version.String())
		if err != nil {
			t.Fatal(err)
		}
		near := drawVersion(t, "near")
		near.Major, near.Minor, near.Patch = version.Major, version.Minor, version.Patch
		for _, have := range []Version{near, drawVersion(t, "version")} {
			if changed.Allows(have) && !meant.Allows(have) {
				t.Fatalf("%q lets %s in, and %q does not", changed, have, meant)
			}
		}
	})
}

func TestReleaseWithoutABuildIsInTheSetIfAllItsBuildsAre(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		constraint, reported string
		want                 Judgement
	}{
		{"6.3.6", "6.3.6", Allowed},
		{"= 6.3.6", "6.3.7", Refused},
		{"= 6.3.6-b9", "6.3.6", Undecided},
		{"!= 6.3.6-b9", "6.3.6", Undecided},
		{"!= 6.3.6-b9", "6.3.5", Allowed},
		{">= 6.3.6-b0", "6.3.6", Allowed},
		{"~> 6.3.6-b0", "6.3.6", Allowed},
		{">= 6.3.6-b1", "6.3.6", Undecided},
		{"< 6.3.6-b0", "6.3.6", Undecided},
		{">= 6.3.6", "6.3.6", Allowed},
		{"> 6.3.6", "6.3.6", Refused},
		{">= 6.3.6-b9, < 6.3.6", "6.3.6", Refused},
		{">= 6.3.6-b9, < 6.4.0", "6.3.6", Undecided},
		{">= 6.3.5-b9, < 6.4.0", "6.3.6", Allowed},
		{"~> 6.3", "6.3", Undecided},
		{"6.3.6", "6.3.6-b9-hf1", Undecided},
		{"6.3.6", "6.3.6-B9", Undecided},
		{"6.3.6", "6.3.6-b9", Allowed},
		{"6.3.6", "6.3.5-b9", Refused},
		{"6.3.6", "", Undecided},
	} {
		constraint, err := ParseConstraint(test.constraint)
		if err != nil {
			t.Fatal(err)
		}
		if got := constraint.Judge(test.reported); got != test.want {
			t.Errorf("%q, reported %q: got %s, want %s", constraint, test.reported, got, test.want)
		}
	}
	if got := (Constraint{}).Judge("6.3.6"); got != Refused {
		t.Errorf("a constraint of nothing: got %s, want %s", got, Refused)
	}
}

func TestJudgementOfAReleaseHoldsForEachOfItsBuilds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.IntRange(0, 2)
		var terms []string
		for range rapid.IntRange(1, 2).Draw(t, "terms") {
			bound := fmt.Sprintf("6.%d.%d", number.Draw(t, "minor"), number.Draw(t, "patch"))
			if rapid.Bool().Draw(t, "with a build") {
				bound += fmt.Sprintf("-b%d", number.Draw(t, "build"))
			}
			terms = append(terms, rapid.SampledFrom(constraintOperators).Draw(t, "operator")+" "+bound)
		}
		constraint, err := ParseConstraint(strings.Join(terms, ","))
		if err != nil {
			t.Fatal(err)
		}
		release := Version{Major: 6, Minor: uint64(number.Draw(t, "minor")), Patch: uint64(number.Draw(t, "patch"))}
		judged := constraint.Judge(fmt.Sprintf("%d.%d.%d", release.Major, release.Minor, release.Patch))
		for build := range uint64(4) {
			release.Build = build
			if allowed := constraint.Allows(release); judged == Allowed && !allowed || judged == Refused && allowed {
				t.Fatalf("%q %s for the release and %s is allowed: %t", constraint, judged, release, allowed)
			}
		}
	})
}

func TestConstraintOfNothingAllowsNothing(t *testing.T) {
	t.Parallel()
	var none Constraint
	if none.Allows(Version{Major: 6}) {
		t.Error("the zero constraint allows a version")
	}
}

func TestOppositeConstraintsPartTheVersions(t *testing.T) {
	t.Parallel()
	opposites := [][2]string{{"=", "!="}, {">", "<="}, {"<", ">="}}
	rapid.Check(t, func(t *rapid.T) {
		version, bound := drawVersion(t, "version"), drawVersion(t, "bound").String()
		if release, _, _ := strings.Cut(bound, "-"); rapid.Bool().Draw(t, "whole release") {
			bound = release
		}
		pair := rapid.SampledFrom(opposites).Draw(t, "operators")
		one, err := ParseConstraint(pair[0] + bound)
		if err != nil {
			t.Fatal(err)
		}
		other, err := ParseConstraint(pair[1] + " " + bound)
		if err != nil {
			t.Fatal(err)
		}
		if one.Allows(version) == other.Allows(version) {
			t.Fatalf("%s is in both or neither of %q and %q", version, one, other)
		}
	})
}

func mustVersion(t *testing.T, text string) Version {
	t.Helper()
	version, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func drawVersion(t *rapid.T, label string) Version {
	number := rapid.OneOf(rapid.Uint64Range(0, 12), rapid.Uint64())
	return Version{
		Major: number.Draw(t, label+" major"),
		Minor: number.Draw(t, label+" minor"),
		Patch: number.Draw(t, label+" patch"),
		Tag:   rapid.SampledFrom([]string{"", "", "pre", "rc9", "rc10", "rc09", "rc", "beta7"}).Draw(t, label+" tag"),
		Build: number.Draw(t, label+" build"),
	}
}

func FuzzParseConstraint(f *testing.F) {
	for _, seed := range []string{"6.3.6-b9", ">= 6.3.5-b1, < 6.4.0", "~> 6.3", "4.4.1-pre-b38", "= 6.3", "!=,", ">"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		constraint, err := ParseConstraint(text)
		if err != nil {
			return
		}
		if constraint.String() != text {
			t.Errorf("%q is written back as %q", text, constraint)
		}
	})
}

func FuzzParseVersion(f *testing.F) {
	for _, seed := range []string{"6.3.6-b9", "4.4.1-pre-b38", "5.5.5-b12", "SHELL", "6.3.6", "1.2.3-b4-b5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		version, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(version.String()); err != nil || again != version {
			t.Errorf("%q is read as %v and again as %v, %v", text, version, again, err)
		}
	})
}
