package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// maxCandidates bounds the list of elements that have one name.
const maxCandidates = 10

// elementNamed finds the one element with a name. It is nil if there is none, or more
// than one; diags then say so.
func (c *connection) elementNamed(ctx context.Context, name string, diags *diag.Diagnostics) *inventory.Element {
	fleet, err := c.fleet(ctx, false)
	if err != nil {
		c.addError(diags, err)
		return nil
	}
	at, written := path.Root(nameElementName), fmt.Sprintf("%q", name)
	found, similar := fleet.Named(name)
	switch {
	case len(found) == 1:
		return found[0]
	case len(found) > 1:
		invalid(diags, at, written, fmt.Sprintf("%d elements of this tenant have this name. Write the id of one of them as `element_id` instead.\n%s",
			len(found), strings.Join(c.candidates(ctx, found), "\n")))
	case len(similar) > 0:
		invalid(diags, at, written, fmt.Sprintf("No element of this tenant has this name. Did you mean %s?", alternatives(similar)))
	default:
		invalid(diags, at, written, "No element of this tenant has this name, or one like it. Correct it, or write `element_id`.")
	}
	return nil
}

// candidates returns a line on each element of one name. If sites cannot be read, the
// lines show the ids of the sites.
func (c *connection) candidates(ctx context.Context, elements []*inventory.Element) []string {
	shown := elements[:min(len(elements), maxCandidates)]
	var siteIDs []string
	for _, element := range shown {
		if id, bound := element.Site(); bound {
			siteIDs = append(siteIDs, id)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, namesTimeout)
	defer cancel()
	sites, err := c.client.SitesByID(ctx, siteIDs)
	if err != nil {
		sites = nil
	}
	fleet := inventory.NewFleet(nil, sites)
	var lines []string
	for _, element := range shown {
		lines = append(lines, "  "+candidate(element, fleet.SiteOf(element)))
	}
	if more := len(elements) - len(shown); more > 0 {
		lines = append(lines, fmt.Sprintf("  … and %d more", more))
	}
	return lines
}

func candidate(element *inventory.Element, site *inventory.Site) string {
	at := "no site"
	if id, bound := element.Site(); bound {
		at = "site " + id
	}
	if site != nil && site.Name != nil {
		at = fmt.Sprintf("site %q", *site.Name)
	}
	if element.ModelName != nil {
		at += fmt.Sprintf(", model %q", *element.ModelName)
	}
	return element.ID + " (" + at + ")"
}
