package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Wait describes how to wait for a gate.
type Wait struct {
	Interval time.Duration // between two checks
	Hold     time.Duration // for which every check must find the gate open; 0 for one check
	Deadline time.Time     // zero for none
}

// Progress is the result of one check of the fleet.
type Progress struct {
	Verdict    *Verdict      // nil if the check failed
	Err        error         // a transient error
	Next       time.Duration // until the next check
	Left       time.Duration // until the deadline; negative without one
	Held, Hold time.Duration // for which the gate has stayed open, of Wait.Hold
}

// String returns one line, such as "37/50 ready (74%), 12 pending, 1 failed: BR-FRA-01
// (Frankfurt); next check in 30 s, 1 h 12 m left". It names the worst element if its
// name is known.
func (p Progress) String() string {
	var line string
	switch {
	case p.Err != nil:
		line = "this check of the fleet failed: " + shorten(p.Err.Error(), maxFailureRunes)
	case p.Verdict.Ready:
		line = fmt.Sprintf("%s; open for %s of %s", p.Verdict.Progress(), spokenDuration(p.Held), spokenDuration(p.Hold))
	default:
		line = p.Verdict.progressByName()
	}
	line += "; next check in " + spokenDuration(p.Next)
	if p.Left >= 0 {
		line += ", " + spokenDuration(p.Left) + " left"
	}
	return line
}

// ErrDeadline ends a wait whose deadline passed before the gate opened.
var ErrDeadline = errors.New("the deadline passed before the gate opened")

// Observer is how a wait reads the fleet and reports progress.
type Observer struct {
	// Read returns a verdict on the fleet as it is now.
	Read func(context.Context) (Verdict, error)
	// Transient reports whether the wait should go on after an error of Read.
	Transient func(error) bool
	// Report, if set, is called after every check but the last.
	Report func(Progress)
}

// Until checks the fleet until the gate has been open for Hold, until waiting can no
// longer open it, or until the deadline. It returns the last verdict, which is never
// ready beside an error. The error is ErrDeadline, joined with an error of the last
// Read; the error of the context; or an error of Read that is not transient.
func (w Wait) Until(ctx context.Context, observer Observer) (Verdict, error) {
	var last Verdict
	var openSince time.Time
	for {
		verdict, err := observer.Read(ctx)
		now := time.Now()
		if err == nil {
			last, openSince = verdict, opening(verdict, openSince, now)
		} else {
			openSince = time.Time{}
		}
		switch {
		case ctx.Err() != nil:
			return w.expired(last, now, openSince), errors.Join(ctx.Err(), err)
		case err != nil && !observer.Transient(err):
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

// opening returns the time since which every check has found the gate open; zero if it
// is closed.
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

const finalReadTime = 5 * time.Second // reserved for a last check before the deadline

// next returns the time until the next check: the interval, or less if Hold or the
// deadline ends sooner; false if no check would end before the deadline.
func (w Wait) next(now, openSince time.Time) (next time.Duration, inTime bool) {
	next = w.Interval
	if !openSince.IsZero() {
		next = min(next, w.Hold-now.Sub(openSince))
	}
	if w.Deadline.IsZero() || now.Add(next).Before(w.Deadline) {
		return next, true
	}
	next = w.Deadline.Sub(now) - finalReadTime
	return next, next > 0
}

// expired closes an open verdict if the wait ended before Hold, or after a failed check.
func (w Wait) expired(last Verdict, now, openSince time.Time) Verdict {
	if !last.Ready {
		return last
	}
	why := "then a check failed"
	reason := "The gate was open, but a later check of the fleet failed, so that it is not known whether it still is."
	if !openSince.IsZero() {
		why = "not open for long enough"
		reason = fmt.Sprintf("The gate has been open for %s, and must stay open for %s.",
			spokenDuration(now.Sub(openSince)), spokenDuration(w.Hold))
	}
	last.Ready = false
	last.Reasons = []string{reason}
	last.Remedies = []string{"Allow more time in timeouts, or shorten hold."}
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
