package simulator

import (
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Path names one sequence of states that an upgrade takes.
type Path string

// The paths. All sequences are inferred from the words of the states and from
// the operations that exist; no document orders the states.
const (
	// PathImmediate downloads and installs at once and succeeds.
	PathImmediate Path = "immediate"
	// PathDownloadOnly ends with the image staged, not installed.
	PathDownloadOnly Path = "download_only"
	// PathDownloadScheduled waits for a download time and ends with the image
	// staged.
	PathDownloadScheduled Path = "download_scheduled"
	// PathScheduled waits for a download time and for an upgrade time.
	PathScheduled Path = "scheduled"
	// PathDevice is an immediate upgrade in the element's own words.
	PathDevice Path = "device"
	// PathJob is an immediate upgrade in the words of the controller's jobs.
	PathJob Path = "job"
	// PathDownloadFails fails while the image is being fetched.
	PathDownloadFails Path = "download_fails"
	// PathInstallFails fails while the image is being installed.
	PathInstallFails Path = "install_fails"
	// PathUpgradeFails fails after the installation, before the new version runs.
	PathUpgradeFails Path = "upgrade_fails"
	// PathFails fails without saying in which part.
	PathFails Path = "fails"
	// PathDownloadAborted is aborted by an operator during the download.
	PathDownloadAborted Path = "download_aborted"
	// PathDownloadCancelled is cancelled during the download.
	PathDownloadCancelled Path = "download_cancelled"
	// PathUpgradeAborted is aborted by an operator after the download.
	PathUpgradeAborted Path = "upgrade_aborted"
	// PathUpgradeCancelled is cancelled after the download.
	PathUpgradeCancelled Path = "upgrade_cancelled"
	// PathInvalid ends in the state invalid.
	PathInvalid Path = "invalid"
)

// step is one state of a path: how long it lasts in virtual time and the
// download_percent at its end; 0 leaves the percentage where it is. The last
// step of a path lasts for ever.
type step struct {
	state   imagestatus.State
	lasts   time.Duration
	percent int64
}

var pathTable = []struct {
	path    Path
	failure string
	steps   []step
}{
	{PathImmediate, "", []step{
		{"init", 20 * time.Second, 0},
		{"download_init", 20 * time.Second, 0},
		{"downloading", 4 * time.Minute, 100},
		{"download_complete", 20 * time.Second, 0},
		{"verifying", 30 * time.Second, 0},
		{"upgrade_init", 20 * time.Second, 0},
		{"installing", 3 * time.Minute, 0},
		{"upgrading", 2 * time.Minute, 0},
		{"complete", 0, 0},
	}},
	{PathDownloadOnly, "", []step{
		{"init", 20 * time.Second, 0},
		{"download_init", 20 * time.Second, 0},
		{"downloading", 4 * time.Minute, 100},
		{"download_complete", 0, 0},
	}},
	{PathDownloadScheduled, "", []step{
		{"download_scheduled", time.Minute, 0},
		{"waiting_download_time", time.Minute, 0},
		{"downloading", 4 * time.Minute, 100},
		{"download_complete", 0, 0},
	}},
	{PathScheduled, "", []step{
		{"download_scheduled", time.Minute, 0},
		{"waiting_download_time", time.Minute, 0},
		{"downloading", 4 * time.Minute, 100},
		{"download_complete", 30 * time.Second, 0},
		{"upgrade_scheduled", time.Minute, 0},
		{"waiting_install_time", time.Minute, 0},
		{"installing", 3 * time.Minute, 0},
		{"complete", 0, 0},
	}},
	{PathDevice, "", []step{
		{"pending", 20 * time.Second, 0},
		{"discovery", 20 * time.Second, 0},
		{"download_discovery", 20 * time.Second, 0},
		{"downloading", 4 * time.Minute, 100},
		{"verify", 30 * time.Second, 0},
		{"install", 3 * time.Minute, 0},
		{"in-progress", 2 * time.Minute, 0},
		{"done", 0, 0},
	}},
	{PathJob, "", []step{
		{"pending", 20 * time.Second, 0},
		{"download_init", 20 * time.Second, 0},
		{"download", 4 * time.Minute, 100},
		{"download_complete", 20 * time.Second, 0},
		{"upgrade_init", 20 * time.Second, 0},
		{"upgrade", 5 * time.Minute, 0},
		{"upgrade_complete", 0, 0},
	}},
	{PathDownloadFails, "Image download failed: connection to the image server timed out after 3 attempts.", []step{
		{"init", 20 * time.Second, 0},
		{"download_init", 20 * time.Second, 0},
		{"downloading", 2 * time.Minute, 43},
		{"download_failed", 0, 0},
	}},
	{PathInstallFails, "Image installation failed: checksum mismatch in partition B.", []step{
		{"init", 20 * time.Second, 0},
		{"downloading", 4 * time.Minute, 100},
		{"download_complete", 20 * time.Second, 0},
		{"verifying", 30 * time.Second, 0},
		{"installing", time.Minute, 0},
		{"install_failed", 0, 0},
	}},
	{PathUpgradeFails, "Upgrade failed: the element did not boot the new image and rolled back.", []step{
		{"init", 20 * time.Second, 0},
		{"downloading", 4 * time.Minute, 100},
		{"download_complete", 20 * time.Second, 0},
		{"installing", 2 * time.Minute, 0},
		{"upgrading", 2 * time.Minute, 0},
		{"upgrade_failed", 0, 0},
	}},
	{PathFails, "Upgrade failed: internal error.", []step{
		{"init", 20 * time.Second, 0},
		{"in-progress", 2 * time.Minute, 0},
		{"failed", 0, 0},
	}},
	{PathDownloadAborted, "", []step{
		{"init", 20 * time.Second, 0},
		{"downloading", 2 * time.Minute, 61},
		{"abort_download_pending", 30 * time.Second, 0},
		{"download_abort", 0, 0},
	}},
	{PathDownloadCancelled, "", []step{
		{"init", 20 * time.Second, 0},
		{"downloading", time.Minute, 22},
		{"download_cancel_pending", 30 * time.Second, 0},
		{"download_cancelled", 0, 0},
	}},
	{PathUpgradeAborted, "", []step{
		{"init", 20 * time.Second, 0},
		{"downloading", 4 * time.Minute, 100},
		{"upgrade_init", 20 * time.Second, 0},
		{"abort_upgrade_pending", 30 * time.Second, 0},
		{"upgrade_abort", 0, 0},
	}},
	{PathUpgradeCancelled, "", []step{
		{"init", 20 * time.Second, 0},
		{"downloading", 4 * time.Minute, 100},
		{"upgrade_scheduled", time.Minute, 0},
		{"upgrade_cancel_pending", 30 * time.Second, 0},
		{"upgrade_cancelled", 0, 0},
	}},
	{PathInvalid, "", []step{
		{"init", 20 * time.Second, 0},
		{"invalid", 0, 0},
	}},
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
	var states []imagestatus.State
	for _, row := range pathTable {
		if row.path != p {
			continue
		}
		for _, step := range row.steps {
			states = append(states, step.state)
		}
	}
	return states
}
