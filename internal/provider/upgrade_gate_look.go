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

// gateRead is what one read of the fleet answers: the rule, and what it is about.
type gateRead struct {
	gate   rollout.Gate
	chosen choice
	// verify says that a target which the tenant's images do not meet is an error.
	verify bool
	// wave narrows it to one wave of what is chosen; nil is all of it.
	wave *waveChoice
}

// look judges the fleet as it is now. What the controller calls the elements
// that are shown as not ready, and the images it offers, explain a closed gate and
// decide nothing.
func (c *connection) look(ctx context.Context, asked gateRead, named *namer) (rollout.Verdict, error) {
	if err := named.verify(ctx, asked); err != nil {
		return rollout.Verdict{}, err
	}
	if asked.wave != nil {
		return c.lookAtWave(ctx, asked, named)
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

// explained is the verdict with the names of the elements that a closed gate
// shows. known is what was read of the fleet to judge it.
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

// leaveOut tells the tally which of the elements without a row have one that
// the filters leave out. Only where filters narrow elements that are named, and
// some of these have no row, is one more read needed.
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

// Add takes a row. One that the selection would take came between two reads.
func (l leftOut) Add(status imagestatus.Status) error {
	if l.selection.Matches(&status) != imagestatus.True || !l.selection.Keeps(&status) {
		l.elements[status.Element()] = true
	}
	return nil
}

// passingKinds are the errors after which a waiting gate looks again: the
// controller or the way to it may be restarting.
var passingKinds = map[sdwan.Kind]bool{
	sdwan.KindUnavailable:  true,
	sdwan.KindUnreachable:  true,
	sdwan.KindRateLimited:  true,
	sdwan.KindSignIn:       true,
	sdwan.KindMalformed:    true,
	sdwan.KindInconsistent: true,
}

// await judges the fleet until the gate opens, cannot open, or the context's
// deadline. A verdict that is not ready is no error, but one after which the
// fleet could not be read any more is none: it may be old.
func (c *connection) await(ctx context.Context, asked gateRead, wait rollout.Wait, report func(rollout.Progress)) (rollout.Verdict, error) {
	if deadline, bounded := ctx.Deadline(); bounded {
		wait.Deadline = deadline
	}
	named := newNamer(c.client)
	var blind error // Why the last look that time did not cut short failed.
	verdict, err := wait.Until(ctx, rollout.Observer{
		Read: func(ctx context.Context) (rollout.Verdict, error) {
			verdict, err := c.look(ctx, asked, named)
			if err == nil || ctx.Err() == nil {
				blind = err
			}
			return verdict, err
		},
		Transient: passing,
		Report:    report,
	})
	ended := errors.Is(err, rollout.ErrDeadline) || errors.Is(err, context.DeadlineExceeded)
	switch {
	case ended && blind != nil:
		return verdict, blind
	case ended && verdict.Summary != "":
		verdict.Ready = false
		return verdict, nil
	case errors.Is(err, context.Canceled) && sdwan.KindOf(err) == "":
		return verdict, &sdwan.Error{Kind: sdwan.KindCancelled, Operation: "wait for the gate", Problem: "the wait was cancelled between two looks at the fleet"}
	default:
		return verdict, err
	}
}

// passing reports whether a waiting gate looks again after an error. To come
// back at a time beyond the deadline is no use.
func passing(err error) bool {
	return passingKinds[sdwan.KindOf(err)] && !sdwan.IsBeyondDeadline(err)
}

// result judges the fleet once, or waits for the gate where it must, within
// the time limit. ok is false where diags say why there is no verdict.
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
		verdict, err = connected.look(ctx, asked, newNamer(connected.client))
	} else {
		verdict, err = connected.await(ctx, asked, *wait, nil)
	}
	if err != nil {
		connected.addError(diags, err)
		return asked.gate, verdict, false
	}
	return asked.gate, verdict, true
}

// timeLimit is the default time limit of a gate.
func (m gateModel) timeLimit() time.Duration {
	if m.Wait.IsNull() {
		return defaultReadTimeout
	}
	return defaultWaitTimeout
}
