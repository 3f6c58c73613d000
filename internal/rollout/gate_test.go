package rollout

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

const (
	wantedVersion = "6.3.6-b9"
	formerVersion = "6.3.3-b4"
	// oddVersion is one that cannot be read.
	oddVersion = "6.3.6-b9-hf1"
)

type testingT interface {
	Helper()
	Fatalf(format string, args ...any)
}

func judge(t testingT, gate Gate, rows ...imagestatus.Status) Verdict {
	t.Helper()
	tally := gate.StartTally()
	for _, row := range rows {
		if err := tally.Add(row); err != nil {
			t.Fatalf("add %s: %v", rowTexts(row), err)
		}
	}
	return tally.Verdict(nil)
}

// mustTarget takes an empty text for none.
func mustTarget(t testingT, version, imageID string) Target {
	t.Helper()
	given := func(text string) *string {
		if text == "" {
			return nil
		}
		return &text
	}
	target, err := ParseTarget(given(version), given(imageID))
	if err != nil {
		t.Fatalf("ParseTarget(%q, %q): %v", version, imageID, err)
	}
	return target
}

func mustRat(t testingT, text string) *big.Rat {
	t.Helper()
	number, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return number
}

// elementRow is a row with what a gate looks at; "-" stands for null.
func elementRow(id, state, version string) imagestatus.Status {
	pointer := func(text string) *string {
		if text == "-" {
			return nil
		}
		return &text
	}
	return imagestatus.Status{ElementID: pointer(id), UpgradeState: pointer(state), ActiveVersion: pointer(version)}
}

// elementRows gives rows of the state for elements of their own.
func elementRows(count int, prefix, state, version string) []imagestatus.Status {
	rows := make([]imagestatus.Status, count)
	for i := range rows {
		rows[i] = elementRow(fmt.Sprintf("%s%04d", prefix, i), state, version)
	}
	return rows
}

// classOf spells the truth table out once more, by state.
func classOf(state string, onTarget bool) Class {
	has := func(states string) bool { return slices.Contains(strings.Fields(states), state) }
	switch {
	case has("failed download_failed install_failed upgrade_failed upgrade_timeout"):
		return ClassFailed
	case has("download_abort download_cancelled upgrade_abort upgrade_cancelled"):
		if onTarget {
			return ClassReady
		}
		return ClassFailed
	case has("- complete done upgrade_complete"):
		if onTarget {
			return ClassReady
		}
		return ClassPending
	case state == "invalid" || !imagestatus.State(state).Known():
		return ClassUnrecognized
	default:
		return ClassPending
	}
}

func everyState() []string {
	states := []string{"-", "", "frobnicating", "COMPLETE", "complete "}
	for _, state := range append(imagestatus.States(), imagestatus.SiblingStates()...) {
		states = append(states, string(state))
	}
	return states
}

// judgement is one way to judge a fleet, with the elements by what they are.
type judgement struct {
	subjects, fillers, missing, leftOut int64
	state, version                      string
	percent                             struct{ numerator, denominator int64 }
	maxFailed, minElements              int64
}

// want is what a gate must say, spelt out once more.
func (j judgement) want() (counts Counts, ready, hopeless bool) {
	class := classOf(j.state, j.version == wantedVersion)
	counts = countsOf(map[Class]int64{ClassMissing: j.missing, ClassLeftOut: j.leftOut, ClassReady: j.fillers})
	*classTable[class.index()].count(&counts) += j.subjects
	counts.Total += j.subjects
	stuck := j.leftOut
	if j.version == oddVersion && class == ClassPending && classOf(j.state, true) == ClassReady {
		stuck += j.subjects
	}
	enough := func(ready int64) bool { return ready*100*j.percent.denominator >= counts.Total*j.percent.numerator }
	found := j.subjects + j.fillers
	ready = found >= j.minElements && counts.Unrecognized == 0 && counts.Failed <= j.maxFailed && enough(counts.Ready)
	hopeless = found+j.missing < j.minElements || counts.Unrecognized > 0 || counts.Failed > j.maxFailed || !enough(counts.Total-stuck)
	return counts, ready, hopeless
}

func (j judgement) judge(t *testing.T, target Target) Verdict {
	t.Helper()
	rows := append(elementRows(int(j.subjects), "1", j.state, j.version), elementRows(int(j.fillers), "2", "complete", wantedVersion)...)
	var ids []string
	left := make(map[string]bool)
	for i := range j.missing + j.leftOut {
		ids = append(ids, fmt.Sprintf("3%d", i))
		left[ids[i]] = i >= j.missing
	}
	tally := Gate{
		Target: target, MinReadyPercent: big.NewRat(j.percent.numerator, j.percent.denominator),
		MaxFailed: &j.maxFailed, MinElements: j.minElements, MaxBlocking: 20, ElementIDs: ids,
	}.StartTally()
	for _, row := range rows {
		if err := tally.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	tally.LeaveOut(left)
	return tally.Verdict(nil)
}

func TestGateOpensExactlyWhenEveryRuleHolds(t *testing.T) {
	t.Parallel()
	target := mustTarget(t, wantedVersion, "")
	opened, closed := 0, 0
	for _, j := range judgements() {
		got := j.judge(t, target)
		counts, ready, hopeless := j.want()
		if got.Counts != counts || got.Ready != ready || got.Hopeless != hopeless {
			t.Fatalf("%+v: got %+v ready %t hopeless %t, want %+v %t %t", j, got.Counts, got.Ready, got.Hopeless, counts, ready, hopeless)
		}
		waits := slices.Contains(got.Remedies, remedyNotReady) || slices.Contains(got.Remedies, remedyNoStatus)
		if ready != (len(got.Reasons) == 0) || ready != (len(got.Remedies) == 0) || waits == (ready || hopeless) || strings.HasPrefix(got.Summary, "open: ") != ready {
			t.Fatalf("%+v: ready %t with the summary %q, reasons %q and remedies %q", j, got.Ready, got.Summary, got.Reasons, got.Remedies)
		}
		if ready {
			opened++
		} else {
			closed++
		}
	}
	if opened == 0 || closed == 0 {
		t.Errorf("the gate was open %d times and closed %d times, want both", opened, closed)
	}
}

// judgements are all combinations of what a gate decides on.
func judgements() []judgement {
	all := []judgement{{}}
	vary := func(ways int, set func(j *judgement, way int)) {
		var more []judgement
		for _, j := range all {
			for way := range ways {
				set(&j, way)
				more = append(more, j)
			}
		}
		all = more
	}
	states, versions := everyState(), []string{wantedVersion, formerVersion, oddVersion}
	percents := []struct{ numerator, denominator int64 }{{100, 1}, {0, 1}, {50, 1}, {333, 10}, {9995, 100}}
	vary(len(states), func(j *judgement, way int) { j.state = states[way] })
	vary(len(versions), func(j *judgement, way int) { j.version = versions[way] })
	vary(3, func(j *judgement, way int) { j.subjects = int64(way) })
	vary(4, func(j *judgement, way int) { j.fillers = int64(way) })
	vary(2, func(j *judgement, way int) { j.missing = int64(way) })
	vary(2, func(j *judgement, way int) { j.leftOut = int64(way) })
	vary(len(percents), func(j *judgement, way int) { j.percent = percents[way] })
	vary(2, func(j *judgement, way int) { j.maxFailed = int64(way) })
	vary(2, func(j *judgement, way int) { j.minElements = int64(1 + 2*way) })
	return all
}

func TestShareOfReadyElementsIsComparedExactly(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		ready, total int
		percent      string
		want         bool
	}{
		{999, 1000, "99.95", false},
		{1999, 2000, "99.95", true},
		{1998, 2000, "99.95", false},
		{999, 1000, "99.9", true},
		{998, 1000, "99.9", false},
		{333, 1000, "33.3", true},
		{332, 1000, "33.3", false},
		{1, 3, "33.3", true},
		{1, 3, "33.4", false},
		{1, 3, "33.333333333333333333", true},
		{1, 3, "33.333333333333333334", false},
		{2, 3, "66.66", true},
		{2, 3, "66.67", false},
		{0, 3, "0", true},
		{0, 3, "0.0000001", false},
		{999, 1000, "100", false},
		{1000, 1000, "100", true},
		{29, 100, "29", true}, // 0.29 * 100 is 28.999… in floats
	} {
		rows := append(elementRows(test.ready, "r", "complete", wantedVersion), elementRows(test.total-test.ready, "p", "downloading", formerVersion)...)
		got := judge(t, Gate{MinReadyPercent: mustRat(t, test.percent), MinElements: 1}, rows...)
		if got.Ready != test.want || got.Hopeless {
			t.Errorf("%d of %d, %s %% wanted: ready %t, hopeless %t; want %t, false", test.ready, test.total, test.percent, got.Ready, got.Hopeless, test.want)
		}
	}
}

func TestEveryElementMustBeReadyWithoutAShare(t *testing.T) {
	t.Parallel()
	rows := elementRows(3, "r", "complete", wantedVersion)
	if got := judge(t, Gate{}, rows...); !got.Ready {
		t.Errorf("3 of 3: got %q, want open", got.Summary)
	}
	if got := judge(t, Gate{}, append(rows, elementRow("p", "init", wantedVersion))...); got.Ready {
		t.Errorf("3 of 4: got %q, want closed", got.Summary)
	}
}

func TestNoGateOpensOverNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		gate     Gate
		hopeless bool
	}{
		{Gate{}, true},
		{Gate{MinReadyPercent: new(big.Rat)}, true},
		{Gate{MinElements: -1, MinReadyPercent: new(big.Rat)}, true},
		{Gate{MinReadyPercent: new(big.Rat), ElementIDs: []string{"1", "2"}}, false},
		{Gate{MinReadyPercent: new(big.Rat), ElementIDs: []string{"1", "2", "2"}, MinElements: 3}, true},
	} {
		if got := judge(t, test.gate); got.Ready || got.Hopeless != test.hopeless {
			t.Errorf("%+v: got ready %t, hopeless %t; want false, %t", test.gate, got.Ready, got.Hopeless, test.hopeless)
		}
	}
}

func TestTargetsAreReached(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		version, image string
		row            imagestatus.Status
		want           bool
	}{
		{"", "", imagestatus.Status{}, true},
		{"6.3.6", "", imagestatus.Status{ActiveVersion: new("6.3.6-b12")}, true},
		{">= 6.3.5-b1, < 6.4.0", "", imagestatus.Status{ActiveVersion: new("6.4.0-b1")}, false},
		{"6.3.6", "", imagestatus.Status{}, false},
		{"!= 6.3.6", "", imagestatus.Status{}, false},
		{"!= 6.3.6", "", imagestatus.Status{ActiveVersion: new("")}, false},
		{"!= 6.3.6", "", imagestatus.Status{ActiveVersion: new("SHELL-1")}, false},
		{"!= 6.3.6", "", imagestatus.Status{ActiveVersion: new("6.3.7")}, true},
		{"!= 6.3.6-b9", "", imagestatus.Status{ActiveVersion: new("6.3.6")}, false},
		{"6.3.6", "", imagestatus.Status{ActiveVersion: new("6.3.6")}, true},
		{"6.3.6-b9", "", imagestatus.Status{ActiveVersion: new("6.3.6")}, false},
		{"6.3.6", "", imagestatus.Status{ActiveVersion: new("6.3")}, false},
		{"6.3.6", "", imagestatus.Status{ActiveVersion: new("6.3.6-pre")}, false},
		{"!= 6.3.6", "", imagestatus.Status{ActiveVersion: new("6.3.7-b1")}, true},
		{"!= 6.3.6", "", imagestatus.Status{ActiveVersion: new(strings.Repeat("9", 1_000_000))}, false},
		{"", "7", imagestatus.Status{ActiveImageID: new("7")}, true},
		{"", "7", imagestatus.Status{ActiveImageID: new("07")}, false},
		{"", "7", imagestatus.Status{}, false},
		{"6.3.6", "7", imagestatus.Status{ActiveVersion: new("6.3.6-b9"), ActiveImageID: new("7")}, true},
		{"6.3.6", "7", imagestatus.Status{ActiveVersion: new("6.3.6-b9"), ActiveImageID: new("8")}, false},
		{"6.3.6", "7", imagestatus.Status{ActiveVersion: new("6.3.5-b9"), ActiveImageID: new("7")}, false},
	} {
		target := mustTarget(t, test.version, test.image)
		if got := target.Reached(&test.row); got != test.want {
			t.Errorf("version %q, image %q: reached %t, want %t", test.version, test.image, got, test.want)
		}
		// A tally must not remember one element's answer for another.
		test.row.UpgradeState = new("complete")
		tally := Gate{Target: target}.StartTally()
		for _, id := range []string{"1", "2"} {
			row := test.row
			row.ElementID = &id
			if err := tally.Add(row); err != nil {
				t.Fatal(err)
			}
		}
		want := Counts{Total: 2, Pending: 2}
		if test.want {
			want = Counts{Total: 2, Ready: 2}
		}
		if got := tally.Verdict(nil).Counts; got != want {
			t.Errorf("version %q, image %q: got %+v, want %+v", test.version, test.image, got, want)
		}
	}
}

func TestImagesOfOneVersionAreToldApart(t *testing.T) {
	t.Parallel()
	on, off := elementRow("1", "complete", wantedVersion), elementRow("2", "complete", wantedVersion)
	on.ActiveImageID, off.ActiveImageID = new("7"), new("8")
	for _, version := range []string{"", "6.3.6"} {
		got := judge(t, Gate{Target: mustTarget(t, version, "7")}, on, off).Counts
		if want := (Counts{Total: 2, Ready: 1, Pending: 1}); got != want {
			t.Errorf("version %q: got %+v, want %+v", version, got, want)
		}
	}
}

func TestVersionOfOneElementIsNotTakenForThatOfAnother(t *testing.T) {
	t.Parallel()
	rows := []imagestatus.Status{
		elementRow("1", "complete", wantedVersion), elementRow("2", "complete", "-"), elementRow("3", "complete", ""),
		elementRow("4", "complete", formerVersion), elementRow("5", "complete", wantedVersion),
	}
	for range 2 {
		slices.Reverse(rows)
		got := judge(t, Gate{Target: mustTarget(t, wantedVersion, "")}, rows...).Counts
		if want := (Counts{Total: 5, Ready: 2, Pending: 3}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestEmptyTargetIsRefused(t *testing.T) {
	t.Parallel()
	for want, target := range map[string][2]*string{
		`target version = "": An empty text is not a version. Write a version or a constraint, or leave the argument out (null) for any version.`: {new(""), nil},
		`target image = "": An empty text is not an image id. Write the id of an image, or leave the argument out (null) for any image.`:          {nil, new("")},
	} {
		_, err := ParseTarget(target[0], target[1])
		if got := argumentError(t, err).Error(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if target, err := ParseTarget(nil, nil); err != nil || target != (Target{}) {
		t.Errorf("no target is %+v, %v", target, err)
	}
}

func TestTargetThatCannotBeReadIsRefusedWithARemedy(t *testing.T) {
	t.Parallel()
	_, err := ParseTarget(new(">= latest"), nil)
	want := `target version = ">= latest": "latest" is not a version: write major.minor.patch-bN such as 6.3.6-b9, ` +
		`or 4.4.1-pre-b38 with a tag. Write a version or a constraint as in Terraform.`
	if got := argumentError(t, err).Error(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRowsThatNameNoElementCloseTheGateEachForItself(t *testing.T) {
	t.Parallel()
	rows := []imagestatus.Status{
		elementRow("-", "complete", wantedVersion), elementRow("", "complete", wantedVersion),
		elementRow("-", "complete", wantedVersion), elementRow("", "failed", wantedVersion), elementRow("1", "complete", wantedVersion),
	}
	for _, order := range [][]int{{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {1, 3, 0, 2, 4}} {
		var shuffled []imagestatus.Status
		for _, i := range order {
			shuffled = append(shuffled, rows[i])
		}
		got := judge(t, Gate{MaxBlocking: 9, MinReadyPercent: new(big.Rat)}, shuffled...)
		if want := (Counts{Total: 5, Ready: 1, Unrecognized: 4}); got.Counts != want || got.Ready || len(got.Blocking) != 4 {
			t.Errorf("got %+v, ready %t and %d blocking elements; want %+v, false and 4", got.Counts, got.Ready, len(got.Blocking), want)
		}
	}
}

func TestElementsThatWereAskedForAndHaveNoRowAreMissing(t *testing.T) {
	t.Parallel()
	gate := Gate{ElementIDs: []string{"1", "2", "3", "2"}, MaxBlocking: 9}
	got := judge(t, gate, elementRow("1", "complete", wantedVersion), elementRow("9", "complete", wantedVersion))
	if want := (Counts{Total: 4, Ready: 2, Missing: 2}); got.Counts != want {
		t.Errorf("got %+v, want %+v", got.Counts, want)
	}
	if got, want := blockerIDs(got.Blocking), []string{"2", "3"}; !slices.Equal(got, want) {
		t.Errorf("got the blocking elements %q, want %q", got, want)
	}
	if got.Hopeless {
		t.Error("a missing element is hopeless, want it waited for")
	}
}

func TestElementsThatTheFiltersLeaveOutAreNotMissing(t *testing.T) {
	t.Parallel()
	tally := Gate{ElementIDs: []string{"3", "1", "2", "3"}, MaxBlocking: 9}.StartTally()
	if err := tally.Add(elementRow("1", "complete", wantedVersion)); err != nil {
		t.Fatal(err)
	}
	if got, want := tally.Missing(), []string{"3", "2"}; !slices.Equal(got, want) {
		t.Errorf("got the missing elements %q, want %q", got, want)
	}
	tally.LeaveOut(map[string]bool{"1": true, "2": true})
	got := tally.Verdict(nil)
	if want := (Counts{Total: 3, Ready: 1, Missing: 1, LeftOut: 1}); got.Counts != want || !got.Hopeless {
		t.Errorf("got %+v, hopeless %t; want %+v, true", got.Counts, got.Hopeless, want)
	}
	if got, want := blockerIDs(got.Blocking), []string{"2", "3"}; !slices.Equal(got, want) {
		t.Errorf("got the blocking elements %q, want %q", got, want)
	}
}

func TestVersionThatCannotBeReadEndsAWaitOnlyOnceItIsSettled(t *testing.T) {
	t.Parallel()
	for _, state := range everyState() {
		for _, version := range []string{oddVersion, "6.3.6", "-", "", formerVersion} {
			got := judge(t, Gate{Target: mustTarget(t, wantedVersion, "")}, elementRow("1", state, version), elementRow("2", "init", formerVersion))
			class := classOf(state, false)
			settled := class == ClassPending && slices.Contains([]string{"-", "complete", "done", "upgrade_complete"}, state)
			odd := version == oddVersion || version == "6.3.6"
			named := slices.ContainsFunc(got.Reasons, func(reason string) bool { return strings.Contains(reason, "cannot read") })
			if named != (settled && odd) {
				t.Errorf("%q on %q: got the reasons %q, want the version named: %t", state, version, got.Reasons, settled && odd)
			}
			if hopeless := class != ClassPending || named; got.Hopeless != hopeless || got.Ready {
				t.Errorf("%q on %q: got hopeless %t and ready %t, want %t and false", state, version, got.Hopeless, got.Ready, hopeless)
			}
		}
	}
	for name, gate := range map[string]Gate{
		"without a version wanted":       {Target: mustTarget(t, "", "7")},
		"where the others are enough":    {Target: mustTarget(t, wantedVersion, ""), MinReadyPercent: mustRat(t, "50")},
		"where it is sure to be another": {Target: mustTarget(t, "6.4.0-b1", "")},
	} {
		version := map[bool]string{true: oddVersion, false: "6.3.6"}[name != "where it is sure to be another"]
		if got := judge(t, gate, elementRow("1", "complete", version), elementRow("2", "init", formerVersion)); got.Hopeless || got.Ready {
			t.Errorf("%s: got hopeless %t and ready %t, want false", name, got.Hopeless, got.Ready)
		}
	}
}

func TestReadyPercentIsReadAsAPercentage(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0", "1", "1.5", "99.95", "100", "33.333333333333336"} {
		if got, err := ParseReadyPercent(text); err != nil || got.Cmp(mustRat(t, text)) != 0 {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"0.95":   "The value is a percentage, and less than 1%. Write 95 for 95%.",
		"0.999":  "The value is a percentage, and less than 1%. Write 99.9 for 99.9%.",
		"0.01":   "The value is a percentage, and less than 1%. Write 1 for 1%.",
		"0.001":  "The value is a percentage, and less than 1%. Write a number such as 95 for 95%.",
		"-0.5":   "It is not a percentage from 0 to 100. Write a number such as 95 for 95%.",
		"100.01": "It is not a percentage from 0 to 100. Write a number such as 95 for 95%.",
		"+Inf":   "It is not a percentage from 0 to 100. Write a number such as 95 for 95%.",
		"":       "It is not a percentage from 0 to 100. Write a number such as 95 for 95%.",
	} {
		_, err := ParseReadyPercent(text)
		if got := argumentError(t, err).Error(); got != fmt.Sprintf("percentage of ready elements = %q: %s", text, want) {
			t.Errorf("%s: got %s, want %q", text, got, want)
		}
	}
}

func TestNewestRowOfAnElementCounts(t *testing.T) {
	t.Parallel()
	at := func(state string, updated, created, etag int64) imagestatus.Status {
		row := elementRow("1", state, wantedVersion)
		row.UpdatedOnUTC, row.CreatedOnUTC, row.Etag = &updated, &created, &etag
		return row
	}
	null := elementRow("1", "failed", wantedVersion)
	for _, test := range []struct {
		name string
		rows []imagestatus.Status
		want Class
	}{
		{"by update", []imagestatus.Status{at("failed", 1, 9, 9), at("complete", 2, 1, 1)}, ClassReady},
		{"the creation does not tell", []imagestatus.Status{at("failed", 1, 1, 9), at("complete", 1, 2, 1)}, ClassFailed},
		{"nor does the version of the object", []imagestatus.Status{at("failed", 1, 1, 1), at("complete", 1, 1, 2)}, ClassFailed},
		{"a null is oldest", []imagestatus.Status{null, at("complete", 1, 0, 0)}, ClassReady},
		{"of equally new ones the worse", []imagestatus.Status{at("complete", 1, 1, 1), at("failed", 1, 1, 1)}, ClassFailed},
		{"unrecognized is worse than failed", []imagestatus.Status{at("failed", 1, 1, 1), at("invalid", 1, 1, 1)}, ClassUnrecognized},
		{"stamps that a float cannot tell apart", []imagestatus.Status{at("failed", 17739352012230004, 0, 0), at("complete", 17739352012230005, 0, 0)}, ClassReady},
	} {
		for range 2 {
			slices.Reverse(test.rows)
			got := judge(t, Gate{MaxBlocking: 9}, test.rows...)
			one := countsOf(map[Class]int64{test.want: 1})
			if got.Counts != one || (len(got.Blocking) == 0) != (test.want == ClassReady) {
				t.Errorf("%s: got %+v and %d blocking elements, want one element that is %s", test.name, got.Counts, len(got.Blocking), test.want)
			}
		}
	}
}

func TestVerdictIsOneForEveryOrderThatRowsCameIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 0, 12).Draw(t, "rows")
		for i := range rows {
			rows[i].UpgradeState = rapid.Ptr(rapid.SampledFrom([]string{"complete", "failed", "init", "download", "odd", "odder"}), true).Draw(t, "state")
		}
		gate := Gate{
			MaxBlocking: rapid.IntRange(0, 6).Draw(t, "max_blocking_elements"),
			ElementIDs:  rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "A", "b", "c", "d"}), 0, 4, rapid.ID[string]).Draw(t, "element_ids"),
		}
		if rapid.Bool().Draw(t, "with target") {
			gate.Target = Target{ImageID: "a"}
		}
		got := judge(t, gate, rows...)
		shuffled := rapid.Permutation(rows).Draw(t, "shuffled")
		if diff := cmp.Diff(got, judge(t, gate, shuffled...)); diff != "" {
			t.Fatalf("%s in another order (-first +second):\n%s", rowTexts(rows...), diff)
		}
		if want := naiveCounts(gate, rows); got.Counts != want {
			t.Fatalf("%s: got %+v, want %+v", rowTexts(rows...), got.Counts, want)
		}
	})
}

func TestEquallyNewRowsThatDifferInTheirTextAreShownInOneWay(t *testing.T) {
	t.Parallel()
	one, other := elementRow("1", "failed", wantedVersion), elementRow("1", "failed", wantedVersion)
	one.FailureInfo, other.FailureInfo = new("disk full"), new("timeout")
	for _, rows := range [][]imagestatus.Status{{one, other}, {other, one}} {
		got := judge(t, Gate{MaxBlocking: 9}, rows...).Blocking
		if len(got) != 1 || deref(got[0].FailureInfo) != "disk full" {
			t.Errorf("got %q, want one element with the text that sorts first", got)
		}
	}
}

// naiveCounts holds every row against every other one.
func naiveCounts(gate Gate, rows []imagestatus.Status) Counts {
	byClass := make(map[Class]int64)
	class := func(row *imagestatus.Status) Class {
		if deref(row.ElementID) == "" {
			return ClassUnrecognized
		}
		state := "-"
		if row.UpgradeState != nil {
			state = *row.UpgradeState
		}
		return classOf(state, gate.Target.ImageID == "" || deref(row.ActiveImageID) == gate.Target.ImageID)
	}
	worst := []Class{ClassUnrecognized, ClassFailed, ClassPending, ClassReady}
	age := func(row *imagestatus.Status) []int64 {
		return []int64{deref(row.UpdatedOnUTC), int64(-slices.Index(worst, class(row)))}
	}
	named := make(map[string]bool)
	for i := range rows {
		id := deref(rows[i].ElementID)
		counts := true
		for j := range rows {
			if id != "" && i != j && deref(rows[j].ElementID) == id {
				order := slices.Compare(age(&rows[i]), age(&rows[j]))
				counts = counts && (order > 0 || (order == 0 && i < j))
			}
		}
		if counts {
			byClass[class(&rows[i])]++
		}
		named[id] = true
	}
	for _, id := range gate.ElementIDs {
		if !named[id] {
			byClass[ClassMissing]++
			named[id] = true
		}
	}
	return countsOf(byClass)
}

func TestBlockingElementsAreTheWorstOfAll(t *testing.T) {
	t.Parallel()
	states := []string{"complete", "init", "downloading", "installing", "failed", "upgrade_abort", "invalid", "odd", "-"}
	target := mustTarget(t, wantedVersion, "")
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		most := rapid.IntRange(0, 30).Draw(t, "max_blocking_elements")
		elements := rapid.IntRange(0, 300).Draw(t, "elements")
		twice := min(elements, rapid.IntRange(0, spareBlockers).Draw(t, "elements with an older row"))
		draw := func(i int, updated int64) imagestatus.Status {
			row := elementRow(strconv.Itoa(i), states[random.IntN(len(states))], []string{wantedVersion, formerVersion}[random.IntN(2)])
			row.UpdatedOnUTC = &updated
			return row
		}
		var rows []imagestatus.Status
		for i := range elements {
			rows = append(rows, draw(i, 2))
		}
		newest := slices.Clone(rows)
		for i := range twice {
			rows = append(rows, draw(i, 1))
		}
		random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		got := judge(t, Gate{Target: target, MaxBlocking: most, ElementIDs: []string{"none"}}, rows...)
		want := worstFirst(target, newest, "none")
		if shown := want[:min(len(want), most)]; !slices.Equal(blockerIDs(got.Blocking), shown) {
			t.Fatalf("got %q, want %q", blockerIDs(got.Blocking), shown)
		}
		if truncated := len(want) > most; got.BlockingTruncated != truncated {
			t.Fatalf("%d of %d: truncated %t, want %t", len(got.Blocking), len(want), got.BlockingTruncated, truncated)
		}
	})
}

// worstFirst sorts all elements that are not ready.
func worstFirst(target Target, rows []imagestatus.Status, missing ...string) []string {
	type place struct {
		class, phase int
		id           string
	}
	classes := []Class{ClassUnrecognized, ClassFailed, ClassLeftOut, ClassMissing, ClassDisconnected, ClassPending}
	var places []place
	for i := range rows {
		state := "-"
		if rows[i].UpgradeState != nil {
			state = *rows[i].UpgradeState
		}
		if class := classOf(state, target.Reached(&rows[i])); class != ClassReady {
			places = append(places, place{slices.Index(classes, class), slices.Index(imagestatus.Phases(), rows[i].Phase()), rows[i].Element()})
		}
	}
	for _, id := range missing {
		places = append(places, place{3, len(imagestatus.Phases()), id})
	}
	slices.SortFunc(places, func(a, b place) int {
		return slices.Compare([]string{fmt.Sprintf("%d %02d", a.class, a.phase), a.id}, []string{fmt.Sprintf("%d %02d", b.class, b.phase), b.id})
	})
	ids := make([]string, len(places))
	for i := range places {
		ids[i] = places[i].id
	}
	return ids
}

func blockerIDs(blocking []Blocker) []string {
	ids := make([]string, len(blocking))
	for i := range blocking {
		ids[i] = blocking[i].ElementID
	}
	return ids
}

func TestBlockingElementsAreTheWorstWhereEachElementHasAHistory(t *testing.T) {
	t.Parallel()
	// Rows come sorted by element, up to five for each, the oldest first.
	var rows, newest []imagestatus.Status
	for i := range 2000 {
		for age, state := range []string{"failed", "invalid", "install_failed", "failed", []string{"complete", "init", "failed"}[i%3]} {
			row := elementRow(fmt.Sprintf("%04d", i), state, wantedVersion)
			row.UpdatedOnUTC = new(int64(age))
			rows = append(rows, row)
		}
		newest = append(newest, rows[len(rows)-1])
	}
	got := judge(t, Gate{MaxBlocking: 20}, rows...)
	if want := worstFirst(Target{}, newest)[:20]; !slices.Equal(blockerIDs(got.Blocking), want) {
		t.Errorf("got %q, want %q", blockerIDs(got.Blocking), want)
	}
}

func TestClearedElementsNeverBlockHoweverManyThereAre(t *testing.T) {
	t.Parallel()
	tally := Gate{MaxBlocking: 20}.StartTally()
	add := func(id int, state string, updated int64) {
		row := elementRow(fmt.Sprintf("%04d", id), state, wantedVersion)
		row.UpdatedOnUTC = &updated
		if err := tally.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	for id := range 500 {
		add(id, "failed", 1)
	}
	for id := range 400 {
		add(id, "complete", 2)
	}
	got := tally.Verdict(nil)
	if want := (Counts{Total: 500, Ready: 400, Failed: 100}); got.Counts != want || !got.BlockingTruncated {
		t.Errorf("got %+v, truncated %t; want %+v, true", got.Counts, got.BlockingTruncated, want)
	}
	for _, blocker := range got.Blocking {
		if blocker.ElementID < "0400" || blocker.Class != ClassFailed {
			t.Errorf("got the blocking element %s, which is ready", blocker)
		}
	}
}

func TestBlockingElementsHeldAreBounded(t *testing.T) {
	t.Parallel()
	tally := Gate{MaxBlocking: 3}.StartTally()
	for i := range 1000 {
		if err := tally.Add(elementRow(strconv.Itoa(i), "failed", wantedVersion)); err != nil {
			t.Fatal(err)
		}
		if held := len(tally.blocking); held > 3+spareBlockers {
			t.Fatalf("holds %d blocking elements after %d rows", held, i+1)
		}
	}
	if got := tally.Verdict(nil); len(got.Blocking) != 3 || !got.BlockingTruncated {
		t.Errorf("shows %d blocking elements, truncated %t; want 3, true", len(got.Blocking), got.BlockingTruncated)
	}
}

// oddTexts are what a controller might put into any field.
var oddTexts = map[string]string{
	"huge":      strings.Repeat("x", 1_000_000),
	"huge runs": strings.Repeat("é☃", 500_000),
	"nulls":     "a\x00b\x00",
	"controls":  "a\x1b[31mred\x07\r\nnext\tline\u0085\u2028\u2029end\u202e\u200b",
	"no text":   "a\xff\xfe\xc0b",
	"empty":     "",
	"quotes":    "\"`'${x}%{y}\\",
}

func TestEveryTextOfAVerdictIsOneShortPrintableLine(t *testing.T) {
	t.Parallel()
	for name, text := range oddTexts {
		row := imagestatus.Status{ElementID: &text, UpgradeState: &text, ActiveVersion: &text, FailureInfo: &text}
		named := elementRow("1", "failed", wantedVersion)
		named.FailureInfo = &text
		gate := Gate{Target: mustTarget(t, "6.3.6", ""), MaxBlocking: 9, ElementIDs: []string{"gone", text + "too"}}
		verdict := judge(t, gate, row, named)
		if len(verdict.Blocking) != 4 {
			t.Errorf("%s: got %d blocking elements, want 4", name, len(verdict.Blocking))
		}
		wantShortPrintableTexts(t, name, verdict)
	}
}

func TestNamesAndValuesOfADescriptionAreShownShortAndPrintable(t *testing.T) {
	t.Parallel()
	for name, text := range oddTexts {
		fleet := inventory.NewFleet([]inventory.Element{
			{ID: "1", Name: &text, SiteID: new("11"), Role: new("HUB")}, {ID: "2", Name: &text, SiteID: new("11")}, {ID: "3", Name: new(text + "3"), SiteID: new("11")},
		}, []inventory.Site{{ID: "11", Name: &text}})
		selected := fleet.Select(inventory.Where{Names: []string{text, text + "2", text + "3"}, SiteNames: []string{text}, Roles: []string{"HUB"}})
		gate := Gate{MaxBlocking: 9, Selected: &selected}
		failed := elementRow("1", "failed", wantedVersion)
		failed.FailureInfo = &text
		verdict := judgeNamed(t, gate, fleet, failed)
		if len(verdict.Reasons) < 2 {
			t.Errorf("%s: got the reasons %.500q, want more", name, verdict.Reasons)
		}
		wantShortPrintableTexts(t, name, verdict)
	}
}

func wantShortPrintableTexts(t *testing.T, name string, verdict Verdict) {
	t.Helper()
	bounded := map[string]int{verdict.Summary: 300, verdict.Worst(): 220, Progress{Verdict: &verdict}.String(): 400}
	for _, sentence := range append(verdict.Reasons, verdict.Remedies...) {
		bounded[sentence] = 600
	}
	for _, counts := range []map[string]int64{verdict.ByState, verdict.ByVersion} {
		for key := range counts {
			bounded[key] = 65
		}
	}
	for _, blocker := range verdict.Blocking {
		bounded[blocker.String()], bounded[blocker.Label], bounded[blocker.Why] = 700, 220, 300
		bounded[blocker.ElementID], bounded[deref(blocker.UpgradeState)], bounded[deref(blocker.ActiveVersion)] = 65, 65, 65
		bounded[deref(blocker.FailureInfo)], bounded[deref(blocker.Name)], bounded[deref(blocker.SiteName)] = 301, 129, 129
	}
	for shown, most := range bounded {
		unprintable := strings.ContainsFunc(shown, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) })
		if unprintable || !utf8.ValidString(shown) || utf8.RuneCountInString(shown) > most {
			t.Errorf("%s: shown as %.200q, want at most %d printable characters", name, shown, most)
		}
	}
}

func TestTextsAreShortened(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		most int
		want string
	}{
		{"", 3, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "abc…"},
		{"é☃é", 3, "é☃é"},
		{"é☃éx", 3, "é☃é…"},
		{"a\x00\n", 3, "a  "},
		{"a\x00\nb", 3, "a  …"},
		{"a\xff", 3, "a "},
		{"abc\x00", 3, "abc…"},
	} {
		if got := shorten(test.text, test.most); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

func TestElementsAreCountedByPhaseStateAndVersion(t *testing.T) {
	t.Parallel()
	rows := slices.Concat(
		elementRows(3, "c", "complete", wantedVersion), elementRows(2, "d", "done", formerVersion),
		elementRows(1, "n", "-", "-"), elementRows(2, "x", "odd", wantedVersion),
	)
	got := judge(t, Gate{ElementIDs: []string{"missing"}}, rows...)
	want := Verdict{
		ByPhase:   map[imagestatus.Phase]int64{imagestatus.PhaseSucceeded: 5, imagestatus.PhaseIdle: 1, imagestatus.PhaseUnknown: 2},
		ByState:   map[string]int64{"complete": 3, "done": 2, "none": 1, "odd": 2},
		ByVersion: map[string]int64{wantedVersion: 5, formerVersion: 2, "none": 1},
	}
	if diff := cmp.Diff(want, Verdict{ByPhase: got.ByPhase, ByState: got.ByState, ByVersion: got.ByVersion}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCountsByPhaseStateAndVersionAddUpToTheElements(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 0, 12).Draw(t, "rows")
		verdict := judge(t, Gate{ElementIDs: []string{"a", "x", "y"}}, rows...)
		want := verdict.Counts.Total - verdict.Counts.Missing
		var phases int64
		for _, count := range verdict.ByPhase {
			phases += count
		}
		if states, versions := sum(verdict.ByState), sum(verdict.ByVersion); phases != want || states != want || versions != want {
			t.Fatalf("%s: got %d by phase, %d by state and %d by version, want %d", rowTexts(rows...), phases, states, versions, want)
		}
	})
}

func sum(counts map[string]int64) int64 {
	var total int64
	for _, count := range counts {
		total += count
	}
	return total
}

func TestCountsByStateAndVersionAreBounded(t *testing.T) {
	t.Parallel()
	var rows []imagestatus.Status
	for i := range 60 {
		// 60 states and versions, of which the last are the most frequent.
		rows = append(rows, elementRows(1+i/10, fmt.Sprintf("%02d-", i), fmt.Sprintf("state%02d", i), fmt.Sprintf("6.3.%d-b1", i))...)
	}
	verdict := judge(t, Gate{}, rows...)
	for name, counts := range map[string]map[string]int64{"state": verdict.ByState, "version": verdict.ByVersion} {
		if len(counts) != 51 || sum(counts) != int64(len(rows)) || counts["other"] != 10 {
			t.Errorf("by %s: got %d keys, %d elements and %d others; want 51, %d and 10", name, len(counts), sum(counts), counts["other"], len(rows))
		}
	}
	if verdict.ByState["state59"] != 6 || verdict.ByState["state10"] != 2 {
		t.Errorf("got %v, want the most frequent states by name", verdict.ByState)
	}
	if strings.Contains(verdict.Reasons[0], "other\"") {
		t.Errorf("got the reason %q, want no made-up state in it", verdict.Reasons[0])
	}
}

func TestShareOfReadyElementsIsNeverRoundedUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(1, 1500).Draw(t, "total")
		ready := rapid.IntRange(max(0, total-40), total).Draw(t, "ready")
		rows := append(elementRows(ready, "r", "complete", wantedVersion), elementRows(total-ready, "p", "init", formerVersion)...)
		percent := judge(t, Gate{}, rows...).ReadyPercent
		shown := mustRat(t, strconv.FormatFloat(percent, 'f', -1, 64))
		exact := big.NewRat(int64(ready)*100, int64(total))
		above := new(big.Rat).Add(shown, big.NewRat(1, 100))
		if shown.Cmp(exact) > 0 || above.Cmp(exact) <= 0 {
			t.Fatalf("%d of %d: got %v %%, want it rounded down to two decimals", ready, total, percent)
		}
	})
	if got := judge(t, Gate{}).ReadyPercent; got != 0 {
		t.Errorf("0 of 0: got %v, want 0", got)
	}
}

func TestVersionsThatAreTooLongAreJudgedAndNotRemembered(t *testing.T) {
	t.Parallel()
	// Leading zeros make one of the hundred, 6.3.6-b9, the target.
	long := func(i int) string { return fmt.Sprintf("%s%06d", strings.Repeat("0", maxKeyRunes-8), i) + ".3.6-b9" }
	tally := Gate{Target: mustTarget(t, wantedVersion, "")}.StartTally()
	for i := range 100 {
		if err := tally.Add(elementRow(strconv.Itoa(i), "complete", long(i))); err != nil {
			t.Fatal(err)
		}
	}
	if len(tally.matches) != 0 {
		t.Errorf("%d versions longer than %d characters are remembered", len(tally.matches), maxKeyRunes)
	}
	if err := tally.Add(elementRow("short", "complete", wantedVersion)); err != nil {
		t.Fatal(err)
	}
	if counts := tally.Verdict(nil).Counts; counts.Ready != 2 || counts.Pending != 99 || len(tally.matches) != 1 {
		t.Errorf("got %+v with %d versions remembered, want 2 elements ready, 99 pending and 1 version", counts, len(tally.matches))
	}
}
