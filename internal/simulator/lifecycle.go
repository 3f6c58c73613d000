package simulator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Plan says how an upgrade goes. The zero Plan is an immediate upgrade that
// starts at once. No duration in it may be negative.
type Plan struct {
	Path    Path          // empty means PathImmediate
	Delay   time.Duration // virtual time before the first state; until then the row does not change
	Stagger time.Duration // how much later each element of a list starts than the one before it
	Pace    float64       // stretches the time that each state lasts; 0 means 1

	// DownloadAt and UpgradeAt end waiting_download_time and
	// waiting_install_time on paths that have them; zero keeps the path's time.
	DownloadAt, UpgradeAt time.Time
	// DownloadInterval and UpgradeInterval, 0 to 59, are only shown in the row.
	DownloadInterval, UpgradeInterval *int64
	// FailureInfo replaces the path's own text in failure_info.
	FailureInfo string
}

// course is the upgrade of one element under way. Its row at any moment is computed
// from the row before the upgrade and the time, so nothing runs in the background.
type course struct {
	steps   []timedStep
	target  Image
	failure string
	// rowID identifies the row that the upgrade opens; if empty, the course continues in
	// the row before. One row per upgrade command is inferred from the history, whose
	// rows have distinct identifiers.
	rowID string

	scheduledDownload, scheduledUpgrade string // empty means null
	downloadInterval, upgradeInterval   *int64
}

type timedStep struct {
	state   imagestatus.State
	begins  time.Time
	from    int64
	percent int64
}

func (p Plan) lay(begins time.Time, target Image) (*course, error) {
	if p.Delay < 0 || p.Stagger < 0 || p.Pace < 0 {
		return nil, fmt.Errorf("plan has a negative Delay (%s), Stagger (%s) or Pace (%g); give zero or more", p.Delay, p.Stagger, p.Pace)
	}
	row, known := cmp.Or(p.Path, PathImmediate).find()
	if !known {
		return nil, fmt.Errorf("path %q is not known; use one of %s", p.Path, joined(Paths()))
	}
	course := &course{
		target: target, failure: cmp.Or(p.FailureInfo, row.failure),
		downloadInterval: p.DownloadInterval, upgradeInterval: p.UpgradeInterval,
	}
	course.time(stepsOf(row.states, row.unusual), p, begins.Add(p.Delay))
	return course, nil
}

func (c *course) time(steps []step, plan Plan, begins time.Time) {
	percent := int64(0)
	for _, step := range steps {
		timed := timedStep{state: step.state, begins: begins, from: percent, percent: max(percent, step.percent)}
		percent = timed.percent
		c.steps = append(c.steps, timed)
		begins = plan.ends(step, begins)
	}
	c.schedule()
}

// ends returns when a step ends: at the planned time if the state waits for one, else
// after the duration of the step.
func (p Plan) ends(step step, begins time.Time) time.Time {
	planned := map[imagestatus.State]time.Time{"waiting_download_time": p.DownloadAt, "waiting_install_time": p.UpgradeAt}
	if until := planned[step.state]; until.After(begins) {
		return until
	}
	return begins.Add(time.Duration(float64(step.lasts) * cmp.Or(p.Pace, 1)))
}

// schedule sets the scheduled times of the row: when the state after a waiting one
// begins.
func (c *course) schedule() {
	for i, step := range c.steps[:len(c.steps)-1] {
		text := c.steps[i+1].begins.UTC().Format(scheduleLayout)
		if step.state == "waiting_download_time" {
			c.scheduledDownload = text
		}
		if step.state == "waiting_install_time" {
			c.scheduledUpgrade = text
		}
	}
}

// at returns the row at a moment, and when it changes next; the zero time means never.
func (c *course) at(base imagestatus.Status, now time.Time) (imagestatus.Status, time.Time) {
	index := c.index(now)
	if index < 0 {
		return base, c.steps[0].begins
	}
	step := c.steps[index]
	percent, changed, until := c.progress(index, now)

	row := base
	row.UpgradeImageID = optional(c.target.ID)
	row.UpgradeState = new(string(step.state))
	row.DownloadPercent = new(percent)
	row.ScheduledDownload, row.ScheduledUpgrade = optional(c.scheduledDownload), optional(c.scheduledUpgrade)
	row.DownloadInterval, row.UpgradeInterval = c.downloadInterval, c.upgradeInterval
	row.FailureInfo = nil
	row.Etag = new(value(base.Etag) + int64(index) + 1)
	row.UpdatedOnUTC = new(stamp(changed))
	if c.rowID != "" {
		row.ID, row.CreatedOnUTC = new(c.rowID), new(stamp(c.steps[0].begins))
	}
	c.finish(&row, step)
	return row, until
}

func (c *course) index(now time.Time) int {
	for i, step := range slices.Backward(c.steps) {
		if !now.Before(step.begins) {
			return i
		}
	}
	return -1
}

func (c *course) progress(index int, now time.Time) (percent int64, changed, until time.Time) {
	step := c.steps[index]
	if index == len(c.steps)-1 {
		return step.percent, step.begins, time.Time{}
	}
	ends := c.steps[index+1].begins
	points := step.percent - step.from
	if points == 0 {
		return step.percent, step.begins, ends
	}
	// Percentages are whole numbers at equal intervals, so that a row changes only when
	// its text does.
	perPoint := max(ends.Sub(step.begins)/time.Duration(points), 1)
	reached := min(int64(now.Sub(step.begins)/perPoint), points)
	changed = step.begins.Add(time.Duration(reached) * perPoint)
	until = step.begins.Add(time.Duration(reached+1) * perPoint)
	if until.After(ends) {
		until = ends
	}
	return step.from + reached, changed, until
}

// finish changes the row as the end of an upgrade does (inferred).
func (c *course) finish(row *imagestatus.Status, step timedStep) {
	phase := step.state.Phase()
	if phase == imagestatus.PhaseFailed {
		row.FailureInfo = new(c.failure)
	}
	if phase == imagestatus.PhaseSucceeded {
		row.PreviousImageID, row.RollbackVersion = row.ActiveImageID, row.ActiveVersion
		row.ActiveImageID, row.ActiveVersion = new(c.target.ID), new(c.target.Version)
		row.SoftwareVersionChangeTime = new(step.begins.UnixMilli())
	}
}

func failedState(phase imagestatus.Phase) imagestatus.State {
	switch phase {
	case imagestatus.PhaseDownloading:
		return "download_failed"
	case imagestatus.PhaseInstalling:
		return "install_failed"
	default:
		return "failed"
	}
}

// abortStates are the states of an abort, for each phase in which an upgrade can still
// be aborted (inferred).
var abortStates = map[imagestatus.Phase][]imagestatus.State{
	imagestatus.PhaseQueued:      {"abort_download_pending", "download_abort"},
	imagestatus.PhaseScheduled:   {"abort_download_pending", "download_abort"},
	imagestatus.PhaseDownloading: {"abort_download_pending", "download_abort"},
	imagestatus.PhaseStaged:      {"abort_upgrade_pending", "upgrade_abort"},
	imagestatus.PhaseInstalling:  {"upgrade_cancel_pending", "upgrade_cancelled"},
}

// abortCourse reports false if an upgrade cannot be aborted in the row's phase.
func abortCourse(row *imagestatus.Status, begins time.Time) (*course, bool) {
	states, possible := abortStates[row.Phase()]
	if !possible {
		return nil, false
	}
	course := &course{target: Image{ID: value(row.UpgradeImageID)}}
	steps := stepsOf(states, nil)
	steps[0].percent = value(row.DownloadPercent)
	course.time(steps, Plan{}, begins)
	course.steps[0].from = steps[0].percent
	return course, true
}

func joined[T any](values []T) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return strings.Join(texts, ", ")
}
