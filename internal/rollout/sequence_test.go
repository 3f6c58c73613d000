package rollout

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

func judgeSequence(t testingT, sequence Sequence, rows ...imagestatus.Status) *SequenceTally {
	t.Helper()
	tally := sequence.StartTally()
	for _, row := range rows {
		if err := tally.Add(row); err != nil {
			t.Fatalf("add %s: %v", rowTexts(row), err)
		}
	}
	return tally
}

// outcome is what a table says about a sequence: for each wave "done" or
// "closed", and whether it may begin.
func outcome(verdict SequenceVerdict) string {
	var waves []string
	for _, wave := range verdict.Waves {
		word := "closed"
		if wave.Ready {
			word = "done"
		}
		if wave.MayBegin {
			word += " may begin"
		}
		waves = append(waves, word)
	}
	return strings.Join(waves, "|")
}

func TestWavesAreJudgedFromOneRead(t *testing.T) {
	t.Parallel()
	done := func(ids ...string) []imagestatus.Status { return rowsOf("complete", ids...) }
	waves := [][]string{{"1"}, {"2", "3"}, {"4", "5", "6"}}
	for name, test := range map[string]struct {
		gate      Gate
		waves     [][]string
		overrides map[int]Thresholds
		rows      []imagestatus.Status
		leftOut   []string
		want      string
		current   int
		summary   string
	}{
		"nothing is upgraded": {
			waves: waves, rows: rowsOf("downloading", "1", "2", "3", "4", "5", "6"),
			want: "closed may begin|closed|closed", current: 1,
			summary: "wave 1 of 3: 0/1 ready (0%), 1 pending; waves 2 and 3 are held",
		},
		"the first wave is done": {
			waves: waves, rows: append(done("1", "2"), rowsOf("failed", "3", "4", "5", "6")...),
			want: "done may begin|closed may begin|closed", current: 2,
			summary: "wave 2 of 3: 1/2 ready (50%), 1 failed; wave 3 is held",
		},
		"a wave that is done and not the ones before it": {
			waves: waves, rows: append(done("2", "3", "4", "5", "6"), rowsOf("failed", "1")...),
			want: "closed may begin|done|done", current: 1,
			summary: "wave 1 of 3: 0/1 ready (0%), 1 failed; waves 2 and 3 are held",
		},
		"the last wave is not done": {
			waves: waves, rows: append(done("1", "2", "3", "4", "5"), rowsOf("downloading", "6")...),
			want: "done may begin|done may begin|closed may begin", current: 3,
			summary: "wave 3 of 3: 2/3 ready (66.66%), 1 pending",
		},
		"all waves are done": {
			waves: waves, rows: done("1", "2", "3", "4", "5", "6"),
			want: "done may begin|done may begin|done may begin", summary: "done: 3 waves, 6 elements",
		},
		"more than two waves are held": {
			waves: [][]string{{"1"}, {"2"}, {"3"}, {"4"}}, rows: done("2", "3", "4"),
			want: "closed may begin|done|done|done", current: 1,
			summary: "wave 1 of 4: 0/1 ready (0%), 1 missing; waves 2 to 4 are held",
		},
		"an element without a row holds its wave": {
			waves: waves, rows: done("1", "2", "4", "5", "6"),
			want: "done may begin|closed may begin|done", current: 2,
			summary: "wave 2 of 3: 1/2 ready (50%), 1 missing; wave 3 is held",
		},
		"a row that names no element holds every wave": {
			waves: waves, rows: append(done("1", "2", "3", "4", "5", "6"), elementRow("-", "complete", wantedVersion)),
			want: "closed may begin|closed|closed", current: 1,
			summary: "wave 1 of 3: 1/2 ready (50%), 1 unrecognized; waves 2 and 3 are held",
		},
		"an element that is in no wave joins the last": {
			waves: waves, rows: append(done("1", "2", "3", "4", "5", "6"), rowsOf("pending", "7")...),
			want: "done may begin|done may begin|closed may begin", current: 3,
			summary: "wave 3 of 3: 3/4 ready (75%), 1 pending",
		},
		"a name that no element has holds every wave": {
			gate:  Gate{Selected: &inventory.Selected{Unmatched: []inventory.Unmatched{{Criterion: inventory.CriterionNames, Value: "x"}}}},
			waves: waves, rows: done("1", "2", "3", "4", "5", "6"),
			want: "closed may begin|closed|closed", current: 1,
			summary: "wave 1 of 3: 1/2 ready (50%), 1 missing; waves 2 and 3 are held",
		},
		"an empty selection": {
			waves: [][]string{{}, {}}, want: "closed may begin", current: 1, summary: "wave 1 of 1: 0/0 ready (0%)",
		},
		"no selection": {
			want: "closed may begin", current: 1, summary: "wave 1 of 1: 0/0 ready (0%)",
		},
		"waves without an element are left out": {
			waves: [][]string{{"1"}, {}, {"2"}, {}}, rows: done("1"),
			want: "done may begin|closed may begin", current: 2, summary: "wave 2 of 2: 0/1 ready (0%), 1 missing",
		},
		"an override opens its wave alone": {
			waves: waves, rows: append(done("1", "2", "4", "5"), rowsOf("failed", "3", "6")...),
			overrides: map[int]Thresholds{2: {MinReadyPercent: big.NewRat(50, 1), MaxFailed: new(int64(1))}},
			want:      "done may begin|done may begin|closed may begin", current: 3,
			summary: "wave 3 of 3: 2/3 ready (66.66%), 1 failed",
		},
		"an override closes its wave alone": {
			gate:  Gate{MinReadyPercent: big.NewRat(50, 1), MaxFailedPercent: big.NewRat(50, 1)},
			waves: waves, rows: append(done("1", "2", "4", "5"), rowsOf("failed", "3", "6")...),
			overrides: map[int]Thresholds{3: {MaxFailedPercent: big.NewRat(10, 1)}},
			want:      "done may begin|done may begin|closed may begin", current: 3,
			summary: "wave 3 of 3: 2/3 ready (66.66%), 1 failed",
		},
		"filters leave elements of a description out": {
			gate: Gate{Selected: &inventory.Selected{}}, waves: waves, rows: done("1", "2", "4", "5", "6"), leftOut: []string{"3"},
			want: "done may begin|done may begin|done may begin", summary: "done: 3 waves, 5 elements",
		},
		"filters leave elements asked for by id out": {
			waves: waves, rows: done("1", "2", "4", "5", "6"), leftOut: []string{"3"},
			want: "done may begin|closed may begin|done", current: 2,
			summary: "wave 2 of 3: 1/2 ready (50%), 1 left out; wave 3 is held",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tally := judgeSequence(t, test.gate.InWaves(test.waves, test.overrides), test.rows...)
			leftOut := make(map[string]bool)
			for _, id := range test.leftOut {
				leftOut[id] = true
			}
			tally.LeaveOut(leftOut)
			verdict := tally.Verdict(nil)
			if got := outcome(verdict); got != test.want {
				t.Errorf("got the waves %q, want %q", got, test.want)
			}
			if verdict.Current != test.current || verdict.Summary != test.summary {
				t.Errorf("got wave %d, %q; want wave %d, %q", verdict.Current, verdict.Summary, test.current, test.summary)
			}
		})
	}
}

func rowsOf(state string, ids ...string) []imagestatus.Status {
	var rows []imagestatus.Status
	for _, id := range ids {
		rows = append(rows, elementRow(id, state, wantedVersion))
	}
	return rows
}

func TestWaveListsTheElementsThatWereAskedFor(t *testing.T) {
	t.Parallel()
	gate := Gate{Selected: &inventory.Selected{}}
	tally := judgeSequence(t, gate.InWaves([][]string{{"1"}, {"3", "4"}}, nil), rowsOf("complete", "2", "1", "4")...)
	tally.LeaveOut(map[string]bool{"3": true})
	var got [][]string
	for _, wave := range tally.Verdict(nil).Waves {
		got = append(got, wave.ElementIDs)
	}
	if diff := cmp.Diff([][]string{{"1"}, {"2", "4"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := tally.Missing(); !slices.Equal(got, []string{"3"}) {
		t.Errorf("missing are %q, want 3", got)
	}
}

func TestReasonsOfAWaveSpeakOfTheWave(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		gate Gate
		rows []imagestatus.Status
		want string
	}{
		"too few elements": {Gate{MinElements: 3}, rowsOf("complete", "1", "2"), "Wave 1 has 2 elements (min_elements is 3)."},
		"no status yet":    {Gate{MinElements: 2}, rowsOf("complete", "1"), "1 of 2 elements of wave 1 has a status (min_elements is 2)."},
		"an empty wave":    {Gate{ElementIDs: []string{}}, nil, "Wave 1 has no element (min_elements is 1)."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			waves := [][]string{{"1", "2"}}
			if test.gate.ElementIDs != nil {
				waves = nil
			}
			reasons := judgeSequence(t, test.gate.InWaves(waves, nil), test.rows...).Verdict(nil).Waves[0].Reasons
			if !slices.Contains(reasons, test.want) {
				t.Errorf("the reasons are %q, want among them %q", reasons, test.want)
			}
		})
	}
}

func TestSequenceHasNoWaveBeyondItsEnds(t *testing.T) {
	t.Parallel()
	tally := Gate{}.InWaves([][]string{{"1"}, {"2"}}, nil).StartTally()
	for number, want := range map[int]bool{-1: false, 0: false, 1: true, 2: true, 3: false} {
		if got := tally.Wave(number) != nil; got != want {
			t.Errorf("wave %d: there is %t, want %t", number, got, want)
		}
	}
}

// What holds of every sequence, whatever the rule, the fleet and the rows.
func TestClosedWaveNeverLetsALaterOneBegin(t *testing.T) {
	t.Parallel()
	held, begun := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		fleet := drawElements(t)
		gate := drawGate(t, fleet)
		gate.MinElements = 1
		if gate.Selected != nil {
			gate.Selected = &inventory.Selected{}
		}
		waves := make([][]string, rapid.IntRange(0, 4).Draw(t, "number of waves"))
		for _, id := range []string{"1", "2", "3", "4", "8"} {
			if len(waves) > 0 {
				at := rapid.IntRange(0, len(waves)-1).Draw(t, "wave of "+id)
				waves[at] = append(waves[at], id)
			}
		}
		rows := rapid.SliceOfN(rapid.Custom(drawFleetRow), 0, 12).Draw(t, "rows")
		leftOut := map[string]bool{"2": rapid.Bool().Draw(t, "2 is left out"), "8": rapid.Bool().Draw(t, "8 is left out")}
		tally := judgeSequence(t, gate.InWaves(waves, nil), rows...)
		tally.LeaveOut(leftOut)
		verdict := tally.Verdict(fleet)

		mayBegin, current, total := true, 0, int64(0)
		for i, wave := range verdict.Waves {
			if wave.Number != i+1 || wave.MayBegin != mayBegin {
				t.Fatalf("wave %d at place %d may begin: %t, want %t: %s", wave.Number, i+1, wave.MayBegin, mayBegin, outcome(verdict))
			}
			if wave.Counts.Total == 0 && wave.Ready {
				t.Fatalf("wave %d is done without an element", wave.Number)
			}
			mayBegin = mayBegin && wave.Ready
			if !wave.Ready && current == 0 {
				current = wave.Number
			}
			total += wave.Counts.Total
		}
		if mayBegin {
			begun++
		} else {
			held++
		}
		if verdict.Current != current || verdict.Done() != (current == 0) || verdict.Summary == "" {
			t.Fatalf("current is %d, want %d: %q", verdict.Current, current, verdict.Summary)
		}
		// One gate over all of it counts as much as the waves do together.
		whole := gate
		whole.ElementIDs = slices.Concat(waves...)
		if whole.ElementIDs == nil {
			whole.ElementIDs = []string{}
		}
		want := judgeLeavingOut(t, whole, fleet, leftOut, rows...)
		if want.Counts.Total != total {
			t.Fatalf("the waves have %d elements, one gate has %d", total, want.Counts.Total)
		}
		for phase, count := range want.ByPhase {
			for _, wave := range verdict.Waves {
				count -= wave.ByPhase[phase]
			}
			if count != 0 {
				t.Fatalf("the waves lack %d elements in phase %s", count, phase)
			}
		}
	})
	if held == 0 || begun == 0 {
		t.Errorf("%d sequences were held and %d were done, want some of each", held, begun)
	}
}

func TestSequenceIsOneForEveryOrderOfRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fleet := drawElements(t)
		gate := drawGate(t, fleet)
		gate.Selected = nil
		sequence := gate.InWaves([][]string{{"1", "2"}, {"3", "8"}}, nil)
		rows := rapid.SliceOfN(rapid.Custom(drawFleetRow), 0, 10).Draw(t, "rows")
		want := judgeSequence(t, sequence, rows...).Verdict(fleet)
		got := judgeSequence(t, sequence, rapid.Permutation(rows).Draw(t, "shuffled")...).Verdict(fleet)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s in another order (-first +second):\n%s", rowTexts(rows...), diff)
		}
	})
}

func BenchmarkSequence(b *testing.B) {
	waves := make([][]string, 4)
	rows := elementRows(5000, "1", "complete", wantedVersion)
	for i, row := range rows {
		waves[i%4] = append(waves[i%4], row.Element())
	}
	for b.Loop() {
		if verdict := judgeSequence(b, Gate{}.InWaves(waves, nil), rows...).Verdict(nil); !verdict.Done() {
			b.Fatal(verdict.Summary)
		}
	}
}
