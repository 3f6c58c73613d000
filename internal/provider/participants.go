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
	// ids is nil where only the rows say who takes part.
	ids       []string
	selection imagestatus.Selection
	// selected is nil where the elements are named by id, or by their rows.
	selected *inventory.Selected
	// fleet is what was read of elements and sites; nil where nothing was.
	fleet *inventory.Fleet
	// unread is why names are missing that were asked for.
	unread error
}

// needs says what must be known of participants beside who they are.
type needs struct {
	// everyone asks for the ids of all elements where nothing narrows them.
	everyone bool
	// decides says that the list of elements decides something, so that it must be
	// readable.
	decides bool
	// names asks for the names of elements and sites, which only explain.
	names bool
}

// participants resolves a choice of elements. The list of elements says who they are,
// but for elements that are named by id or by conditions on their rows.
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

// fleetOf reads the elements with the ids where they decide or are named, and
// their sites where they are named. What only explains may be missing: unread
// then says why.
func (c *connection) fleetOf(ctx context.Context, ids []string, needed needs) (fleet *inventory.Fleet, unread, err error) {
	if !needed.decides && !needed.names {
		return nil, nil, nil
	}
	elements, err := c.client.ElementsByID(ctx, ids)
	switch {
	case err != nil && needed.decides:
		return nil, nil, err
	case err != nil:
		return nil, err, explains(ctx, err)
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
		return inventory.NewFleet(elements, nil), unread, explains(ctx, unread)
	}
	return inventory.NewFleet(elements, sites), nil, nil
}

// gate applies a rule to the participants as they are now.
func (p *participants) gate(rule rollout.Gate) rollout.Gate {
	rule.Now, rule.Fleet, rule.Selected, rule.ElementIDs = time.Now(), p.fleet, p.selected, p.ids
	return rule
}
