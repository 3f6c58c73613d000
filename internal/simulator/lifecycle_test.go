package simulator_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// oneElement is a simulator whose only element was upgraded long ago.
func oneElement(t *testing.T) (*simulator.Simulator, string) {
	t.Helper()
	s := simulate(t, simulator.Options{Elements: 1})
	return s, s.ElementIDs()[0]
}

func upgrade(t rapid.TB, s *simulator.Simulator, elements []string, plan simulator.Plan) {
	t.Helper()
	if err := s.Upgrade(elements, simulator.TargetImage(), plan); err != nil {
		t.Fatal(err)
	}
}

func TestEveryStateIsReachedByAPath(t *testing.T) {
	t.Parallel()
	reached := make(map[imagestatus.State]bool)
	for _, path := range simulator.Paths() {
		for _, state := range path.States() {
			reached[state] = true
		}
	}
	for _, state := range imagestatus.States() {
		if !reached[state] {
			t.Errorf("no path reaches %s", state)
		}
		delete(reached, state)
	}
	if len(reached) > 0 {
		t.Errorf("paths pass through states that are not listed: %v", reached)
	}
}

func TestPathsPassThroughTheirStatesInOrder(t *testing.T) {
	t.Parallel()
	for _, path := range simulator.Paths() {
		t.Run(string(path), func(t *testing.T) {
			t.Parallel()
			s, element := oneElement(t)
			before := s.Rows()[0]
			upgrade(t, s, []string{element}, simulator.Plan{Path: path})
			var states []imagestatus.State
			etag, percent := *before.Etag, int64(0)
			for range 20 * 60 {
				row := s.Rows()[0]
				if len(states) == 0 || states[len(states)-1] != row.State() {
					states = append(states, row.State())
				}
				if *row.Etag < etag || *row.DownloadPercent < percent || *row.DownloadPercent > 100 {
					t.Fatalf("in %s _etag goes from %d to %d, download_percent from %d to %d", row.State(), etag, *row.Etag, percent, *row.DownloadPercent)
				}
				etag, percent = *row.Etag, *row.DownloadPercent
				s.Advance(time.Second)
			}
			if diff := cmp.Diff(path.States(), states); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			checkEnd(t, before, s.Rows()[0])
		})
	}
}

// checkEnd holds the row at the end of a path to what the end means.
func checkEnd(t *testing.T, before, after imagestatus.Status) {
	t.Helper()
	target := simulator.TargetImage()
	succeeded, failed := after.Phase() == imagestatus.PhaseSucceeded, after.Phase() == imagestatus.PhaseFailed
	if failed != (after.FailureInfo != nil) {
		t.Errorf("%s has failure_info %v", after.State(), after.FailureInfo)
	}
	if *after.UpgradeImageID != target.ID || *after.ID == *before.ID || *after.UpdatedOnUTC <= *before.UpdatedOnUTC {
		t.Errorf("the row does not show the upgrade: %+v", after)
	}
	if !succeeded {
		if *after.ActiveVersion != *before.ActiveVersion || *after.RollbackVersion != *before.RollbackVersion {
			t.Errorf("%s changes the running version", after.State())
		}
		return
	}
	if *after.ActiveVersion != target.Version || *after.ActiveImageID != target.ID ||
		*after.PreviousImageID != *before.ActiveImageID || *after.RollbackVersion != *before.ActiveVersion ||
		*after.SoftwareVersionChangeTime <= *before.SoftwareVersionChangeTime {
		t.Errorf("success is not shown: before %+v\nafter %+v", before, after)
	}
}

func TestRowsDependOnTheTimeAndNotOnHowItPassed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		path := rapid.SampledFrom(simulator.Paths()).Draw(rt, "path")
		total := time.Duration(rapid.Int64Range(0, int64(20*time.Minute)).Draw(rt, "total"))
		split := time.Duration(rapid.Int64Range(0, int64(total)).Draw(rt, "split"))
		var rows [2][]imagestatus.Status
		for i, steps := range [][]time.Duration{{total}, {split, total - split}} {
			s := simulate(rt, simulator.Options{Elements: 1})
			upgrade(rt, s, s.ElementIDs(), simulator.Plan{Path: path})
			for _, step := range steps {
				s.Advance(step)
				rows[i] = s.Rows()
			}
		}
		if diff := cmp.Diff(rows[0], rows[1]); diff != "" {
			rt.Errorf("rows (-one step +two steps):\n%s", diff)
		}
	})
}

func TestPlansDelayStretchAndSchedule(t *testing.T) {
	t.Parallel()
	at := simulator.DefaultStart.Add
	for _, test := range []struct {
		name string
		plan simulator.Plan
		want map[time.Duration]imagestatus.State
	}{
		{"delay", simulator.Plan{Delay: time.Minute}, map[time.Duration]imagestatus.State{59 * time.Second: "complete", time.Minute: "init"}},
		{"pace", simulator.Plan{Pace: 3}, map[time.Duration]imagestatus.State{59 * time.Second: "init", time.Minute: "download_init"}},
		{"schedule", simulator.Plan{Path: simulator.PathScheduled, DownloadAt: at(time.Hour), UpgradeAt: at(3 * time.Hour)}, map[time.Duration]imagestatus.State{
			59 * time.Minute: "waiting_download_time", time.Hour: "downloading", 2 * time.Hour: "waiting_install_time", 3 * time.Hour: "installing", 4 * time.Hour: "complete",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for after, want := range test.want {
				s, element := oneElement(t)
				upgrade(t, s, []string{element}, test.plan)
				s.Advance(after)
				if got := s.Rows()[0].State(); got != want {
					t.Errorf("after %s: %s, want %s", after, got, want)
				}
			}
		})
	}
}

func TestScheduledTimesAreShown(t *testing.T) {
	t.Parallel()
	s, element := oneElement(t)
	upgrade(t, s, []string{element}, simulator.Plan{Path: simulator.PathScheduled, DownloadAt: s.Now().Add(time.Hour), UpgradeAt: s.Now().Add(25 * time.Hour)})
	row := s.Rows()[0]
	if *row.ScheduledDownload != "08-21-2026 03:00:00" || *row.ScheduledUpgrade != "08-22-2026 03:00:00" {
		t.Errorf("scheduled for %s and %s", *row.ScheduledDownload, *row.ScheduledUpgrade)
	}
}

func TestStaggerStartsElementsOneAfterAnother(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Elements: 4})
	upgrade(t, s, s.ElementIDs(), simulator.Plan{Stagger: time.Minute})
	s.Advance(90 * time.Second)
	begun := 0
	for _, row := range s.Rows() {
		if *row.UpgradeImageID == simulator.TargetImage().ID {
			begun++
		}
	}
	if begun != 2 {
		t.Errorf("%d elements have begun after 90 s, want 2", begun)
	}
}

func TestEditsEndALifecycleAndShowAtOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		after time.Duration
		edit  func(s *simulator.Simulator, element string) error
		state imagestatus.State
	}{
		{"fail while downloading", 2 * time.Minute, func(s *simulator.Simulator, e string) error { return s.Fail(e, "broken") }, "download_failed"},
		{"fail while installing", 7 * time.Minute, func(s *simulator.Simulator, e string) error { return s.Fail(e, "broken") }, "install_failed"},
		{"fail at the beginning", 0, func(s *simulator.Simulator, e string) error { return s.Fail(e, "broken") }, "failed"},
		{"a state", time.Minute, func(s *simulator.Simulator, e string) error { return s.SetState(e, "invalid") }, "invalid"},
		{"a state that nobody knows", time.Minute, func(s *simulator.Simulator, e string) error { return s.SetState(e, "resting") }, "resting"},
		{"no state", time.Minute, func(s *simulator.Simulator, e string) error { return s.SetState(e, imagestatus.StateNone) }, imagestatus.StateNone},
		{"anything", time.Minute, func(s *simulator.Simulator, e string) error {
			return s.Update(e, func(row *imagestatus.Status) { row.ActiveVersion, row.UpgradeState = nil, nil })
		}, imagestatus.StateNone},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, element := oneElement(t)
			upgrade(t, s, []string{element}, simulator.Plan{})
			s.Advance(test.after)
			before := s.Rows()[0]
			if err := test.edit(s, element); err != nil {
				t.Fatal(err)
			}
			after := s.Rows()[0]
			if after.State() != test.state || *after.Etag != *before.Etag+1 {
				t.Errorf("state %q with _etag %d after %d, want %q", after.State(), *after.Etag, *before.Etag, test.state)
			}
			if failed := after.Phase() == imagestatus.PhaseFailed; failed && *after.FailureInfo != "broken" {
				t.Errorf("failure_info is %q", *after.FailureInfo)
			}
			s.Advance(time.Hour)
			if diff := cmp.Diff(after, s.Rows()[0]); diff != "" {
				t.Errorf("the row goes on after the edit:\n%s", diff)
			}
		})
	}
}

func TestEditsDoNotReachOtherRows(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Elements: 2})
	ids := s.ElementIDs()
	before := s.Rows()
	if err := s.Update(ids[0], func(row *imagestatus.Status) { *row.ActiveVersion = "0.0.0-b0" }); err != nil {
		t.Fatal(err)
	}
	*s.Rows()[1].ActiveVersion = "0.0.0-b1"
	if diff := cmp.Diff(before[1], s.Rows()[1]); diff != "" {
		t.Errorf("another row changed:\n%s", diff)
	}
}

func TestElementsComeAndGo(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 3})
	c := signedIn(t, server, simulator.Unified)
	ids := server.ElementIDs()
	extra := server.Rows()[1]
	other := "1773935101223999945"
	extra.ID = &other
	server.AddRow(extra)
	if got := c.rows(`{"sort_params":{"element_id":"asc"}}`).values("element_id"); len(got) != 4 || got[1] != got[2] {
		t.Errorf("the element with two rows does not show both: %v", got)
	}
	if diff := cmp.Diff(ids, server.ElementIDs()); diff != "" {
		t.Errorf("elements (-want +got):\n%s", diff)
	}
	if err := server.Remove(ids[1]); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{ids[0], ids[2]}, server.ElementIDs()); diff != "" || len(c.rows(`{}`).Items) != 2 {
		t.Errorf("elements (-want +got):\n%s", diff)
	}
}

func TestUnknownElementsAndPathsAreErrors(t *testing.T) {
	t.Parallel()
	s, element := oneElement(t)
	for name, err := range map[string]error{
		"update":   s.Update("1", func(*imagestatus.Status) {}),
		"fail":     s.Fail("1", "broken"),
		"state":    s.SetState("1", "done"),
		"remove":   s.Remove("1"),
		"upgrade":  s.Upgrade([]string{"1"}, simulator.TargetImage(), simulator.Plan{}),
		"path":     s.Upgrade([]string{element}, simulator.TargetImage(), simulator.Plan{Path: "sideways"}),
		"negative": s.Upgrade([]string{element}, simulator.TargetImage(), simulator.Plan{Delay: -1}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestFleetMayBeChangedWhileItIsRead(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 40, Scenario: "rollout", Speed: 600})
	c := signedIn(t, server, simulator.Unified)
	ids := server.ElementIDs()
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 20 {
				switch (worker + i) % 4 {
				case 0:
					c.query(`{"query_params":{"upgrade_state":{"re":"e"}},"sort_params":{"upgrade_state":"asc"}}`)
				case 1:
					server.SetSwitches(simulator.Switches{NullsAbsent: i%2 == 0})
				case 2:
					if err := server.Update(ids[i], func(row *imagestatus.Status) { row.UpgradeState = nil }); err != nil {
						t.Error(err)
					}
				default:
					server.Advance(time.Second)
					server.Rows()
				}
			}
		})
	}
	group.Wait()
	if !slices.Equal(ids, server.ElementIDs()) {
		t.Error("the elements are not the same")
	}
}
