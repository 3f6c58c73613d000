package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"golang.org/x/sync/errgroup"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// fleet reads every element and, withSites, every site, at the same time.
func (c *connection) fleet(ctx context.Context, withSites bool) (*inventory.Fleet, error) {
	return c.readFleet(ctx, withSites, func(err error) error { return err })
}

// explainedFleet reads a fleet whose sites only explain: if they cannot be read, the
// fleet has none, and unread says why.
func (c *connection) explainedFleet(ctx context.Context) (fleet *inventory.Fleet, unread, err error) {
	fleet, err = c.readFleet(ctx, true, func(failure error) error {
		unread = failure
		return nil
	})
	if err == nil {
		err = forgive(ctx, unread)
	}
	if err != nil {
		return nil, nil, err
	}
	return fleet, unread, nil
}

// forgive drops the failure of a read that only explains, unless the run was
// interrupted.
func forgive(ctx context.Context, unread error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return unread
	}
	return nil
}

// describedFleet reads the fleet, with sites if the description or the names need
// them. If only the names do, a failure to read sites is returned as unread.
func (c *connection) describedFleet(ctx context.Context, where inventory.Where, withNames bool) (fleet *inventory.Fleet, unread, err error) {
	if withNames && !where.NeedsSites() {
		return c.explainedFleet(ctx)
	}
	fleet, err = c.fleet(ctx, where.NeedsSites())
	return fleet, nil, err
}

// readFleet reads the fleet; sitesFailed decides whether a failure to read the sites
// is an error, which also cancels the read of the elements.
func (c *connection) readFleet(ctx context.Context, withSites bool, sitesFailed func(error) error) (*inventory.Fleet, error) {
	var elements []inventory.Element
	var sites []inventory.Site
	reads, ctx := errgroup.WithContext(ctx)
	reads.Go(func() (err error) {
		elements, err = c.client.Elements(ctx)
		return err
	})
	if withSites {
		reads.Go(func() (err error) {
			if sites, err = c.client.Sites(ctx); err != nil {
				return sitesFailed(err)
			}
			return nil
		})
	}
	if err := reads.Wait(); err != nil {
		return nil, err
	}
	return inventory.NewFleet(elements, sites), nil
}

// lists are those of the controller that a data source joins its rows with.
type lists struct{ elements, sites bool }

// selection resolves a choice for a data source that returns rows, where a value of
// `where` that selects no element is an error. The fleet has the lists that are
// needed, each read once. ok is false if diags hold an error.
func (c *connection) selection(ctx context.Context, chosen choice, needed lists, diags *diag.Diagnostics) (selection imagestatus.Selection, fleet *inventory.Fleet, ok bool) {
	if chosen.where == nil && (!needed.elements || chosen.Empty()) {
		return chosen.Selection, inventory.NewFleet(nil, nil), true
	}
	fleet, err := c.fleet(ctx, needed.sites || chosen.where != nil && chosen.where.NeedsSites())
	if err != nil {
		c.addError(diags, err)
		return selection, nil, false
	}
	if chosen.where == nil {
		return chosen.Selection, fleet, true
	}
	selected := fleet.Select(*chosen.where)
	addUnmatched(diags, *chosen.where, selected)
	return chosen.Among(selected.IDs()), fleet, !diags.HasError()
}
