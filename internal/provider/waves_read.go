package provider

import (
	"context"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// wavesRead is what one read of all waves answers.
type wavesRead struct {
	gateRead

	plan      wavesPlan
	overrides map[int]rollout.Thresholds
	// listed asks for the names of all elements.
	listed bool
}

// roster is who takes part in a rollout.
type roster struct {
	ids       []string
	selection imagestatus.Selection
	// selected is nil where the elements are named by id.
	selected *inventory.Selected
	// fleet is what was read of elements and sites; nil where nothing was.
	fleet *inventory.Fleet
	// unread is why names are missing that were asked for.
	unread error
}

// roster reads who takes part. The list of elements says so, but for elements
// named by id: these need it only to be kept apart, or for the rule.
func (c *connection) roster(ctx context.Context, asked wavesRead) (who roster, err error) {
	who.selection, who.ids = asked.chosen.Selection, asked.chosen.ElementIDs()
	if asked.chosen.where == nil && (who.ids != nil || asked.chosen.Nothing()) {
		decides := asked.plan.apart.group != nil || asked.gate.RequireConnected
		who.fleet, who.unread, err = c.rosterByID(ctx, who.ids, decides, asked.listed)
		return who, err
	}
	var where inventory.Where
	if asked.chosen.where != nil {
		where = *asked.chosen.where
	}
	if who.fleet, who.unread, err = c.describedFleet(ctx, where, asked.listed); err != nil {
		return who, err
	}
	selected := who.fleet.Select(where)
	who.selected, who.ids = &selected, selected.IDs()
	if asked.chosen.where != nil {
		who.selection = who.selection.Among(who.ids)
	}
	return who, nil
}

// rosterByID reads the elements with the ids where they decide or are listed, and
// their sites where they are listed. What only explains may be missing: unread
// then says why.
func (c *connection) rosterByID(ctx context.Context, ids []string, decides, listed bool) (fleet *inventory.Fleet, unread, err error) {
	if !decides && !listed {
		return nil, nil, nil
	}
	fleet, err = c.fleetByID(ctx, ids)
	switch {
	case err != nil && decides:
		return nil, nil, err
	case err != nil:
		return nil, err, explains(ctx, err)
	case !listed:
		return fleet, nil, nil
	}
	elements := fleet.Elements()
	var siteIDs []string
	for i := range elements {
		if id, bound := elements[i].Site(); bound {
			siteIDs = append(siteIDs, id)
		}
	}
	sites, unread := c.client.SitesByID(ctx, siteIDs)
	if unread != nil {
		return fleet, unread, explains(ctx, unread)
	}
	return inventory.NewFleet(elements, sites), nil, nil
}

// waves splits who takes part. The error is an *imagestatus.ArgumentError.
func (r *roster) waves(plan wavesPlan) ([][]string, error) {
	groups := make(map[string]string)
	if plan.apart.group != nil {
		for _, id := range r.ids {
			if element, listed := r.fleet.Element(id); listed {
				if group := plan.apart.group(element); group != "" {
					groups[id] = group
				}
			}
		}
	}
	made := rollout.Plan{Sizes: plan.sizes, Groups: groups, First: plan.first, Last: plan.last}
	return made.Waves(r.ids)
}

// judgeWaves judges every wave from one read of the statuses.
func (c *connection) judgeWaves(ctx context.Context, asked wavesRead) (*rollout.SequenceTally, roster, error) {
	who, err := c.roster(ctx, asked)
	if err != nil {
		return nil, who, err
	}
	waves, err := who.waves(asked.plan)
	if err != nil {
		return nil, who, err
	}
	gate := asked.gate
	gate.Now, gate.Fleet, gate.Selected = time.Now(), who.fleet, who.selected
	sequence := gate.InWaves(waves, asked.overrides)
	tally, _, err := sdwan.Read(ctx, c.client, imagestatus.Query{Selection: who.selection}, sequence.Judge)
	if err != nil {
		return nil, who, err
	}
	return tally, who, c.leaveOut(ctx, who.selection, tally)
}

// lookAtWave is look for a gate over one wave. It reads all waves, since an
// element that the list of elements lacks is in the last one.
func (c *connection) lookAtWave(ctx context.Context, asked gateRead, named *namer) (rollout.Verdict, error) {
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
		wave = empty.Judge()
	}
	return c.explained(ctx, wave, who.fleet, named), nil
}
