package simulator

import (
	"slices"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Path names one sequence of states that an upgrade takes.
type Path string

// The paths. All sequences are inferred from the names of the states and from the
// operations that exist; no document orders the states.
const (
	PathImmediate         Path = "immediate"          // downloads, installs and succeeds
	PathDownloadOnly      Path = "download_only"      // ends with the image staged, not installed
	PathDownloadScheduled Path = "download_scheduled" // the same after a download time
	PathScheduled         Path = "scheduled"          // waits for a download time and for an upgrade time
	PathDevice            Path = "device"             // PathImmediate in the element's own words
	PathJob               Path = "job"                // PathImmediate in the words of the controller's jobs
	PathDownloadFails     Path = "download_fails"
	PathInstallFails      Path = "install_fails"
	PathUpgradeFails      Path = "upgrade_fails" // after the installation, before the new version runs
	PathFails             Path = "fails"         // without saying in which part
	PathDownloadAborted   Path = "download_aborted"
	PathDownloadCancelled Path = "download_cancelled"
	PathUpgradeAborted    Path = "upgrade_aborted"   // after the download
	PathUpgradeCancelled  Path = "upgrade_cancelled" // after the download
	PathInvalid           Path = "invalid"
)

// step is one state of a path: how long it lasts in virtual time, and the
// download_percent at its end; 0 does not change it. The last step never ends.
type step struct {
	state   imagestatus.State
	lasts   time.Duration
	percent int64
}

// usualSteps are the steps of most paths. A state that is not among them ends a path.
var usualSteps = []step{
	{"init", 20 * time.Second, 0},
	{"pending", 20 * time.Second, 0},
	{"discovery", 20 * time.Second, 0},
	{"download_discovery", 20 * time.Second, 0},
	{"download_init", 20 * time.Second, 0},
	{"download_scheduled", time.Minute, 0},
	{"waiting_download_time", time.Minute, 0},
	{"download", 4 * time.Minute, 100},
	{"downloading", 4 * time.Minute, 100},
	{"download_complete", 20 * time.Second, 0},
	{"verify", 30 * time.Second, 0},
	{"verifying", 30 * time.Second, 0},
	{"upgrade_init", 20 * time.Second, 0},
	{"upgrade_scheduled", time.Minute, 0},
	{"waiting_install_time", time.Minute, 0},
	{"install", 3 * time.Minute, 0},
	{"installing", 3 * time.Minute, 0},
	{"upgrade", 5 * time.Minute, 0},
	{"upgrading", 2 * time.Minute, 0},
	{"in-progress", 2 * time.Minute, 0},
	{"abort_download_pending", 30 * time.Second, 0},
	{"download_cancel_pending", 30 * time.Second, 0},
	{"abort_upgrade_pending", 30 * time.Second, 0},
	{"upgrade_cancel_pending", 30 * time.Second, 0},
}

// pathRow is a path: its states, and the steps that are not the usual ones.
type pathRow struct {
	path    Path
	states  []imagestatus.State
	unusual []step
	failure string
}

var pathTable = []pathRow{
	{PathImmediate, []imagestatus.State{
		"init", "download_init", "downloading", "download_complete", "verifying", "upgrade_init", "installing", "upgrading", "complete",
	}, nil, ""},
	{PathDownloadOnly, []imagestatus.State{"init", "download_init", "downloading", "download_complete"}, nil, ""},
	{PathDownloadScheduled, []imagestatus.State{"download_scheduled", "waiting_download_time", "downloading", "download_complete"}, nil, ""},
	{PathScheduled, []imagestatus.State{
		"download_scheduled", "waiting_download_time", "downloading", "download_complete",
		"upgrade_scheduled", "waiting_install_time", "installing", "complete",
	}, []step{{"download_complete", 30 * time.Second, 0}}, ""},
	{PathDevice, []imagestatus.State{
		"pending", "discovery", "download_discovery", "downloading", "verify", "install", "in-progress", "done",
	}, nil, ""},
	{PathJob, []imagestatus.State{
		"pending", "download_init", "download", "download_complete", "upgrade_init", "upgrade", "upgrade_complete",
	}, nil, ""},
	{
		PathDownloadFails, []imagestatus.State{"init", "download_init", "downloading", "download_failed"},
		[]step{{"downloading", 2 * time.Minute, 43}},
		"Image download failed: connection to the image server timed out after 3 attempts.",
	},
	{
		PathInstallFails, []imagestatus.State{"init", "downloading", "download_complete", "verifying", "installing", "install_failed"},
		[]step{{"installing", time.Minute, 0}},
		"Image installation failed: checksum mismatch in partition B.",
	},
	{
		PathUpgradeFails, []imagestatus.State{"init", "downloading", "download_complete", "installing", "upgrading", "upgrade_failed"},
		[]step{{"installing", 2 * time.Minute, 0}},
		"Upgrade failed: the element did not boot the new image and rolled back.",
	},
	{PathFails, []imagestatus.State{"init", "in-progress", "failed"}, nil, "Upgrade failed: internal error."},
	{
		PathDownloadAborted, []imagestatus.State{"init", "downloading", "abort_download_pending", "download_abort"},
		[]step{{"downloading", 2 * time.Minute, 61}}, "",
	},
	{
		PathDownloadCancelled, []imagestatus.State{"init", "downloading", "download_cancel_pending", "download_cancelled"},
		[]step{{"downloading", time.Minute, 22}}, "",
	},
	{PathUpgradeAborted, []imagestatus.State{"init", "downloading", "upgrade_init", "abort_upgrade_pending", "upgrade_abort"}, nil, ""},
	{PathUpgradeCancelled, []imagestatus.State{"init", "downloading", "upgrade_scheduled", "upgrade_cancel_pending", "upgrade_cancelled"}, nil, ""},
	{PathInvalid, []imagestatus.State{"init", "invalid"}, nil, ""},
}

// stepsOf returns a step for each state: its own if it has one, else the usual one.
func stepsOf(states []imagestatus.State, own []step) []step {
	steps := make([]step, len(states))
	known := slices.Concat(own, usualSteps)
	for i, state := range states {
		steps[i].state = state
		if at := slices.IndexFunc(known, func(one step) bool { return one.state == state }); at >= 0 {
			steps[i] = known[at]
		}
	}
	return steps
}

// Paths lists every path in the order of its table.
func Paths() []Path {
	paths := make([]Path, len(pathTable))
	for i, row := range pathTable {
		paths[i] = row.path
	}
	return paths
}

// States lists the states that the path passes through, in order. It is empty
// for a path that is not in the table.
func (p Path) States() []imagestatus.State {
	row, _ := p.find()
	return slices.Clone(row.states)
}

func (p Path) find() (pathRow, bool) {
	at := slices.IndexFunc(pathTable, func(row pathRow) bool { return row.path == p })
	if at < 0 {
		return pathRow{}, false
	}
	return pathTable[at], true
}
