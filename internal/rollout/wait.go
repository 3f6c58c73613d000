package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Wait says how a gate is waited for.
type Wait struct {
	// Interval is the time between two looks.
	Interval time.Duration
	// Hold is how long the gate must stay open without a break; 0 takes the
	// first look at which it is.
	Hold time.Duration
	// Deadline ends the waiting; zero is no end but that of the context.
	Deadline time.Time
}

// Progress is what one look found, and what comes next.
type Progress struct {
	// Verdict is that of this look; nil where Err says why there is none.
	Verdict *Verdict
	// Err is a passing failure of this look.
	Err error
	// Next is the time until the next look, Left the time until the deadline;
	// Left is negative where there is none.
	Next, Left time.Duration
	// Held is how long the gate has stayed open, of the Hold wanted.
	Held, Hold time.Duration
}

// String is the look in one line, such as "37/50 ready (74%), 12 pending, 1
// failed: BR-FRA-01 (Frankfurt); next look in 30 s, 1 h 12 m left". The worst
// element is in it if its name is known.
func (p Progress) String() string {
	var line string
	switch {
	case p.Err != nil:
		line = "this look at the fleet failed: " + shorten(p.Err.Error(), maxFailureRunes)
	case p.Verdict.Ready:
		line = fmt.Sprintf("%s; open for %s of %s", p.Verdict.Progress(), spokenDuration(p.Held), spokenDuration(p.Hold))
	default:
		line = p.Verdict.progressByName()
	}
	line += "; next look in " + spokenDuration(p.Next)
	if p.Left >= 0 {
		line += ", " + spokenDuration(p.Left) + " left"
	}
	return line
}

// ErrDeadline ends a wait whose deadline passed before the gate opened.
var ErrDeadline = errors.New("the deadline passed before the gate opened")

// Observer is how a wait looks at the fleet and tells about it.
type Observer struct {
	// Look gives a verdict on the fleet as it is now.
	Look func(context.Context) (Verdict, error)
	// Passing reports whether an error of Look may be gone at the next look;
	// any other error ends the wait.
	Passing func(error) bool
	// Report, if set, is told of every look that is not the last.
	Report func(Progress)
}

// Until looks at the fleet until the gate has been open for the time to hold,
// until waiting cannot open it any more, or until the deadline. It gives the
// last verdict there was. The error is nil only when a verdict was reached:
// read Verdict.Ready for which. It is ErrDeadline, joined with the last error
// of Look if that failed, the context's error, or an error of Look; beside an
// error no verdict is ready.
func (w Wait) Until(ctx context.Context, observer Observer) (Verdict, error) {
	var last Verdict
	var openSince time.Time
	for {
		verdict, err := observer.Look(ctx)
		now := time.Now()
		if err == nil {
			last, openSince = verdict, opening(verdict, openSince, now)
		} else {
			openSince = time.Time{}
		}
		switch {
		case ctx.Err() != nil:
			return w.expired(last, now, openSince), errors.Join(ctx.Err(), err)
		case err != nil && !observer.Passing(err):
			return w.expired(last, now, openSince), err
		case err == nil && (verdict.Hopeless || verdict.Ready && now.Sub(openSince) >= w.Hold):
			return verdict, nil
		}
		next, inTime := w.next(now, openSince)
		if !inTime {
			return w.expired(last, now, openSince), errors.Join(ErrDeadline, err)
		}
		if observer.Report != nil {
			observer.Report(w.progress(verdict, err, now, openSince, next))
		}
		select {
		case <-time.After(next):
		case <-ctx.Done():
			return w.expired(last, time.Now(), openSince), ctx.Err()
		}
	}
}

// opening is when the gate was first seen open without a break since, zero
// while it is closed.
func opening(verdict Verdict, before, now time.Time) time.Time {
	switch {
	case !verdict.Ready:
		return time.Time{}
	case before.IsZero():
		return now
	default:
		return before
	}
}

// lastLook is the time before the deadline that is left for a last look.
const lastLook = 5 * time.Second

// next is the time until the next look: the interval, or less where the time
// to hold ends sooner or the deadline comes first. It reports false where no
// look would end in time.
func (w Wait) next(now, openSince time.Time) (next time.Duration, inTime bool) {
	next = w.Interval
	if !openSince.IsZero() {
		next = min(next, w.Hold-now.Sub(openSince))
	}
	if w.Deadline.IsZero() || now.Add(next).Before(w.Deadline) {
		return next, true
	}
	next = w.Deadline.Sub(now) - lastLook
	return next, next > 0
}

// expired closes a verdict whose time to hold was not over, or after which
// there was no answer any more.
func (w Wait) expired(last Verdict, now, openSince time.Time) Verdict {
	if !last.Ready {
		return last
	}
	why := "then a look failed"
	reason := "The gate was open, and then a look at the fleet failed, so that it is not known whether it still is."
	if !openSince.IsZero() {
		why = "not open for long enough"
		reason = fmt.Sprintf("The gate has been open for %s, and must stay open for %s.",
			spokenDuration(now.Sub(openSince)), spokenDuration(w.Hold))
	}
	last.Ready = false
	last.Reasons = []string{reason}
	last.Remedies = []string{"Give the wait more time by timeouts, or shorten hold."}
	last.Summary = "closed: " + last.Progress() + ", " + why
	return last
}

func (w Wait) progress(verdict Verdict, err error, now, openSince time.Time, next time.Duration) Progress {
	progress := Progress{Err: err, Next: next, Left: -1, Hold: w.Hold}
	if err == nil {
		progress.Verdict = &verdict
	}
	if !openSince.IsZero() {
		progress.Held = now.Sub(openSince)
	}
	if !w.Deadline.IsZero() {
		progress.Left = w.Deadline.Sub(now)
	}
	return progress
}
