package provider

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// gateRead is what one read of the fleet is for: a rule, and the elements to judge.
type gateRead struct {
	gate   rollout.Gate
	chosen choice
	verify bool        // a target that the tenant's images do not meet is an error
	wave   *waveChoice // the one wave of what is chosen; nil is all of it
}

// judgeGate judges the fleet as it is now. The names of elements and the images only
// explain a closed gate and decide nothing.
func (c *connection) judgeGate(ctx context.Context, asked gateRead, named *namer) (rollout.Verdict, error) {
	if err := named.verify(ctx, asked); err != nil {
		return rollout.Verdict{}, err
	}
	if asked.wave != nil {
		return c.judgeWave(ctx, asked, named)
	}
	who, err := c.participants(ctx, asked.chosen, needs{decides: asked.gate.RequireConnected})
	if err != nil {
		return rollout.Verdict{}, err
	}
	tally, _, err := sdwan.Read(ctx, c.client, imagestatus.Query{Selection: who.selection}, who.gate(asked.gate).StartTally)
	if err != nil {
		return rollout.Verdict{}, err
	}
	if err := c.leaveOut(ctx, who.selection, tally); err != nil {
		return rollout.Verdict{}, err
	}
	return c.explained(ctx, tally, who.fleet, named), nil
}

// explained returns the verdict; if it is closed, with the names of the elements shown.
// known is what was read of the fleet to judge it.
func (c *connection) explained(ctx context.Context, tally *rollout.Tally, known *inventory.Fleet, named *namer) rollout.Verdict {
	verdict := tally.Verdict(known)
	if verdict.Ready || !c.showNames {
		return verdict
	}
	names, unnamed, images := named.explain(ctx, known, verdict.Blocking, tally.WantsImages(&verdict))
	verdict = tally.Verdict(names)
	verdict.Unnamed = unnamed
	if images != nil {
		tally.Explain(&verdict, names, images)
	}
	return verdict
}

// leaveOut tells the tally which of the elements without a row have a row that the
// filters leave out. It reads only if there are filters and some named elements have
// no row.
func (c *connection) leaveOut(ctx context.Context, selection imagestatus.Selection, tally rowless) error {
	missing := tally.Missing()
	if len(missing) == 0 || !selection.Filtered() {
		return nil
	}
	query := imagestatus.Query{Selection: imagestatus.Selection{}.Among(missing)}
	left, _, err := sdwan.Read(ctx, c.client, query, func() leftOut { return leftOut{selection, make(map[string]bool)} })
	if err != nil {
		return err
	}
	tally.LeaveOut(left.elements)
	return nil
}

// rowless is the part of a tally that is about elements without a row.
type rowless interface {
	Missing() []string
	LeaveOut(elements map[string]bool)
}

// leftOut collects the elements whose rows a selection leaves out.
type leftOut struct {
	selection imagestatus.Selection
	elements  map[string]bool
}

// Add records the element of a row. It skips a row that the selection includes, which
// appeared between the two reads.
func (l leftOut) Add(status imagestatus.Status) error {
	if l.selection.Matches(&status) != imagestatus.True || !l.selection.Keeps(&status) {
		l.elements[status.Element()] = true
	}
	return nil
}

// transientKinds are the errors after which a waiting gate checks again: the controller
// or something on the way to it may be restarting.
var transientKinds = map[sdwan.Kind]bool{
	sdwan.KindUnavailable:  true,
	sdwan.KindUnreachable:  true,
	sdwan.KindRateLimited:  true,
	sdwan.KindSignIn:       true,
	sdwan.KindMalformed:    true,
	sdwan.KindInconsistent: true,
}

// await judges the fleet until the gate opens, until it cannot open any more, or until
// the deadline of the context. A closed gate is no error. If the last check failed,
// that failure is the error, since the verdict before it may be outdated.
func (c *connection) await(ctx context.Context, asked gateRead, wait rollout.Wait, report func(rollout.Progress)) (rollout.Verdict, error) {
	if deadline, bounded := ctx.Deadline(); bounded {
		wait.Deadline = deadline
	}
	named := newNamer(c.client)
	var lastFailure error // of the last check that the deadline did not cut short
	verdict, err := wait.Until(ctx, rollout.Observer{
		Read: func(ctx context.Context) (rollout.Verdict, error) {
			verdict, err := c.judgeGate(ctx, asked, named)
			if err == nil || ctx.Err() == nil {
				lastFailure = err
			}
			return verdict, err
		},
		Transient: isTransient,
		Report:    report,
	})
	ended := errors.Is(err, rollout.ErrDeadline) || errors.Is(err, context.DeadlineExceeded)
	switch {
	case ended && lastFailure != nil:
		return verdict, lastFailure
	case ended && verdict.Summary != "":
		verdict.Ready = false
		return verdict, nil
	case errors.Is(err, context.Canceled) && sdwan.KindOf(err) == "":
		return verdict, &sdwan.Error{Kind: sdwan.KindCancelled, Operation: "wait for the gate", Problem: "the wait was cancelled between two checks of the fleet"}
	default:
		return verdict, err
	}
}

// isTransient reports whether a waiting gate checks again after an error. It does not if
// the controller asks to wait beyond the deadline.
func isTransient(err error) bool {
	return transientKinds[sdwan.KindOf(err)] && !sdwan.IsBeyondDeadline(err)
}

// result judges the fleet once, or waits for the gate if `wait` is set, within the time
// limit. ok is false if diags hold an error.
func (m gateModel) result(ctx context.Context, connected *connection, limit time.Duration, diags *diag.Diagnostics) (gate rollout.Gate, verdict rollout.Verdict, ok bool) {
	asked, _ := m.read(ctx, diags)
	wait := m.wait(ctx, diags)
	if diags.HasError() {
		return asked.gate, verdict, false
	}
	ctx, cancel := context.WithTimeout(connected.logging(ctx), limit)
	defer cancel()
	var err error
	if wait == nil {
		verdict, err = connected.judgeGate(ctx, asked, newNamer(connected.client))
	} else {
		verdict, err = connected.await(ctx, asked, *wait, nil)
	}
	if err != nil {
		connected.addError(diags, err)
		return asked.gate, verdict, false
	}
	return asked.gate, verdict, true
}

func (m gateModel) defaultTimeout() time.Duration {
	if m.Wait.IsNull() {
		return defaultReadTimeout
	}
	return defaultWaitTimeout
}
