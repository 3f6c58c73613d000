package simulator

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// provenFilters are the fields by which clients were observed to filter elements and
// sites.
var provenFilters = []string{"id", "site_id", "name", "_updated_on_utc"}

// elementSchema describes elements (documented for version 3.2; the legacy form also
// has tenant_id).
var elementSchema = newSchema(schema[elementItem]{
	name: "elements", description: "Element query", bodyKeys: queryKeys, orderedBy: "id",
	fabricates: true, kept: []string{"id", "name"},
}, slices.Concat([]field[elementItem]{
	textField("id", func(e *elementItem) *string { return &e.ID }),
	textField("name", func(e *elementItem) *string { return e.Name }),
	textField("site_id", func(e *elementItem) *string { return e.SiteID }),
	fabricated(textField("role", func(e *elementItem) *string { return e.Role }), "NONE"),
	textField("model_name", func(e *elementItem) *string { return e.ModelName }),
	textField("serial_number", func(e *elementItem) *string { return e.SerialNumber }),
	textField("hw_id", func(e *elementItem) *string { return e.HardwareID }),
	textField("software_version", func(e *elementItem) *string { return e.SoftwareVersion }),
	textField("state", func(e *elementItem) *string { return e.State }),
	textField("cluster_id", func(e *elementItem) *string { return e.HubClusterID }),
	flagField("connected", func(e *elementItem) *bool { return e.Connected }),
	textsField("tags", func(e *elementItem) []string { return e.Tags }),
	textsField("allowed_roles", func(*elementItem) []string { return []string{roleSpoke, inventory.RoleHub} }),
	objectField("spoke_ha_config", haConfig),
	integerField("_etag", func(e *elementItem) imagestatus.Value { return e.etag }),
	integerField("_created_on_utc", func(e *elementItem) imagestatus.Value { return e.created }),
	integerField("_updated_on_utc", func(e *elementItem) imagestatus.Value { return e.updated }),
}, nullFields[elementItem](
	"admin_action", "admin_renew_state", "admin_suspend_state", "deployment_op", "description", "device_change_mode_start_time",
	"device_change_mode_state", "device_mode", "device_profile_id", "fips_mode", "fips_mode_change_start_time", "hub_cluster_config",
	"l3_direct_private_wan_forwarding", "l3_lan_forwarding", "led_config", "main_power_usage_threshold", "nat_policysetstack_id",
	"network_policysetstack_id", "override_indicator", "priority_policysetstack_id", "switch_config", "vpn_to_vpn_forwarding",
))...)

// siteSchema describes sites (documented for version 4.13).
var siteSchema = newSchema(schema[site]{
	name: "sites", description: "Site query", bodyKeys: append([]string{"region_group_by", "view"}, queryKeys...), orderedBy: "id",
	fabricates: true, kept: []string{"id", "name"},
}, slices.Concat([]field[site]{
	textField("id", func(s *site) *string { return &s.described.ID }),
	textField("name", func(s *site) *string { return s.described.Name }),
	fabricated(textField("element_cluster_role", func(s *site) *string { return &s.role }), "NONE"),
	textField("admin_state", func(*site) *string { return new("active") }),
	textsField("tags", func(s *site) []string { return s.described.Tags }),
	objectField("address", func(s *site) []byte { return appendJSON(nil, s.place.address()) }),
	objectField("location", func(s *site) []byte { return appendJSON(nil, s.place.location()) }),
	integerField("_etag", func(*site) imagestatus.Value { return imagestatus.IntegerValue(1) }),
	integerField("_created_on_utc", func(*site) imagestatus.Value { return imagestatus.IntegerValue(stamp(imagesEpoch)) }),
	integerField("_updated_on_utc", func(*site) imagestatus.Value { return imagestatus.IntegerValue(stamp(imagesEpoch)) }),
}, nullFields[site](
	"app_acceleration_enabled", "branch_gateway", "description", "element_system_limit_profile_id", "extended_tags",
	"multicast_peer_group_id", "nat_policysetstack_id", "network_policysetstack_id", "perfmgmt_policysetstack_id", "policy_set_id",
	"prefer_lan_default_over_wan_default_route", "priority_policysetstack_id", "security_policyset_id",
	"security_policysetstack_id", "service_binding", "sgi_config", "vrf_context_profile_id",
))...)

func attributeOf(name string, kind kind) attribute {
	return attribute{name: name, kind: kind, unproven: !slices.Contains(provenFilters, name)}
}

func textField[T any](name string, of func(*T) *string) field[T] {
	return field[T]{attribute: attributeOf(name, kindText), value: func(item *T) imagestatus.Value {
		if text := of(item); text != nil {
			return imagestatus.TextValue(*text)
		}
		return imagestatus.Value{}
	}}
}

func flagField[T any](name string, of func(*T) *bool) field[T] {
	return field[T]{attribute: attributeOf(name, kindFlag), value: func(item *T) imagestatus.Value {
		if flag := of(item); flag != nil {
			return imagestatus.TextValue(strconv.FormatBool(*flag))
		}
		return imagestatus.Value{}
	}}
}

func integerField[T any](name string, of func(*T) imagestatus.Value) field[T] {
	return field[T]{attribute: attributeOf(name, kindInteger), value: of}
}

func textsField[T any](name string, of func(*T) []string) field[T] {
	return field[T]{attribute: attributeOf(name, kindTexts), texts: of}
}

func objectField[T any](name string, of func(*T) []byte) field[T] {
	return field[T]{attribute: attributeOf(name, kindObject), object: of}
}

// nullFields are documented and null in every item.
func nullFields[T any](names ...string) []field[T] {
	fields := make([]field[T], len(names))
	for i, name := range names {
		fields[i] = field[T]{attribute: attributeOf(name, kindObject)}
	}
	return fields
}

func fabricated[T any](made field[T], as string) field[T] {
	made.fabricated = as
	return made
}

// haConfig is the HA group of a branch element; hubs have none (documented).
func haConfig(e *elementItem) []byte {
	if e.HAGroupID == nil {
		return nil
	}
	return appendJSON(nil, map[string]any{
		"cluster_id": e.HAGroupID, "enable": e.HAEnabled, "priority": e.priority, "source_interface": e.ID, "track": nil,
	})
}

func (r *snapshot) elements() *list[*element, elementItem] {
	return listOf(r, elementSchema, r.fleet.listed, r.fleet.listedByID, r.element)
}

func (r *snapshot) sites() *list[*site, site] {
	return listOf(r, siteSchema, r.fleet.sites, r.fleet.sitesByID, func(stored *site) (*site, bool) { return stored, true })
}

// listOf is a list whose items are encoded each time.
func listOf[S, T any](r *snapshot, schema *schema[T], stored, ordered []S, see func(S) (*T, bool)) *list[S, T] {
	return &list[S, T]{
		snapshot: r, schema: schema, stored: stored, ordered: ordered, see: see,
		item: func(entry S, style style) []byte {
			seen, _ := see(entry)
			return schema.appendItem(make([]byte, 0, 1536), style, seen, unreplaced, "")
		},
	}
}

func (s *Simulator) queryElements(c *call) ([]byte, error) {
	if err := c.refuseFleet(true); err != nil {
		return nil, err
	}
	return answerQuery(s, c, elementSchema, (*snapshot).elements)
}

func (s *Simulator) querySites(c *call) ([]byte, error) {
	if err := c.refuseFleet(true); err != nil {
		return nil, err
	}
	return answerQuery(s, c, siteSchema, (*snapshot).sites)
}

func (s *Simulator) listElements(c *call) ([]byte, error) {
	if err := c.refuseFleet(false); err != nil {
		return nil, err
	}
	return answerAll(s, c, (*snapshot).elements)
}

func (s *Simulator) listSites(c *call) ([]byte, error) {
	if err := c.refuseFleet(false); err != nil {
		return nil, err
	}
	return answerAll(s, c, (*snapshot).sites)
}

func (s *Simulator) getElement(c *call) ([]byte, error) {
	if err := c.refuseFleet(false); err != nil {
		return nil, err
	}
	snapshot, done := s.read(c.switches)
	defer done()
	stored, err := s.fleet.device(c.request.PathValue("id"))
	if err == nil {
		if item, visible := snapshot.element(stored); visible {
			return elementSchema.appendItem(nil, c.switches.style(), item, unreplaced, tenantMember(c.form)), nil
		}
	}
	return nil, refuse(http.StatusNotFound, "ELEMENT_NOT_FOUND", "The element is not known.")
}

// tenantMember is a member of every element in the legacy form (documented).
func tenantMember(form Form) string {
	if form == Unified {
		return ""
	}
	return `"tenant_id":"` + TenantID + `"`
}

// refuseFleet refuses reads of elements and sites that the switches deny, and applies
// the switch for the size of their pages.
func (c *call) refuseFleet(query bool) error {
	switch {
	case c.switches.RolesDenied || c.switches.FleetDenied || query && c.switches.FleetQuery == FleetQueryForbidden:
		return roleForbids()
	case query && c.switches.FleetQuery == FleetQueryNotFound:
		return refuse(http.StatusNotFound, "RESOURCE_NOT_FOUND", "%s %s is not served.", c.request.Method, c.request.URL.Path)
	}
	if c.switches.MaxFleetLimit > 0 {
		c.switches.MaxLimit, c.switches.LimitMode, c.switches.ClampedOffset = c.switches.MaxFleetLimit, LimitClamp, OffsetOwn
	}
	return nil
}

func roleForbids() error { return forbidden("The role of this account does not allow the call.") }
