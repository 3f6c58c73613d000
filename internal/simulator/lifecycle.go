package simulator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Plan says how an upgrade goes. The zero Plan is an immediate upgrade that
// starts at once.
type Plan struct {
	// Path is the sequence of states; empty means PathImmediate.
	Path Path
	// Delay is the virtual time before the first state; until then the row
	// does not change. Not negative.
	Delay time.Duration
	// Stagger delays each element by this much virtual time more than the one
	// before it in the list. Not negative.
	Stagger time.Duration
	// Pace stretches the time that each state lasts; 0 means 1. Not negative.
	Pace float64
	// DownloadAt is when waiting_download_time ends, on paths that have it;
	// zero keeps the path's own time.
	DownloadAt time.Time
	// UpgradeAt is when waiting_install_time ends, on paths that have it; zero
	// keeps the path's own time.
	UpgradeAt time.Time
	// DownloadInterval and UpgradeInterval are shown by the row and change
	// nothing else; 0 to 59, nil for null.
	DownloadInterval, UpgradeInterval *int64
	// FailureInfo replaces the path's own text in failure_info.
	FailureInfo string
}

// course is a plan under way on one element: its row at any later moment
// follows from the row before and the time, so nothing has to run.
type course struct {
	steps   []timedStep
	target  Image
	failure string
	// rowID identifies the row that the upgrade opens; empty means that the
	// course goes on in the row before. One row per upgrade command is
	// inferred from the history, whose rows have distinct identifiers.
	rowID string
	// The times that the row shows; empty means null.
	scheduledDownload, scheduledUpgrade string
	downloadInterval, upgradeInterval   *int64
}

type timedStep struct {
	state   imagestatus.State
	begins  time.Time
	from    int64
	percent int64
}

// lay turns the plan into a course that begins at the given moment.
func (p Plan) lay(begins time.Time, target Image) (*course, error) {
	if p.Path == "" {
		p.Path = PathImmediate
	}
	if p.Pace == 0 {
		p.Pace = 1
	}
	if p.Delay < 0 || p.Stagger < 0 || p.Pace < 0 {
		return nil, fmt.Errorf("plan has a negative Delay (%s), Stagger (%s) or Pace (%g); give zero or more", p.Delay, p.Stagger, p.Pace)
	}
	for _, row := range pathTable {
		if row.path == p.Path {
			course := &course{
				target: target, failure: row.failure,
				downloadInterval: p.DownloadInterval, upgradeInterval: p.UpgradeInterval,
			}
			if p.FailureInfo != "" {
				course.failure = p.FailureInfo
			}
			course.time(row.steps, p, begins.Add(p.Delay))
			return course, nil
		}
	}
	return nil, fmt.Errorf("path %q is not known; use one of %s", p.Path, joined(Paths()))
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

// ends says when a step is over: at the planned time where the state waits for
// one, else after its own time.
func (p Plan) ends(step step, begins time.Time) time.Time {
	waits := map[imagestatus.State]time.Time{
		"waiting_download_time": p.DownloadAt,
		"waiting_install_time":  p.UpgradeAt,
	}
	if until := waits[step.state]; until.After(begins) {
		return until
	}
	return begins.Add(time.Duration(float64(step.lasts) * p.Pace))
}

// schedule reads off the times that the row shows while the course lasts: a
// scheduled time is when the state after the waiting one begins.
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

// at gives the row at a moment and the moment until which it stays so; the
// zero time means for ever.
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

// progress works out the percentage in a step, when it last changed and when
// it changes next.
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
	// A whole percent is reached at equal distances, so that rows do not
	// change more often than their text does.
	perPoint := max(ends.Sub(step.begins)/time.Duration(points), 1)
	reached := min(int64(now.Sub(step.begins)/perPoint), points)
	changed = step.begins.Add(time.Duration(reached) * perPoint)
	until = step.begins.Add(time.Duration(reached+1) * perPoint)
	if until.After(ends) {
		until = ends
	}
	return step.from + reached, changed, until
}

// finish plays what the end of an upgrade does to the row (inferred).
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

// failedState is the state in which a lifecycle fails from the given phase.
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

// abortPhases are the phases in which an upgrade can still be aborted, each
// with the states that the abort passes through (inferred).
var abortPhases = map[imagestatus.Phase][]step{
	imagestatus.PhaseQueued:      {{"abort_download_pending", 30 * time.Second, 0}, {"download_abort", 0, 0}},
	imagestatus.PhaseScheduled:   {{"abort_download_pending", 30 * time.Second, 0}, {"download_abort", 0, 0}},
	imagestatus.PhaseDownloading: {{"abort_download_pending", 30 * time.Second, 0}, {"download_abort", 0, 0}},
	imagestatus.PhaseStaged:      {{"abort_upgrade_pending", 30 * time.Second, 0}, {"upgrade_abort", 0, 0}},
	imagestatus.PhaseInstalling:  {{"upgrade_cancel_pending", 30 * time.Second, 0}, {"upgrade_cancelled", 0, 0}},
}

// abortCourse lays the course of an abort, or reports false when there is
// nothing to abort in the row's phase.
func abortCourse(row *imagestatus.Status, begins time.Time) (*course, bool) {
	steps, possible := abortPhases[row.Phase()]
	if !possible {
		return nil, false
	}
	course := &course{target: Image{ID: value(row.UpgradeImageID)}}
	percent := value(row.DownloadPercent)
	steps = slices.Clone(steps)
	steps[0].percent = percent
	course.time(steps, Plan{Pace: 1}, begins)
	course.steps[0].from = percent
	return course, true
}

// optional is a reference, or nil for the empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func value[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}

func joined[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}
