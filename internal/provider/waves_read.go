package provider

import (
	"context"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// wavesRead is what one read of all waves is for.
type wavesRead struct {
	gateRead

	plan      wavesPlan
	overrides map[int]rollout.Thresholds
	listed    bool // with the names of all elements
}

// waves splits the participants. The error is an *imagestatus.ArgumentError.
func (p *participants) waves(plan wavesPlan) ([][]string, error) {
	groups := make(map[string]string)
	if plan.apart.group != nil {
		for _, id := range p.ids {
			if element, listed := p.fleet.Element(id); listed {
				if group := plan.apart.group(element); group != "" {
					groups[id] = group
				}
			}
		}
	}
	made := rollout.Plan{Sizes: plan.sizes, Groups: groups, First: plan.first, Last: plan.last}
	return made.Waves(p.ids)
}

// judgeWaves judges every wave with one read of the statuses.
func (c *connection) judgeWaves(ctx context.Context, asked wavesRead) (*rollout.SequenceTally, participants, error) {
	decides := asked.plan.apart.group != nil || asked.gate.RequireConnected
	who, err := c.participants(ctx, asked.chosen, needs{everyone: true, decides: decides, names: asked.listed})
	if err != nil {
		return nil, who, err
	}
	waves, err := who.waves(asked.plan)
	if err != nil {
		return nil, who, err
	}
	sequence := who.gate(asked.gate).InWaves(waves, asked.overrides)
	tally, _, err := sdwan.Read(ctx, c.client, imagestatus.Query{Selection: who.selection}, sequence.StartTally)
	if err != nil {
		return nil, who, err
	}
	return tally, who, c.leaveOut(ctx, who.selection, tally)
}

// judgeWave is judgeGate for a gate on one wave. It reads the rows of all waves, since
// elements that the list of elements lacks belong to the last one.
func (c *connection) judgeWave(ctx context.Context, asked gateRead, named *namer) (rollout.Verdict, error) {
	tally, who, err := c.judgeWaves(ctx, wavesRead{gateRead: asked, plan: asked.wave.wavesPlan})
	if err != nil {
		return rollout.Verdict{}, err
	}
	wave := tally.Wave(asked.wave.number)
	switch waves := max(tally.Waves(), len(asked.wave.sizes)); {
	case wave == nil && asked.wave.number > waves:
		return rollout.Verdict{}, asked.wave.beyond(waves)
	case wave == nil:
		empty := asked.gate
		empty.Wave, empty.ElementIDs, empty.Selected = asked.wave.number, []string{}, who.selected
		wave = empty.StartTally()
	}
	return c.explained(ctx, wave, who.fleet, named), nil
}
