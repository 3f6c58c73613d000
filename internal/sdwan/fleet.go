package sdwan

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// Both collections have a paged query and an unpaged GET in both forms (documented).
// The queries ask for whole rows, as the controller makes up the fields that a
// projection leaves out (observed).
var (
	elementCollection = collection[wireElement, inventory.Element]{
		resource:  resource{subject: "elements", version: "v3.2", path: "/elements", sortField: "id", hasUnpaged: true},
		row:       (*wireElement).element,
		identity:  elementID,
		anonymous: "no id",
		name:      elementID,
		noun:      "element",
	}
	siteCollection = collection[wireSite, inventory.Site]{
		resource:  resource{subject: "sites", version: "v4.13", path: "/sites", sortField: "id", hasUnpaged: true},
		row:       (*wireSite).site,
		identity:  siteID,
		anonymous: "no id",
		name:      siteID,
		noun:      "site",
	}
)

func elementID(element *inventory.Element) string { return element.ID }

func siteID(site *inventory.Site) string { return site.ID }

// Elements returns every element of the tenant once, in the order of ids. The error
// is always an *Error, without elements. If the query is answered with 403 or 404,
// the unpaged list is read instead, for the life of the client.
func (c *Client) Elements(ctx context.Context) ([]inventory.Element, error) {
	return readList(ctx, c.elements, everyRow(c.elements))
}

// ElementsByID returns the elements with one of the ids, as Elements does; without
// ids it returns none. A row that was not asked for is an error of KindFilterIgnored.
func (c *Client) ElementsByID(ctx context.Context, ids []string) ([]inventory.Element, error) {
	return readList(ctx, c.elements, rowsByID(c.elements, ids))
}

// Sites returns every site of the tenant, as Elements does the elements.
func (c *Client) Sites(ctx context.Context) ([]inventory.Site, error) {
	return readList(ctx, c.sites, everyRow(c.sites))
}

// SitesByID returns the sites with one of the ids, as ElementsByID the elements.
func (c *Client) SitesByID(ctx context.Context, ids []string) ([]inventory.Site, error) {
	return readList(ctx, c.sites, rowsByID(c.sites, ids))
}

func everyRow[Wire, Row any](l *list[Wire, Row]) want[Row] {
	return want[Row]{body: l.pageQuery, judge: func(*Row) imagestatus.Truth { return imagestatus.True }}
}

// rowsByID uses "in", the only condition that clients were observed to send.
func rowsByID[Wire, Row any](l *list[Wire, Row], ids []string) want[Row] {
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	if len(wanted) > maxNamed {
		every := everyRow(l)
		every.keeps = func(row *Row) bool { return wanted[l.name(row)] }
		return every
	}
	unique := slices.Sorted(maps.Keys(wanted))
	params, _ := json.Marshal(map[string]map[imagestatus.Operator][]string{"id": {imagestatus.OperatorIn: unique}}) //nolint:errchkjson // A map of texts can always be written.
	return want[Row]{
		nothing: len(unique) == 0,
		named:   len(unique),
		judge: func(row *Row) imagestatus.Truth {
			if wanted[l.name(row)] {
				return imagestatus.True
			}
			return imagestatus.False
		},
		body: func(size, page int64) wireQuery {
			query := l.pageQuery(size, page)
			query.QueryParams = params
			return query
		},
	}
}

type gathered[Row any] struct{ rows []Row }

// Add never fails.
func (g *gathered[Row]) Add(row Row) error {
	g.rows = append(g.rows, row)
	return nil
}

func readList[Wire, Row any](ctx context.Context, l *list[Wire, Row], wanted want[Row]) ([]Row, error) {
	read, _, err := readAgain(ctx, l, wanted, func() *gathered[Row] { return new(gathered[Row]) })
	if err != nil {
		return nil, err
	}
	slices.SortFunc(read.rows, func(a, b Row) int { return strings.Compare(l.identity(&a), l.identity(&b)) })
	return read.rows, nil
}

// wireElement has only the fields of inventory.Element, of 37, to save memory.
type wireElement struct {
	ID              *identifier `json:"id"`
	Name            *string     `json:"name"`
	SiteID          *identifier `json:"site_id"`
	Role            *string     `json:"role"`
	ModelName       *string     `json:"model_name"`
	SerialNumber    *string     `json:"serial_number"`
	HardwareID      *string     `json:"hw_id"`
	SoftwareVersion *string     `json:"software_version"`
	State           *string     `json:"state"`
	Connected       *boolean    `json:"connected"`
	Tags            []string    `json:"tags"`
	ClusterID       *identifier `json:"cluster_id"`
	SpokeHAConfig   *wireHA     `json:"spoke_ha_config"`
}

type wireHA struct {
	ClusterID *identifier `json:"cluster_id"`
	Enable    *boolean    `json:"enable"`
}

func (w *wireElement) element() inventory.Element {
	element := inventory.Element{
		Name:            w.Name,
		SiteID:          (*string)(w.SiteID),
		Role:            w.Role,
		ModelName:       w.ModelName,
		SerialNumber:    w.SerialNumber,
		HardwareID:      w.HardwareID,
		SoftwareVersion: w.SoftwareVersion,
		State:           w.State,
		Connected:       (*bool)(w.Connected),
		Tags:            w.Tags,
		HubClusterID:    (*string)(w.ClusterID),
	}
	if w.ID != nil {
		element.ID = string(*w.ID)
	}
	if w.SpokeHAConfig != nil {
		element.HAGroupID, element.HAEnabled = (*string)(w.SpokeHAConfig.ClusterID), (*bool)(w.SpokeHAConfig.Enable)
	}
	return element
}

type wireSite struct {
	ID   *identifier `json:"id"`
	Name *string     `json:"name"`
	Tags []string    `json:"tags"`
}

func (w *wireSite) site() inventory.Site {
	site := inventory.Site{Name: w.Name, Tags: w.Tags}
	if w.ID != nil {
		site.ID = string(*w.ID)
	}
	return site
}

// identifier is a text or a whole number: clients test for a site_id of 1 as well as
// "1" (observed).
type identifier string

// UnmarshalJSON keeps every digit of a number.
func (i *identifier) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		return json.Unmarshal(raw, (*string)(i)) //nolint:wrapcheck // encoding/json adds the path of the field to its own errors.
	}
	var number integer
	if err := number.UnmarshalJSON(raw); err != nil {
		return err
	}
	*i = identifier(strconv.FormatInt(int64(number), 10))
	return nil
}

// boolean is true, false, "true" or "false": a controller that writes numbers as
// texts may write these as texts too (inferred).
type boolean bool

// UnmarshalJSON reads the two values in their two spellings.
func (b *boolean) UnmarshalJSON(raw []byte) error {
	switch strings.Trim(string(raw), `"`) {
	case "true":
		*b = true
	case "false":
		*b = false
	default:
		problem := "a value that is neither true nor false"
		if len(raw) <= maxShown {
			problem += fmt.Sprintf(", %s", snippet(raw))
		}
		return &json.UnmarshalTypeError{Value: problem, Type: reflect.TypeFor[boolean]()}
	}
	return nil
}
