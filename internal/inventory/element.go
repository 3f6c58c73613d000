package inventory

// Element is one ION device as the controller's list of elements describes it.
// A nil field was null or absent. Field names are documented for version 3.2
// of the list; that each of them may be null is observed or assumed.
type Element struct {
	// ID is 17 to 19 digits in text (observed); no element lacks it.
	ID string
	// Name is at most 128 characters. It is no key: null and duplicate names
	// exist (observed).
	Name *string
	// SiteID is the site the element is bound to; see Site for the values that
	// mean none.
	SiteID *string
	// Role is one of Roles, in capitals (observed).
	Role *string
	// ModelName is in lower case with a blank, such as "ion 3200" (observed).
	ModelName *string
	// SerialNumber and HardwareID are what people call the serial number; for a
	// virtual ION both are the same UUID (observed).
	SerialNumber, HardwareID *string
	// SoftwareVersion is the version the element reports, such as 6.3.6-b9.
	SoftwareVersion *string
	// State is the wire's spelling: "bound", "ready" and "declaim_in_progress"
	// were observed, further ones are unknown.
	State *string
	// Connected reports a connection to the controller.
	Connected *bool
	// Tags are at most ten, without blanks and commas (documented).
	Tags []string
	// HubClusterID is the cluster of a hub (cluster_id on the wire).
	HubClusterID *string
	// HAGroupID is the group of a branch element (spoke_ha_config.cluster_id
	// on the wire); it counts only with HAEnabled.
	HAGroupID *string
	// HAEnabled is spoke_ha_config.enable on the wire.
	HAEnabled *bool
}

// Site is one site as the controller's list of sites describes it (documented
// for version 4.13). A nil field was null or absent.
type Site struct {
	ID string
	// Name is at most 128 characters and need not be unique.
	Name *string
	// Tags are at most ten, without blanks and commas (documented).
	Tags []string
}

// RoleHub is the role of a data-centre element.
const RoleHub = "HUB"

// Roles lists the roles an element can have (documented).
func Roles() []string {
	return []string{"NONE", RoleHub, "SPOKE", "PA_WE_BR", "PA_WE_DC", "PA_CONN"}
}

// noSite are the site ids of an element that is bound to no site (observed).
var noSite = map[string]bool{"": true, "0": true, "1": true}

// Site returns the id of the element's site, and false for an element that is
// bound to none.
func (e *Element) Site() (id string, bound bool) {
	if e.SiteID == nil || noSite[*e.SiteID] {
		return "", false
	}
	return *e.SiteID, true
}

// PeerGroup names the group whose members back one another up and should never
// be upgraded together: a hub's cluster, else a branch's enabled HA group, else
// the site, else the element itself. Each kind has a prefix of its own, because
// their ids come from different spaces (inferred). No peer data is required:
// the result is never empty.
func (e *Element) PeerGroup() string {
	if deref(e.Role) == RoleHub && deref(e.HubClusterID) != "" {
		return "hub-cluster/" + *e.HubClusterID
	}
	if deref(e.Role) != RoleHub && deref(e.HAEnabled) && deref(e.HAGroupID) != "" {
		return "ha-group/" + *e.HAGroupID
	}
	if site, bound := e.Site(); bound {
		return "site/" + site
	}
	return "element/" + e.ID
}

func deref[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}
