package rollout

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// timeOfRead is when the gates of tests judge.
var timeOfRead = time.Date(2026, 8, 21, 2, 0, 0, 0, time.UTC)

const (
	remedyUnsettled = "Have the gate wait until the elements have been unchanged for long enough, or shorten settled_for."
	remedyUndated   = "Take these elements out of the selection, or remove settled_for: waiting does not set their time of change."
	remedyConnected = "Run again when the elements are done and connected, have the gate wait for them, or lower min_ready_percent."
)

// changedAt is a row that was changed so long before the start of a wait.
func changedAt(id, state string, before time.Duration) imagestatus.Status {
	row := elementRow(id, state, wantedVersion)
	row.UpdatedOnUTC = new(timeOfRead.Add(-before).Unix() * 10_000_000)
	return row
}

func linked(id string, connected *bool) inventory.Element {
	return inventory.Element{ID: id, Connected: connected}
}

func TestElementIsReadyOnceItsRowIsUnchangedForLongEnough(t *testing.T) {
	t.Parallel()
	const wanted = 30 * time.Minute
	undatedRow := elementRow("1", "complete", wantedVersion)
	unreadableStamp := elementRow("1", "complete", wantedVersion)
	unreadableStamp.UpdatedOnUTC = new(int64(1_773_935_201))
	for _, test := range []struct {
		name     string
		row      imagestatus.Status
		class    Class
		hopeless bool
		why      string
	}{
		{"long ago", changedAt("1", "complete", time.Hour), ClassReady, false, ""},
		{"just long enough ago", changedAt("1", "complete", wanted), ClassReady, false, ""},
		{"a second short of it", changedAt("1", "complete", wanted-time.Second), ClassPending, false, "changed 29 m 59 s ago, must be unchanged for 30 m"},
		{"lately", changedAt("1", "-", 4*time.Minute), ClassPending, false, "changed 4 m ago, must be unchanged for 30 m"},
		{
			"in the future", changedAt("1", "complete", -2*time.Hour), ClassPending, false,
			"changed in the future by this clock (2026-08-21 04:00:00 UTC), must be unchanged for 30 m",
		},
		{"without a time", undatedRow, ClassPending, true, "does not say when it changed"},
		{"with a time that cannot be read", unreadableStamp, ClassPending, true, "does not say when it changed"},
		{"lately, and not done", changedAt("1", "downloading", 0), ClassPending, false, ""},
		{"lately, and failed", changedAt("1", "failed", 0), ClassFailed, true, ""},
		{"without a time, and not done", elementRow("1", "downloading", wantedVersion), ClassPending, false, ""},
	} {
		got := judge(t, Gate{SettledFor: wanted, Now: timeOfRead, MaxBlocking: 9}, test.row)
		if want := countsOf(map[Class]int64{test.class: 1}); got.Counts != want || got.Hopeless != test.hopeless || got.Ready != (test.class == ClassReady) {
			t.Errorf("%s: got %+v, hopeless %t and ready %t; want %s and hopeless %t", test.name, got.Counts, got.Hopeless, got.Ready, test.class, test.hopeless)
		}
		if len(got.Blocking) > 0 && got.Blocking[0].Why != test.why {
			t.Errorf("%s: got %q, want %q", test.name, got.Blocking[0].Why, test.why)
		}
	}
}

func TestNoElementIsSettledWithoutATimeOfTheRead(t *testing.T) {
	t.Parallel()
	got := judge(t, Gate{SettledFor: time.Second}, changedAt("1", "complete", 24*time.Hour))
	if got.Ready || got.Counts.Pending != 1 {
		t.Errorf("got %q, want one pending element", got.Summary)
	}
}

func TestNewestRowDecidesWhenAnElementChanged(t *testing.T) {
	t.Parallel()
	rows := []imagestatus.Status{changedAt("1", "complete", time.Hour), changedAt("1", "complete", time.Minute), elementRow("1", "complete", wantedVersion)}
	for range 2 {
		slices.Reverse(rows)
		got := judge(t, Gate{SettledFor: 30 * time.Minute, Now: timeOfRead, MaxBlocking: 9}, rows...)
		if len(got.Blocking) != 1 || got.Blocking[0].Why != "changed 1 m ago, must be unchanged for 30 m" {
			t.Errorf("got %q", got.Blocking)
		}
	}
}

func TestElementIsReadyOnceItIsKnownToBeConnected(t *testing.T) {
	t.Parallel()
	fleet := inventory.NewFleet([]inventory.Element{linked("on", new(true)), linked("off", new(false)), linked("null", nil)}, nil)
	for _, test := range []struct {
		id, state string
		fleet     *inventory.Fleet
		class     Class
		line      string
	}{
		{"on", "complete", fleet, ClassReady, ""},
		{"off", "complete", fleet, ClassDisconnected, "off  disconnected, state complete, version 6.3.6-b9, not connected to the controller"},
		{"null", "complete", fleet, ClassDisconnected, "null  disconnected, state complete, version 6.3.6-b9, connection not known"},
		{"absent", "complete", fleet, ClassDisconnected, "absent  disconnected, state complete, version 6.3.6-b9, connection not known"},
		{"on", "complete", nil, ClassDisconnected, "on  disconnected, state complete, version 6.3.6-b9, connection not known"},
		{"off", "downloading", fleet, ClassPending, "off  pending, state downloading, version 6.3.6-b9"},
		{"off", "failed", fleet, ClassFailed, "off  failed, state failed, version 6.3.6-b9"},
		{"off", "odd", fleet, ClassUnrecognized, "off  unrecognized, state odd, version 6.3.6-b9"},
	} {
		gate := Gate{RequireConnected: true, Fleet: test.fleet, MaxBlocking: 9}
		got := judge(t, gate, elementRow(test.id, test.state, wantedVersion))
		if want := countsOf(map[Class]int64{test.class: 1}); got.Counts != want {
			t.Errorf("%s, %s: got %+v, want %+v", test.id, test.state, got.Counts, want)
		}
		if test.class == ClassDisconnected && got.Hopeless {
			t.Errorf("%s, %s: hopeless, want it waited for", test.id, test.state)
		}
		if test.line != "" && (len(got.Blocking) != 1 || got.Blocking[0].String() != test.line) {
			t.Errorf("%s, %s: got %q, want %q", test.id, test.state, got.Blocking, test.line)
		}
		gate.RequireConnected = false
		if got := judge(t, gate, elementRow(test.id, test.state, wantedVersion)); got.Counts.Disconnected != 0 {
			t.Errorf("%s, %s: disconnected, and nobody asked", test.id, test.state)
		}
	}
}

func TestElementThatIsNeitherConnectedNorSettledSaysBoth(t *testing.T) {
	t.Parallel()
	fleet := inventory.NewFleet([]inventory.Element{linked("1", new(false))}, nil)
	got := judge(t, Gate{RequireConnected: true, Fleet: fleet, SettledFor: time.Hour, Now: timeOfRead, MaxBlocking: 1}, changedAt("1", "complete", 61*time.Second))
	want := "1  disconnected, state complete, version 6.3.6-b9, not connected to the controller, changed 1 m 1 s ago, must be unchanged for 1 h"
	if len(got.Blocking) != 1 || got.Blocking[0].String() != want {
		t.Errorf("got %q, want %q", got.Blocking, want)
	}
}

func TestVerdictExplainsWhatIsWithheld(t *testing.T) {
	t.Parallel()
	fleet := inventory.NewFleet([]inventory.Element{linked("1", new(true)), linked("2", new(true)), linked("3", new(false))}, nil)
	settling := Gate{SettledFor: 30 * time.Minute, Now: timeOfRead}
	linking := Gate{RequireConnected: true, Fleet: fleet}
	both := linking
	both.SettledFor, both.Now = settling.SettledFor, settling.Now
	half := settling
	half.MinReadyPercent = mustRat(t, "50")
	for _, test := range []struct {
		name              string
		gate              Gate
		rows              []imagestatus.Status
		summary           string
		reasons, remedies []string
	}{
		{
			name: "settled and connected", gate: both, rows: []imagestatus.Status{changedAt("1", "complete", time.Hour)},
			summary: "open: 1/1 ready (100%) (require_connected is true, settled_for is 30 m)",
		},
		{
			name: "changed lately", gate: settling, rows: []imagestatus.Status{changedAt("1", "complete", time.Hour), changedAt("2", "complete", 0), changedAt("3", "done", time.Minute)},
			summary: "closed: 1/3 ready (33.33%), 2 pending",
			reasons: []string{
				"2 elements changed less than 30 m ago (settled_for).",
				"1 of 3 elements is ready (33.33%), 100% required: 2 pending.",
			},
			remedies: []string{remedyUnsettled, remedyNotReady},
		},
		{
			name: "without a time", gate: settling, rows: []imagestatus.Status{changedAt("1", "complete", time.Minute), elementRow("2", "complete", wantedVersion)},
			summary: "closed: 0/2 ready (0%), 2 pending",
			reasons: []string{
				"1 element does not say when the status changed (settled_for is 30 m).",
				"1 element changed less than 30 m ago (settled_for).",
				"0 of 2 elements are ready (0%), 100% required: 2 pending.",
			},
			remedies: []string{remedyUndated},
		},
		{
			name: "without a time, and enough others may become ready", gate: half,
			rows:    []imagestatus.Status{changedAt("1", "complete", time.Minute), elementRow("2", "complete", wantedVersion)},
			summary: "closed: 0/2 ready (0%), 2 pending",
			reasons: []string{
				"1 element does not say when the status changed (settled_for is 30 m).",
				"1 element changed less than 30 m ago (settled_for).",
				"0 of 2 elements are ready (0%), 50% required: 2 pending.",
			},
			remedies: []string{remedyUndated, remedyUnsettled, remedyNotReady},
		},
		{
			name: "not settled, and enough without", gate: half, rows: []imagestatus.Status{changedAt("1", "complete", time.Hour), changedAt("2", "complete", 0)},
			summary: "open: 1/2 ready (50%), 1 pending (min_ready_percent is 50, settled_for is 30 m)",
		},
		{
			name: "disconnected", gate: linking,
			rows:     []imagestatus.Status{elementRow("1", "complete", wantedVersion), elementRow("3", "complete", wantedVersion), elementRow("4", "complete", wantedVersion)},
			summary:  "closed: 1/3 ready (33.33%), 2 disconnected",
			reasons:  []string{"1 of 3 elements is ready (33.33%), 100% required: 2 disconnected."},
			remedies: []string{remedyConnected},
		},
	} {
		got := judge(t, test.gate, test.rows...)
		if got.Summary != test.summary {
			t.Errorf("%s: got the summary %q, want %q", test.name, got.Summary, test.summary)
		}
		if diff := cmp.Diff(test.reasons, got.Reasons); diff != "" {
			t.Errorf("%s: reasons (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(test.remedies, got.Remedies); diff != "" {
			t.Errorf("%s: remedies (-want +got):\n%s", test.name, diff)
		}
	}
}
