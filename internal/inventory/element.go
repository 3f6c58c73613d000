package inventory

// Element is one ION device from the controller's list of elements. A nil field was
// null or absent. Field names are documented for version 3.2 of the list; that each of
// them may be null is observed or inferred.
type Element struct {
	ID string // 17 to 19 digits (observed)
	// Name is at most 128 characters. Null and duplicate names exist (observed).
	Name      *string
	SiteID    *string // see the method Site
	Role      *string // one of Roles (observed)
	ModelName *string // in lower case with a blank, such as "ion 3200" (observed)
	// SerialNumber and HardwareID are both known as serial numbers; for a virtual ION
	// they are the same UUID (observed).
	SerialNumber, HardwareID *string
	SoftwareVersion          *string  // such as 6.3.6-b9
	State                    *string  // such as "bound", "ready", "declaim_in_progress" (observed)
	Connected                *bool    // to the controller
	Tags                     []string // at most ten, without blanks and commas (documented)
	HubClusterID             *string  // of a hub; cluster_id on the wire
	HAGroupID                *string  // of a branch element, only with HAEnabled; spoke_ha_config.cluster_id on the wire
	HAEnabled                *bool    // spoke_ha_config.enable on the wire
}

// Site is one site from the controller's list of sites (documented for version 4.13).
// A nil field was null or absent.
type Site struct {
	ID   string
	Name *string  // at most 128 characters, not unique
	Tags []string // at most ten, without blanks and commas (documented)
}

// RoleHub is the role of an element in a data centre.
const RoleHub = "HUB"

// Roles lists the roles an element can have (documented).
func Roles() []string {
	return []string{"NONE", RoleHub, "SPOKE", "PA_WE_BR", "PA_WE_DC", "PA_CONN"}
}

var unboundSiteIDs = map[string]bool{"": true, "0": true, "1": true} // observed

// Site returns the id of the site that the element is bound to; false if there is none.
func (e *Element) Site() (id string, bound bool) {
	if e.SiteID == nil || unboundSiteIDs[*e.SiteID] {
		return "", false
	}
	return *e.SiteID, true
}

// PeerGroup returns the group whose members back one another up and should never be
// upgraded together: the cluster of a hub, the enabled HA group of a branch element,
// else the site, else the element itself. A prefix keeps the ids of clusters, HA groups
// and sites apart, since they may be equal (inferred). The result is never empty.
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
