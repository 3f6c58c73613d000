package simulator

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// UnlistedState is a state of the scenario "mixed" that the vendor's enum lacks.
const UnlistedState imagestatus.State = "quarantined"

// scenario makes a fleet: dress sets the row of the element at a position, begin starts
// the upgrades that are under way at the start. Both use nothing but their arguments, so
// the same options always make the same fleet.
type scenario struct {
	name        string
	description string
	dress       func(row *imagestatus.Status, position int, start time.Time)
	begin       func(f *fleet, start time.Time) error
}

var scenarioTable = []scenario{
	{"steady", "one version everywhere, nothing under way; a tenth was never upgraded", dressSettled, nil},
	{"rollout", "the canary wave is being upgraded and finishes within 20 virtual minutes; the rest has not begun", dressSettled, beginRollout},
	{"troubled", "as rollout, but some canary elements fail and one is aborted", dressSettled, beginTroubled},
	{"mixed", "every upgrade state, no state, an unlisted state, version traps and missing values, in turn", dressMixed, nil},
	{"fresh", "one version everywhere, no element was ever upgraded", dressFresh, nil},
}

// Scenarios lists the names of the scenarios.
func Scenarios() []string {
	names := make([]string, len(scenarioTable))
	for i, row := range scenarioTable {
		names[i] = row.name
	}
	return names
}

// ScenarioDescription returns one line; "" for an unknown scenario.
func ScenarioDescription(name string) string {
	play, _ := scenarioByName(name)
	return play.description
}

func scenarioByName(name string) (scenario, error) {
	for _, row := range scenarioTable {
		if row.name == name {
			return row, nil
		}
	}
	return scenario{}, fmt.Errorf("option Scenario: %q is not known; use one of %s", name, strings.Join(Scenarios(), ", "))
}

func newFleet(options Options) (*fleet, error) {
	play, err := scenarioByName(options.Scenario)
	if err != nil {
		return nil, err
	}
	f := &fleet{images: offeredImages()}
	f.fill(rowsOf(options, play))
	f.waves = wavesOf(f.records)
	f.furnish(options)
	if play.begin == nil {
		return f, nil
	}
	if err := play.begin(f, options.Start); err != nil {
		return nil, fmt.Errorf("scenario %q: %w", play.name, err)
	}
	return f, nil
}

// rowsOf makes the rows in order of insertion. Ids of elements are in another order, to
// expose a client that does not sort.
func rowsOf(options Options, play scenario) []imagestatus.Status {
	random := rand.New(rand.NewPCG(options.Seed, uint64(options.Elements)))
	claimed := options.Start.Add(-150 * 24 * time.Hour)
	elements := make([]string, options.Elements)
	for i := range elements {
		claimed = claimed.Add(time.Duration(1+random.IntN(20_000)) * time.Millisecond)
		elements[i] = identifier(claimed, random.IntN(10))
	}
	random.Shuffle(len(elements), func(i, j int) { elements[i], elements[j] = elements[j], elements[i] })

	rows := make([]imagestatus.Status, options.Elements)
	created := options.Start.Add(-100 * 24 * time.Hour)
	for i := range rows {
		created = created.Add(time.Duration(1+random.IntN(20_000)) * time.Millisecond)
		rows[i] = settledRow(elements[i], created, random.IntN(10))
		play.dress(&rows[i], i, options.Start)
	}
	return rows
}

// settledRow is an element that was upgraded to the current image, long ago.
func settledRow(element string, created time.Time, sequence int) imagestatus.Status {
	current, previous := CurrentImage(), imageOf(versionPrevious)
	changed := created.Add(11 * time.Minute)
	return imagestatus.Status{
		ID:                        new(identifier(created, sequence)),
		ElementID:                 new(element),
		ActiveImageID:             new(current.ID),
		ActiveVersion:             new(current.Version),
		PreviousImageID:           new(previous.ID),
		RollbackVersion:           new(previous.Version),
		UpgradeImageID:            new(current.ID),
		UpgradeState:              new("complete"),
		DownloadPercent:           new(int64(100)),
		SoftwareVersionChangeTime: new(changed.UnixMilli()),
		Etag:                      new(int64(1 + sequence)),
		CreatedOnUTC:              new(stamp(created) + int64(sequence)),
		UpdatedOnUTC:              new(stamp(changed) + int64(sequence)),
	}
}

// settledStates repeat over a fleet that has nothing under way.
var settledStates = []imagestatus.State{
	"complete", "complete", "done", "complete", "upgrade_complete",
	imagestatus.StateNone, "complete", "complete", "done", "complete",
}

func dressSettled(row *imagestatus.Status, position int, start time.Time) {
	state := settledStates[position%len(settledStates)]
	if state == imagestatus.StateNone {
		dressFresh(row, position, start)
		return
	}
	row.UpgradeState = new(string(state))
}

// dressFresh removes what only an upgrade adds to a row (inferred: no row of an element
// that was never upgraded is recorded).
func dressFresh(row *imagestatus.Status, _ int, _ time.Time) {
	row.PreviousImageID, row.RollbackVersion, row.UpgradeImageID = nil, nil, nil
	row.UpgradeState, row.DownloadPercent, row.SoftwareVersionChangeTime = nil, nil, nil
	row.UpdatedOnUTC = row.CreatedOnUTC
}

var mixedStates = append(imagestatus.States(), imagestatus.StateNone, UnlistedState)

func dressMixed(row *imagestatus.Status, position int, start time.Time) {
	images := Images()
	running := images[position%len(images)]
	row.ActiveImageID, row.ActiveVersion = new(running.ID), new(running.Version)
	switch position % 11 {
	case 4:
		row.ActiveImageID = nil
	case 7:
		// An image that the tenant no longer lists (observed).
		row.ActiveImageID = new(identifier(imagesEpoch.AddDate(-1, 0, 0), 1))
	case 9:
		row.ActiveVersion = nil
	}
	state := mixedStates[position%len(mixedStates)]
	if state == imagestatus.StateNone {
		dressFresh(row, position, start)
		return
	}
	dressState(row, state, start.Add(-time.Duration(position%60)*time.Minute))
}

func dressState(row *imagestatus.Status, state imagestatus.State, since time.Time) {
	row.UpgradeState = new(string(state))
	row.UpdatedOnUTC = new(stamp(since))
	row.UpgradeImageID = new(TargetImage().ID)
	switch state.Phase() {
	case imagestatus.PhaseSucceeded:
		row.UpgradeImageID = copyOf(row.ActiveImageID)
		row.SoftwareVersionChangeTime = new(since.UnixMilli())
	case imagestatus.PhaseFailed:
		row.FailureInfo = new("Upgrade failed: " + string(state) + ".")
	case imagestatus.PhaseDownloading, imagestatus.PhaseAborting:
		row.DownloadPercent = new(int64(since.Minute()))
	case imagestatus.PhaseScheduled:
		row.DownloadPercent = new(int64(0))
		row.DownloadInterval, row.UpgradeInterval = new(int64(30)), new(int64(59))
		row.ScheduledDownload = new(since.Add(2 * time.Hour).Format(scheduleLayout))
		row.ScheduledUpgrade = new(since.Add(4 * time.Hour).Format(scheduleLayout))
	case imagestatus.PhaseQueued:
		row.DownloadPercent = new(int64(0))
	default:
		// The other phases need no values besides those of a settled row.
	}
}

// The waves, which split the fleet.
const (
	WaveCanary = "canary" // about 5%, at least 3 elements if the fleet has them
	WaveEarly  = "early"  // about 20%
	WaveRest   = "rest"
)

func wavesOf(records []*record) map[string][]string {
	total := len(records)
	canary := min(max((total+10)/20, 3), total)
	early := min((total+2)/5, total-canary)
	waves := make(map[string][]string, 3)
	for i, r := range records {
		wave := WaveRest
		switch {
		case i < canary:
			wave = WaveCanary
		case i < canary+early:
			wave = WaveEarly
		}
		waves[wave] = append(waves[wave], r.base.Element())
	}
	return waves
}

var (
	// rolloutPaths repeat over the canary of a successful rollout; each takes at most 12
	// virtual minutes.
	rolloutPaths = []Path{PathImmediate, PathImmediate, PathScheduled, PathJob, PathDevice}
	// troubledPaths are those of the first elements of a troubled canary, with its one
	// abort; furtherTroubles repeat over the others.
	troubledPaths   = []Path{PathImmediate, PathInstallFails, PathUpgradeAborted}
	furtherTroubles = []Path{PathImmediate, PathDownloadFails, PathScheduled, PathImmediate, PathUpgradeFails, PathDevice}
)

func beginRollout(f *fleet, start time.Time) error {
	return f.beginCanary(start, func(i int) Path { return rolloutPaths[i%len(rolloutPaths)] })
}

func beginTroubled(f *fleet, start time.Time) error {
	return f.beginCanary(start, func(i int) Path {
		if i < len(troubledPaths) {
			return troubledPaths[i]
		}
		return furtherTroubles[(i-len(troubledPaths))%len(furtherTroubles)]
	})
}

// beginCanary spreads the starts of the canary over six virtual minutes.
func (f *fleet) beginCanary(start time.Time, path func(int) Path) error {
	canary := f.waves[WaveCanary]
	for i, element := range canary {
		delay := time.Duration(i) * 6 * time.Minute / time.Duration(len(canary))
		if err := f.upgrade(element, TargetImage(), Plan{Path: path(i), Delay: delay}, start); err != nil {
			return err
		}
	}
	return nil
}
