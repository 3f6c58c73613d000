package simulator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

const roleSpoke = "SPOKE"

type place struct {
	code, city, country string
	region, window      string // tags
	latitude, longitude float64
}

var places = []place{
	{"FRA", "Frankfurt", "DE", "emea", "maint:0100UTC", 50.11, 8.68},
	{"LON", "London", "GB", "emea", "maint:0200UTC", 51.51, -0.13},
	{"NYC", "New York", "US", "amer", "maint:0700UTC", 40.71, -74.01},
	{"SIN", "Singapore", "SG", "apac", "maint:1800UTC", 1.35, 103.82},
	{"PAR", "Paris", "FR", "emea", "maint:0100UTC", 48.86, 2.35},
	{"CHI", "Chicago", "US", "amer", "maint:0800UTC", 41.88, -87.63},
	{"TYO", "Tokyo", "JP", "apac", "maint:1700UTC", 35.68, 139.69},
	{"BER", "Berlin", "DE", "emea", "maint:0100UTC", 52.52, 13.4},
	{"MAD", "Madrid", "ES", "emea", "maint:0100UTC", 40.42, -3.7},
	{"DAL", "Dallas", "US", "amer", "maint:0800UTC", 32.78, -96.8},
	{"SYD", "Sydney", "AU", "apac", "maint:1500UTC", -33.87, 151.21},
	{"AMS", "Amsterdam", "NL", "emea", "maint:0100UTC", 52.37, 4.9},
	{"MIL", "Milan", "IT", "emea", "maint:0100UTC", 45.46, 9.19},
	{"TOR", "Toronto", "CA", "amer", "maint:0700UTC", 43.65, -79.38},
	{"BOM", "Mumbai", "IN", "apac", "maint:2000UTC", 19.08, 72.88},
	{"WAW", "Warsaw", "PL", "emea", "maint:0100UTC", 52.23, 21.01},
	{"SAO", "São Paulo", "BR", "amer", "maint:0500UTC", -23.55, -46.63},
	{"ZRH", "Zurich", "CH", "emea", "maint:0100UTC", 47.38, 8.54},
	{"SEA", "Seattle", "US", "amer", "maint:1000UTC", 47.61, -122.33},
	{"HKG", "Hong Kong", "HK", "apac", "maint:1800UTC", 22.32, 114.17},
	{"VIE", "Vienna", "AT", "emea", "maint:0100UTC", 48.21, 16.37},
	{"MEX", "Mexico City", "MX", "amer", "maint:0800UTC", 19.43, -99.13},
	{"JNB", "Johannesburg", "ZA", "emea", "maint:0000UTC", -26.2, 28.05},
}

func (p place) address() map[string]string {
	return map[string]string{"city": p.city, "country": p.country}
}

func (p place) location() map[string]any {
	return map[string]any{"latitude": p.latitude, "longitude": p.longitude, "description": nil}
}

// siteKind is how a site is equipped.
type siteKind struct {
	prefix   string // of its name
	role     string
	members  int
	enabled  *bool // of its HA group; nil for none
	clusters bool  // its elements are a hub cluster; every other one has a third member
}

var (
	hubSite      = siteKind{prefix: "DC", role: inventory.RoleHub, members: 2, clusters: true}
	haBranch     = siteKind{prefix: "BR", role: roleSpoke, members: 2, enabled: new(true)}
	haOffBranch  = siteKind{prefix: "BR", role: roleSpoke, members: 2, enabled: new(false)}
	twinBranch   = siteKind{prefix: "BR", role: roleSpoke, members: 2}
	singleBranch = siteKind{prefix: "BR", role: roleSpoke, members: 1}
	cloudSite    = siteKind{prefix: "ZTNA", role: "PA_CONN", members: 1}

	// siteCycle repeats over a fleet: one site in 20 is a hub, and 20 sites
	// have about 36 elements.
	siteCycle = []siteKind{
		haBranch, singleBranch, hubSite, haBranch, twinBranch, haBranch, haOffBranch, haBranch, singleBranch, haBranch,
		haBranch, haBranch, twinBranch, haBranch, singleBranch, haBranch, haOffBranch, haBranch, singleBranch, haBranch,
	}
)

// every reports whether a position has an oddity that occurs on one in so many.
func every(position, oneIn, from int) bool { return position%oneIn == from }

// The oddities of a fleet.
func isUnbound(position int) bool       { return every(position, 47, 46) }
func isCloudSide(position int) bool     { return every(position, 83, 57) }
func isNameless(position int) bool      { return every(position, 53, 30) }
func isNamesake(position int) bool      { return every(position, 61, 44) } // of an element before
func isNamesakeSite(number int) bool    { return every(number, 29, 17) }   // of the site before
func isStray(position int) bool         { return every(position, 50, 37) } // unlisted, and one more without a row
func hasNoSiteTags(number int) bool     { return every(number, 7, 5) }
func hasMaintenanceTag(number int) bool { return every(number, 10, 4) }

// furnisher makes the elements and sites for a fleet of rows. They depend only on the
// options, and the rows do not depend on them.
type furnisher struct {
	fleet    *fleet
	random   *rand.Rand
	founded  time.Time // of the newest site or cluster
	perPlace map[string]int
	canary   map[string]bool

	// The site whose elements are being placed.
	kind    siteKind
	site    *site
	cluster *string
	members []*element
	opened  int // of the cycle
}

func (f *fleet) furnish(options Options) {
	maker := &furnisher{
		fleet: f, random: rand.New(rand.NewPCG(options.Seed, ^uint64(options.Elements))), perPlace: make(map[string]int),
		founded: options.Start.Add(-400 * 24 * time.Hour), canary: make(map[string]bool),
	}
	for _, id := range f.waves[WaveCanary] {
		maker.canary[id] = true
	}
	f.elements = make(map[string]*element, len(f.records))
	for position, row := range f.records {
		maker.equip(position, &element{
			described: inventory.Element{ID: row.base.Element()}, number: position, rows: []*record{row}, stray: isStray(position),
		})
		if isStray(position) {
			maker.addShell(options.Start, position)
		}
	}
	maker.finish()
	f.added = len(f.listed)
	f.listedByID, f.sitesByID = slices.Clone(f.listed), slices.Clone(f.sites)
	slices.SortFunc(f.listedByID, compareIDs)
	slices.SortFunc(f.sitesByID, compareSites)
}

// equip describes an element and places it in a site.
func (m *furnisher) equip(position int, added *element) {
	m.fleet.elements[added.described.ID] = added
	m.fleet.listed = append(m.fleet.listed, added)
	serial := m.serial()
	added.described.SerialNumber, added.described.HardwareID = &serial, new(m.uuid())
	switch {
	case isUnbound(position):
		m.leaveUnbound(added)
		return
	case isCloudSide(position):
		m.placeAlone(added)
		return
	case m.site == nil || len(m.members) == m.kind.members:
		m.finish()
		m.open(siteCycle[m.opened%len(siteCycle)])
	}
	m.join(added)
	switch {
	case isNameless(position):
		added.described.Name = nil
	case isNamesake(position):
		added.described.Name = copyOf(m.fleet.listed[position-20].described.Name)
	}
}

func (m *furnisher) open(kind siteKind) {
	if kind.clusters {
		kind.members += m.opened / len(siteCycle) % 2
	}
	m.kind, m.members, m.cluster = kind, nil, nil
	m.site = m.found(kind, places[m.opened%len(places)])
	m.opened++
	if kind.clusters || kind.enabled != nil {
		m.cluster = new(m.nextID())
	}
}

// found adds a new site to the fleet.
func (m *furnisher) found(kind siteKind, where place) *site {
	number := len(m.fleet.sites)
	code := kind.prefix + "-" + where.code
	m.perPlace[code]++
	made := &site{number: number, role: kind.role, place: where}
	if kind.role != inventory.RoleHub {
		made.role = roleSpoke
	}
	made.described = inventory.Site{ID: m.nextID(), Name: new(fmt.Sprintf("%s-%02d", code, m.perPlace[code]))}
	if !hasNoSiteTags(number) {
		made.described.Tags = []string{where.region, where.window}
	}
	m.fleet.sites = append(m.fleet.sites, made)
	return made
}

func (m *furnisher) join(added *element) {
	member := len(m.members)
	m.members = append(m.members, added)
	added.priority = int64(250 - 40*member)
	name := fmt.Sprintf("%s-%c", strings.ToLower(*m.site.described.Name), 'a'+member)
	model := m.site.number
	if every(m.site.number, 3, 0) {
		model += member // Members of one group can be of different models (documented).
	}
	m.bind(added, m.site, name, m.kind.role, m.kind.model(model))
	switch {
	case m.kind.clusters:
		added.described.HubClusterID = m.cluster
	case m.kind.enabled != nil:
		added.described.HAGroupID, added.described.HAEnabled = m.cluster, m.kind.enabled
	}
}

func (m *furnisher) bind(added *element, at *site, name, role, model string) {
	added.described.Name, added.described.SiteID = &name, &at.described.ID
	added.described.Role, added.described.ModelName, added.described.State = &role, &model, new("bound")
	if model == modelVirtual {
		// A virtual element has the same value for both (observed).
		added.described.SerialNumber = added.described.HardwareID
	}
	m.tag(added)
}

func (m *furnisher) tag(added *element) {
	if m.canary[added.described.ID] {
		added.described.Tags = append(added.described.Tags, WaveCanary)
	}
	if hasMaintenanceTag(added.number) {
		added.described.Tags = append(added.described.Tags, "maint:0300UTC")
	}
}

// finish completes the current site. It is in the canary if all of its elements are.
func (m *furnisher) finish() {
	if m.site == nil {
		return
	}
	outside := func(e *element) bool { return !m.canary[e.described.ID] }
	if !slices.ContainsFunc(m.members, outside) {
		m.site.described.Tags = append(m.site.described.Tags, WaveCanary)
	}
	if isNamesakeSite(m.site.number) {
		m.site.described.Name = copyOf(m.fleet.sites[m.site.number-1].described.Name)
	}
}

// leaveUnbound leaves an element without a site: it is claimed but not yet in use.
func (m *furnisher) leaveUnbound(added *element) {
	added.described.SiteID, added.described.State = new(unboundSite), new("ready")
	added.described.Role, added.described.ModelName = new("NONE"), new(siteKind{}.model(added.number))
	if every(added.number, 2, 0) {
		added.described.Name = new(fmt.Sprintf("spare-%d", added.number))
	}
	m.tag(added)
}

// placeAlone puts a cloud connector into a site of its own.
func (m *furnisher) placeAlone(added *element) {
	at := m.found(cloudSite, places[len(m.fleet.sites)%len(places)])
	m.bind(added, at, strings.ToLower(*at.described.Name)+"-a", cloudSite.role, modelVirtual)
}

// addShell lists an element without a status row: one that was configured before its
// hardware arrived (inferred).
func (m *furnisher) addShell(start time.Time, position int) {
	added := &element{
		described: inventory.Element{ID: identifier(start.Add(-time.Duration(position)*time.Hour), 11)},
		number:    len(m.fleet.listed), stray: true, disconnected: true,
	}
	m.fleet.elements[added.described.ID] = added
	m.fleet.listed = append(m.fleet.listed, added)
	m.leaveUnbound(added)
	added.described.Name = new(fmt.Sprintf("shell-%d", position))
	added.described.SoftwareVersion = new(versionCurrent)
}

const modelVirtual = "ion 3102v"

var models = []string{"ion 1200", "ion 3000", "ion 3200", modelVirtual, "ion 1200-s"}

func (k siteKind) model(number int) string {
	if k.clusters {
		return "ion 9000"
	}
	return models[number%len(models)]
}

func (m *furnisher) nextID() string {
	m.founded = m.founded.Add(time.Duration(1+m.random.IntN(20_000)) * time.Millisecond)
	return identifier(m.founded, m.random.IntN(10))
}

func (m *furnisher) serial() string {
	return fmt.Sprintf("%06d-%06d", m.random.IntN(1_000_000), m.random.IntN(1_000_000))
}

func (m *furnisher) uuid() string {
	high, low := m.random.Uint64(), m.random.Uint64()
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&0xffff_ffff_ffff)
}
