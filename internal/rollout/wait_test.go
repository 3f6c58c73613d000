package rollout

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// startOfBubble is when time begins in a synctest bubble.
var startOfBubble = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

var (
	errAway    = errors.New("the controller is away")
	errRefused = errors.New("the sign-in is refused")
)

// scriptedLook is one look's outcome, and how long it takes.
type scriptedLook struct {
	verdict Verdict
	err     error
	takes   time.Duration
}

var (
	openVerdict     = Verdict{Ready: true, Summary: "open: 50/50 ready (100%)", ReadyPercent: 100, Counts: Counts{Total: 50, Ready: 50}}
	closedVerdict   = Verdict{Summary: "closed", Reasons: []string{"Pending."}, ReadyPercent: 74, Counts: Counts{Total: 50, Ready: 37, Pending: 12, Failed: 1}}
	hopelessVerdict = Verdict{Summary: "closed for good", Hopeless: true, Reasons: []string{"Failed."}, Counts: Counts{Total: 1, Failed: 1}}

	seesOpen     = scriptedLook{verdict: openVerdict}
	seesClosed   = scriptedLook{verdict: closedVerdict}
	seesHopeless = scriptedLook{verdict: hopelessVerdict}
	seesNothing  = scriptedLook{err: errAway}
	isRefused    = scriptedLook{err: errRefused}
)

// observed is what a wait did.
type observed struct {
	// looks are the times at which looks began, since the start; ends those at
	// which they ended.
	looks, ends []time.Duration
	reports     []string
}

// until waits through a script in a bubble of its own.
func until(t *testing.T, wait Wait, script ...scriptedLook) (verdict Verdict, seen observed, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { verdict, seen, err = untilIn(t.Context(), wait, script...) })
	return verdict, seen, err
}

// untilIn waits through a script, whose last look repeats for ever.
func untilIn(ctx context.Context, wait Wait, script ...scriptedLook) (Verdict, observed, error) {
	var seen observed
	since := func() time.Duration { return time.Since(startOfBubble) }
	verdict, err := wait.Until(ctx, Observer{
		Read: func(context.Context) (Verdict, error) {
			look := script[min(len(seen.looks), len(script)-1)]
			seen.looks = append(seen.looks, since())
			time.Sleep(look.takes)
			seen.ends = append(seen.ends, since())
			return look.verdict, look.err
		},
		Transient: func(err error) bool { return errors.Is(err, errAway) },
		Report:    func(progress Progress) { seen.reports = append(seen.reports, progress.String()) },
	})
	return verdict, seen, err
}

func seconds(counts ...int) []time.Duration {
	durations := make([]time.Duration, len(counts))
	for i, count := range counts {
		durations[i] = time.Duration(count) * time.Second
	}
	return durations
}

func TestWaitEndsAtTheRightLook(t *testing.T) {
	t.Parallel()
	const interval = 30 * time.Second
	for _, test := range []struct {
		name           string
		hold, deadline time.Duration
		script         []scriptedLook
		looks          []time.Duration
		ready          bool
		err            error
	}{
		{name: "open at once", script: []scriptedLook{seesOpen}, looks: seconds(0), ready: true},
		{name: "opens later", script: []scriptedLook{seesClosed, seesClosed, seesOpen}, looks: seconds(0, 30, 60), ready: true},
		{name: "holds for whole intervals", hold: time.Minute, script: []scriptedLook{seesOpen}, looks: seconds(0, 30, 60), ready: true},
		{name: "holds for less than an interval", hold: 10 * time.Second, script: []scriptedLook{seesClosed, seesOpen}, looks: seconds(0, 30, 40), ready: true},
		{name: "holds for no whole number of intervals", hold: 45 * time.Second, script: []scriptedLook{seesOpen}, looks: seconds(0, 30, 45), ready: true},
		{
			name: "hold restarts when the fleet falls back", hold: 45 * time.Second,
			script: []scriptedLook{seesOpen, seesOpen, seesClosed, seesOpen}, looks: seconds(0, 30, 45, 75, 105, 120), ready: true,
		},
		{
			name: "hold restarts when a look fails", hold: 45 * time.Second,
			script: []scriptedLook{seesOpen, seesOpen, seesNothing, seesOpen}, looks: seconds(0, 30, 45, 75, 105, 120), ready: true,
		},
		{name: "hopeless at once", script: []scriptedLook{seesHopeless}, looks: seconds(0)},
		{name: "hopeless later", hold: time.Hour, script: []scriptedLook{seesOpen, seesHopeless}, looks: seconds(0, 30)},
		{name: "survives passing errors", script: []scriptedLook{seesNothing, seesNothing, seesOpen}, looks: seconds(0, 30, 60), ready: true},
		{name: "ends at another error", script: []scriptedLook{seesClosed, seesNothing, isRefused}, looks: seconds(0, 30, 60), err: errRefused},
		{name: "another error while held open", hold: time.Hour, script: []scriptedLook{seesOpen, isRefused}, looks: seconds(0, 30), err: errRefused},
		{name: "never opens", deadline: 100 * time.Second, script: []scriptedLook{seesClosed}, looks: seconds(0, 30, 60, 90, 95), err: ErrDeadline},
		{name: "deadline just at the next check", deadline: time.Minute, script: []scriptedLook{seesClosed}, looks: seconds(0, 30, 55), err: ErrDeadline},
		{name: "deadline before a second look", deadline: time.Second, script: []scriptedLook{seesClosed}, looks: seconds(0), err: ErrDeadline},
		{name: "deadline before the hold is over", hold: time.Hour, deadline: time.Minute, script: []scriptedLook{seesOpen}, looks: seconds(0, 30, 55), err: ErrDeadline},
		{name: "deadline just when the hold is over", hold: time.Minute, deadline: time.Minute, script: []scriptedLook{seesOpen}, looks: seconds(0, 30, 55), err: ErrDeadline},
		{name: "hold over before the deadline", hold: time.Minute, deadline: 61 * time.Second, script: []scriptedLook{seesOpen}, looks: seconds(0, 30, 60), ready: true},
		{name: "never answers", deadline: time.Minute, script: []scriptedLook{seesNothing}, looks: seconds(0, 30, 55), err: ErrDeadline},
		{
			name: "looks that take long", deadline: 100 * time.Second, script: []scriptedLook{{verdict: closedVerdict, takes: 20 * time.Second}},
			looks: seconds(0, 50, 95), err: ErrDeadline,
		},
	} {
		wait := Wait{Interval: interval, Hold: test.hold}
		if test.deadline > 0 {
			wait.Deadline = startOfBubble.Add(test.deadline)
		}
		verdict, seen, err := until(t, wait, test.script...)
		if !slices.Equal(seen.looks, test.looks) {
			t.Errorf("%s: looked at %v, want %v", test.name, seen.looks, test.looks)
		}
		if verdict.Ready != test.ready || !errors.Is(err, test.err) {
			t.Errorf("%s: got ready %t and the error %v, want %t and %v", test.name, verdict.Ready, err, test.ready, test.err)
		}
		if got, want := len(seen.reports), len(test.looks)-1; got != want {
			t.Errorf("%s: got %d reports, want %d, one of each look but the last", test.name, got, want)
		}
		if verdict.Ready != strings.HasPrefix(verdict.Summary, "open") || !verdict.Ready && verdict.Summary != "" && len(verdict.Reasons) == 0 {
			t.Errorf("%s: got ready %t with the summary %q and the reasons %q", test.name, verdict.Ready, verdict.Summary, verdict.Reasons)
		}
	}
}

func TestDeadlineGivesTheLastVerdictClosed(t *testing.T) {
	t.Parallel()
	closedBy := func(why, reason string) Verdict {
		verdict := openVerdict
		verdict.Ready, verdict.Summary = false, "closed: 50/50 ready (100%), "+why
		verdict.Reasons, verdict.Remedies = []string{reason}, []string{"Allow more time in timeouts, or shorten hold."}
		return verdict
	}
	for _, test := range []struct {
		name   string
		script []scriptedLook
		want   Verdict
		err    string
	}{
		{"closed", []scriptedLook{seesClosed}, closedVerdict, "the deadline passed before the gate opened"},
		{
			"held open for too short a time", []scriptedLook{seesClosed, seesOpen},
			closedBy("not open for long enough", "The gate has been open for 55 s, and must stay open for 5 m."), "the deadline passed before the gate opened",
		},
		{
			"open, then away", []scriptedLook{seesOpen, seesNothing},
			closedBy("then a check failed", "The gate was open, but a later check of the fleet failed, so that it is not known whether it still is."),
			"the deadline passed before the gate opened\nthe controller is away",
		},
		{"closed, then away", []scriptedLook{seesClosed, seesNothing}, closedVerdict, "the deadline passed before the gate opened\nthe controller is away"},
		{"always away", []scriptedLook{seesNothing}, Verdict{}, "the deadline passed before the gate opened\nthe controller is away"},
	} {
		wait := Wait{Interval: 30 * time.Second, Hold: 5 * time.Minute, Deadline: startOfBubble.Add(90 * time.Second)}
		verdict, _, err := until(t, wait, test.script...)
		if diff := cmp.Diff(test.want, verdict); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if err == nil || err.Error() != test.err || !errors.Is(err, ErrDeadline) {
			t.Errorf("%s: got the error %q, want %q", test.name, err, test.err)
		}
	}
	if openVerdict.Reasons != nil || !openVerdict.Ready {
		t.Error("the look's own verdict was changed")
	}
}

func TestCancellingEndsTheWaitAtOnce(t *testing.T) {
	t.Parallel()
	for _, script := range [][]scriptedLook{{seesClosed}, {seesOpen}, {seesNothing}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(90*time.Second, cancel)
			verdict, seen, err := untilIn(ctx, Wait{Interval: time.Minute, Hold: time.Hour}, script...)
			if !errors.Is(err, context.Canceled) || verdict.Ready || !slices.Equal(seen.looks, seconds(0, 60)) {
				t.Errorf("during a sleep: got ready %t, %v and looks at %v; want false, cancelled and two looks", verdict.Ready, err, seen.looks)
			}
			if took := time.Since(startOfBubble); took != 90*time.Second {
				t.Errorf("during a sleep: the wait ended after %v, want 1m30s", took)
			}
			if judged := script[0].err == nil; judged == (verdict.Summary == "") {
				t.Errorf("during a sleep: got the verdict %q, want the last there was", verdict.Summary)
			}
		})
	}
}

func TestContextThatEndsDuringALookOpensNoGate(t *testing.T) {
	t.Parallel()
	for _, look := range []scriptedLook{seesOpen, seesClosed, seesNothing, isRefused} {
		for before, first := range map[string]scriptedLook{"open": seesOpen, "closed": seesClosed} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				looks := 0
				verdict, err := Wait{Interval: time.Minute, Hold: time.Hour}.Until(ctx, Observer{
					Read: func(context.Context) (Verdict, error) {
						looks++
						if looks == 1 {
							return first.verdict, nil
						}
						cancel()
						return look.verdict, look.err
					},
					Transient: func(err error) bool { return errors.Is(err, errAway) },
				})
				if !errors.Is(err, context.Canceled) || (look.err != nil && !errors.Is(err, look.err)) || verdict.Ready || strings.HasPrefix(verdict.Summary, "open") || looks != 2 {
					t.Errorf("%s before, then %v: got ready %t, %q, %v and %d looks; want a closed verdict, cancelled and two looks",
						before, look.err, verdict.Ready, verdict.Summary, err, looks)
				}
				cancel()
			})
		}
	}
}

func TestProgressIsOneLineOnWhatIsAndWhatComes(t *testing.T) {
	t.Parallel()
	const next, left = 30 * time.Second, time.Hour + 12*time.Minute + 9*time.Second
	one := Verdict{Ready: true, ReadyPercent: 100, Counts: Counts{Total: 1, Ready: 1}}
	all := Verdict{ReadyPercent: 20, Counts: Counts{Total: 10, Ready: 2, Pending: 1, Failed: 4, Unrecognized: 2, Missing: 1}}
	for _, test := range []struct {
		progress Progress
		want     string
	}{
		{Progress{Verdict: &closedVerdict, Next: next, Left: left}, "37/50 ready (74%), 12 pending, 1 failed; next check in 30 s, 1 h 12 m left"},
		{Progress{Verdict: &closedVerdict, Next: next, Left: -1}, "37/50 ready (74%), 12 pending, 1 failed; next check in 30 s"},
		{Progress{Verdict: &all, Next: next, Left: 0}, "2/10 ready (20%), 1 pending, 4 failed, 2 unrecognized, 1 missing; next check in 30 s, 0 s left"},
		{
			Progress{Verdict: &one, Next: next, Left: time.Hour, Held: 90 * time.Second, Hold: 5 * time.Minute},
			"1/1 ready (100%); open for 1 m 30 s of 5 m; next check in 30 s, 1 h left",
		},
		{
			Progress{Err: errors.New("status 503:\n" + strings.Repeat("x", 1_000_000)), Next: next, Left: 5 * time.Minute},
			"this check of the fleet failed: status 503: " + strings.Repeat("x", 288) + "…; next check in 30 s, 5 m left",
		},
	} {
		if got := test.progress.String(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestEveryLookButTheLastIsReported(t *testing.T) {
	t.Parallel()
	wait := Wait{Interval: 30 * time.Second, Hold: 45 * time.Second, Deadline: startOfBubble.Add(74*time.Minute + 30*time.Second)}
	_, seen, err := until(t, wait, seesClosed, seesNothing, seesOpen)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"37/50 ready (74%), 12 pending, 1 failed; next check in 30 s, 1 h 14 m left",
		"this check of the fleet failed: the controller is away; next check in 30 s, 1 h 14 m left",
		"50/50 ready (100%); open for 0 s of 45 s; next check in 30 s, 1 h 13 m left",
		"50/50 ready (100%); open for 30 s of 45 s; next check in 15 s, 1 h 13 m left",
	}
	if diff := cmp.Diff(want, seen.reports); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWaitNeedsNobodyToReportTo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		verdict, err := Wait{Interval: time.Second}.Until(t.Context(), Observer{
			Read: func(context.Context) (Verdict, error) {
				looks++
				return Verdict{Ready: looks == 3}, nil
			},
			Transient: func(error) bool { return false },
		})
		if !verdict.Ready || err != nil || looks != 3 {
			t.Errorf("got ready %t, %v and %d looks; want true, none and 3", verdict.Ready, err, looks)
		}
	})
}

func TestDurationsAreSpoken(t *testing.T) {
	t.Parallel()
	for duration, want := range map[time.Duration]string{
		0:                                   "0 s",
		499 * time.Millisecond:              "0 s",
		59_600 * time.Millisecond:           "1 m",
		30 * time.Second:                    "30 s",
		5 * time.Minute:                     "5 m",
		5*time.Minute + time.Second:         "5 m 1 s",
		time.Hour:                           "1 h",
		time.Hour + 59*time.Second:          "1 h",
		time.Hour + 12*time.Minute + 999999: "1 h 12 m",
		49*time.Hour + time.Minute:          "49 h 1 m",
	} {
		if got := spokenDuration(duration); got != want {
			t.Errorf("%v: got %q, want %q", duration, got, want)
		}
	}
}

func TestGateOpensOnlyAfterItWasOpenThroughoutTheHold(t *testing.T) {
	t.Parallel()
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		look := rapid.Custom(func(t *rapid.T) scriptedLook {
			look := rapid.SampledFrom([]scriptedLook{seesOpen, seesOpen, seesOpen, seesClosed, seesNothing, seesHopeless, isRefused}).Draw(t, "sees")
			look.takes = time.Duration(rapid.IntRange(0, 20).Draw(t, "takes")) * time.Second
			return look
		})
		script := rapid.SliceOfN(look, 1, 20).Draw(t, "script")
		draw := func(least, most int, name string) time.Duration {
			return time.Duration(rapid.IntRange(least, most).Draw(t, name)) * time.Second
		}
		wait := Wait{Interval: draw(1, 60, "interval"), Hold: draw(0, 120, "hold"), Deadline: startOfBubble.Add(draw(0, 400, "deadline"))}
		verdict, seen, err := until(outer, wait, script...)

		last := len(seen.looks) - 1
		at := func(i int) scriptedLook { return script[min(i, len(script)-1)] }
		held := time.Duration(-1)
		for i := last; i >= 0 && at(i).verdict.Ready; i-- {
			held = seen.ends[last] - seen.ends[i]
		}
		if want := held >= wait.Hold; verdict.Ready != want {
			t.Fatalf("open for %v of %v: got ready %t and %v, want %t", held, wait.Hold, verdict.Ready, err, want)
		}
		if verdict.Ready && err != nil {
			t.Fatalf("got ready beside the error %v", err)
		}
		for _, began := range seen.looks[1:] {
			if !startOfBubble.Add(began).Before(wait.Deadline) {
				t.Fatalf("looked at %v, with the deadline at %v", began, wait.Deadline.Sub(startOfBubble))
			}
		}
		for i := range last {
			if at(i).verdict.Hopeless || errors.Is(at(i).err, errRefused) {
				t.Fatalf("looked again after look %d, which decided", i)
			}
		}
		if err == nil && !verdict.Ready && !verdict.Hopeless {
			t.Fatalf("got neither an error nor a decision after looks at %v", seen.looks)
		}
	})
}
