package provider

import (
	"context"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

// participants are the elements that a gate or a rollout is about.
type participants struct {
	ids       []string // nil if only the rows tell who takes part
	selection imagestatus.Selection
	selected  *inventory.Selected // nil unless chosen from the list of elements
	fleet     *inventory.Fleet    // what was read of elements and sites; nil is nothing
	unread    error               // why wanted names are missing
}

// needs says what must be known of participants besides who they are.
type needs struct {
	everyone bool // the ids of all elements, if no condition narrows them
	decides  bool // the list of elements decides, so it must be readable
	names    bool // the names of elements and sites, which only explain
}

// participants resolves a choice of elements. It reads the list of elements unless ids
// or conditions on rows choose them.
func (c *connection) participants(ctx context.Context, chosen choice, needed needs) (who participants, err error) {
	who.selection, who.ids = chosen.Selection, chosen.ElementIDs()
	switch {
	case chosen.where == nil && (who.ids != nil || chosen.Empty()):
		who.fleet, who.unread, err = c.fleetOf(ctx, who.ids, needed)
		return who, err
	case chosen.where == nil && !needed.everyone:
		if needed.decides {
			who.fleet, err = c.fleet(ctx, false)
		}
		return who, err
	}
	var where inventory.Where
	if chosen.where != nil {
		where = *chosen.where
	}
	if who.fleet, who.unread, err = c.describedFleet(ctx, where, needed.names); err != nil {
		return who, err
	}
	selected := who.fleet.Select(where)
	who.selected, who.ids = &selected, selected.IDs()
	if chosen.where != nil {
		who.selection = who.selection.Among(who.ids)
	}
	return who, nil
}

// fleetOf reads the elements with the ids if they decide or their names are needed,
// and their sites if names are needed. A failure of a read that only explains is
// returned as unread.
func (c *connection) fleetOf(ctx context.Context, ids []string, needed needs) (fleet *inventory.Fleet, unread, err error) {
	if !needed.decides && !needed.names {
		return nil, nil, nil
	}
	elements, err := c.client.ElementsByID(ctx, ids)
	switch {
	case err != nil && needed.decides:
		return nil, nil, err
	case err != nil:
		return nil, err, forgive(ctx, err)
	case !needed.names:
		return inventory.NewFleet(elements, nil), nil, nil
	}
	var siteIDs []string
	for i := range elements {
		if id, bound := elements[i].Site(); bound {
			siteIDs = append(siteIDs, id)
		}
	}
	sites, unread := c.client.SitesByID(ctx, siteIDs)
	if unread != nil {
		return inventory.NewFleet(elements, nil), unread, forgive(ctx, unread)
	}
	return inventory.NewFleet(elements, sites), nil, nil
}

// gate applies a rule to the participants as they are now.
func (p *participants) gate(rule rollout.Gate) rollout.Gate {
	rule.Now, rule.Fleet, rule.Selected, rule.ElementIDs = time.Now(), p.fleet, p.selected, p.ids
	return rule
}
