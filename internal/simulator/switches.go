package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"time"
)

// LimitMode is what the controller does with a limit above its maximum.
type LimitMode string

// The positions of Switches.LimitMode, with the default first as in all lists
// of positions.
const (
	LimitClamp  LimitMode = "clamp"  // answers with the maximum and says nothing
	LimitRefuse LimitMode = "refuse" // answers 400 INVALID_LIMIT_NUMBER
)

// OffsetMode is how far apart pages begin if their limit was clamped.
type OffsetMode string

// The positions of Switches.ClampedOffset.
const (
	OffsetOwn   OffsetMode = "own"   // by the size of the pages that the controller returns
	OffsetAsked OffsetMode = "asked" // by the limit of the request, so that rows between two pages are never returned
)

// UnknownMode is what the controller does with a name that it does not know.
type UnknownMode string

// The positions of Switches.UnknownKeys, whose default is UnknownIgnored, and of
// Switches.UnknownQuery, whose default is UnknownRefused.
const (
	UnknownIgnored UnknownMode = "ignored"  // of keys only
	UnknownRefused UnknownMode = "refused"  // answers 400
	UnknownNoMatch UnknownMode = "no_match" // of queries only: no row matches, a sort field is ignored
)

// AgentMode is what the controller does with a call whose User-Agent differs from that
// of the profile call with the same token.
type AgentMode string

// The positions of Switches.BindUserAgent.
const (
	AgentFree         AgentMode = "off" // ignores the User-Agent
	AgentUnauthorized AgentMode = "401"
	AgentForbidden    AgentMode = "403"
)

// AggregateMode is what the controller does with aggregate and group_by.
type AggregateMode string

// The positions of Switches.Aggregate.
const (
	AggregateRows     AggregateMode = "rows"     // one item per group, with aggregated_value, an int64
	AggregateEnvelope AggregateMode = "envelope" // an aggregate object in the envelope
	AggregateIgnored  AggregateMode = "ignored"  // plain rows
	AggregateRefused  AggregateMode = "refused"  // answers 400 BAD_QUERY_REQUEST

	AggregateUngrouped   AggregateMode = "ungrouped"   // as AggregateRows, but group_by is ignored: one group
	AggregateNested      AggregateMode = "nested"      // as AggregateRows, but the fields of a group are in an object of their own
	AggregateOtherField  AggregateMode = "other_field" // as AggregateRows, but grouped by id whatever group_by names
	AggregateNotFound    AggregateMode = "not_found"   // answers 404
	AggregateFails       AggregateMode = "fails"       // answers 500
	AggregateUnsupported AggregateMode = "unsupported" // answers 501
)

// NullMode is what an aggregate does with null values.
type NullMode string

// The positions of Switches.AggregateNulls.
const (
	NullsSkipped NullMode = "skipped"
	NullsAsZero  NullMode = "zero"
)

// PlaceholderMode is the value of a field that retrieved_fields left out.
type PlaceholderMode string

// The positions of Switches.ProjectionPlaceholders.
const (
	PlaceholderDefaults PlaceholderMode = "defaults" // "" and 0
	// PlaceholderFabricated is a value that looks real: "1" for identifiers, the first
	// state of the enum for upgrade_state (observed on a sibling, where site_id was "1"
	// and role "NONE").
	PlaceholderFabricated PlaceholderMode = "fabricated"
	PlaceholderNulls      PlaceholderMode = "nulls"
	PlaceholderOff        PlaceholderMode = "off" // full rows
)

// OrderMode is the order of rows when no sort_params are given.
type OrderMode string

// The positions of Switches.DefaultOrder.
const (
	OrderInsertion OrderMode = "insertion" // always the same, but not that of the ids
	OrderShuffled  OrderMode = "shuffled"  // another one for every request
)

// RowMode is whether elements without an upgrade state have a row.
type RowMode string

// The positions of Switches.NeverUpgradedRows.
const (
	RowsPresent RowMode = "present" // with nulls
	RowsAbsent  RowMode = "absent"
)

// FleetQueryMode is whether elements and sites can be queried.
type FleetQueryMode string

// The positions of Switches.FleetQuery. The GET of the whole list works with each.
const (
	FleetQueryAnswered  FleetQueryMode = "answered"
	FleetQueryForbidden FleetQueryMode = "403"
	FleetQueryNotFound  FleetQueryMode = "404"
)

// FilterMode is what the controller does with a filter on a field of elements or sites
// by which no client was observed to filter.
type FilterMode string

// The positions of Switches.FleetFilters.
const (
	FiltersApplied FilterMode = "filters"
	FiltersRefused FilterMode = "refused" // answers 400 BAD_QUERY_REQUEST
	FiltersIgnored FilterMode = "ignored" // as if it were not there
)

// UnboundMode is how an element shows that it is bound to no site.
type UnboundMode string

// The positions of Switches.UnboundSite.
const (
	UnboundOne  UnboundMode = "1" // site_id is "1" (observed)
	UnboundNull UnboundMode = "null"
	UnboundZero UnboundMode = "0"
)

// Switches are the facts about the controller that are not known. The zero value is the
// likeliest by the evidence.
type Switches struct {
	MaxLimit         int         // the largest page; 0 means no maximum
	LimitMode        LimitMode   // above MaxLimit
	ClampedOffset    OffsetMode  // of pages whose limit was clamped
	NullsAbsent      bool        // items lack their null values
	OmitNewerFields  bool        // a controller before 2026: no software_version_change_time, no _etag
	UnknownKeys      UnknownMode // of the body; refused is 400 INVALID_JSON_EXTRA_ATTRIBUTE
	UnknownQuery     UnknownMode // of fields, operators and sort fields; refused is 400 BAD_QUERY_REQUEST
	IgnoreFilters    bool        // 200 with rows that query_params did not select
	BindUserAgent    AgentMode
	TotalCountAbsent bool
	TotalCountOfPage bool // total_count is the number of rows of the page
	MaxTotalCount    int  // the largest total_count; 0 means no maximum
	Aggregate        AggregateMode
	AggregateNulls   NullMode
	NumbersAsText    bool // in items and envelope
	NumbersWithPoint bool // likewise: 37.0, as a serializer of floating-point numbers writes 37

	ProjectionPlaceholders PlaceholderMode
	DefaultOrder           OrderMode
	NextQueryAbsent        bool
	EnvelopeID             bool // id, deleted_ids and, in the unified form, description: documented, never seen
	NeverUpgradedRows      RowMode
	CaseInsensitive        bool // of eq, neq, in and re
	ChangeTimeAsStamp      bool // software_version_change_time in 17 digits, not in milliseconds

	FleetQuery          FleetQueryMode
	FleetDenied         bool // 403 to all reads of elements and sites: names are unreadable
	ImagesDenied        bool // 403 to the list of images
	FleetFilters        FilterMode
	MaxFleetLimit       int // the largest page of elements and sites, to which a larger limit is clamped; 0 means that of MaxLimit
	UnboundSite         UnboundMode
	UnknownRole         bool // some elements have UnlistedRole
	UnknownElementState bool // some elements have UnlistedElementState
	StrayElements       bool // some elements have no status row, and the list of elements lacks some that have one

	ProfileNeedsScopes  bool          // 403 to the profile unless the token's scope also names email and profile (observed in one tenant)
	InvalidClientStatus int           // of a failed sign-in at the token endpoint: 400 or 401; 0 means 400
	WrongTenantStatus   int           // of TENANT_ID_INVALID_0001: 400, 403 or 404; 0 means 400
	TokenLifetime       time.Duration // in real time; 0 means 899 s
	RolesDenied         bool          // 403 to queries although the session is primed
	QueriesPerSecond    int           // in real time, others are answered with 429 and Retry-After; 0 means no limit
}

// choices are the switches with named positions: the present one, and those that exist,
// with the zero value first and the default that it stands for second.
type choices struct {
	name     string
	position any
	allowed  []any
}

func (s Switches) choices() []choices {
	return []choices{
		{"LimitMode", s.LimitMode, []any{LimitMode(""), LimitClamp, LimitRefuse}},
		{"ClampedOffset", s.ClampedOffset, []any{OffsetMode(""), OffsetOwn, OffsetAsked}},
		{"UnknownKeys", s.UnknownKeys, []any{UnknownMode(""), UnknownIgnored, UnknownRefused}},
		{"UnknownQuery", s.UnknownQuery, []any{UnknownMode(""), UnknownRefused, UnknownNoMatch}},
		{"BindUserAgent", s.BindUserAgent, []any{AgentMode(""), AgentFree, AgentUnauthorized, AgentForbidden}},
		{"Aggregate", s.Aggregate, []any{
			AggregateMode(""), AggregateRows, AggregateEnvelope, AggregateIgnored, AggregateRefused, AggregateUngrouped,
			AggregateNested, AggregateOtherField, AggregateNotFound, AggregateFails, AggregateUnsupported,
		}},
		{"AggregateNulls", s.AggregateNulls, []any{NullMode(""), NullsSkipped, NullsAsZero}},
		{"ProjectionPlaceholders", s.ProjectionPlaceholders, []any{PlaceholderMode(""), PlaceholderDefaults, PlaceholderFabricated, PlaceholderNulls, PlaceholderOff}},
		{"DefaultOrder", s.DefaultOrder, []any{OrderMode(""), OrderInsertion, OrderShuffled}},
		{"NeverUpgradedRows", s.NeverUpgradedRows, []any{RowMode(""), RowsPresent, RowsAbsent}},
		{"FleetQuery", s.FleetQuery, []any{FleetQueryMode(""), FleetQueryAnswered, FleetQueryForbidden, FleetQueryNotFound}},
		{"FleetFilters", s.FleetFilters, []any{FilterMode(""), FiltersApplied, FiltersRefused, FiltersIgnored}},
		{"UnboundSite", s.UnboundSite, []any{UnboundMode(""), UnboundOne, UnboundNull, UnboundZero}},
		{"InvalidClientStatus", s.InvalidClientStatus, []any{0, http.StatusBadRequest, http.StatusUnauthorized}},
		{"WrongTenantStatus", s.WrongTenantStatus, []any{0, http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound}},
	}
}

// Validate finds the first switch in a position that does not exist.
func (s Switches) Validate() error {
	for _, check := range s.choices() {
		if !slices.Contains(check.allowed, check.position) {
			return fmt.Errorf("switch %s: position %q does not exist; use one of %s", check.name, fmt.Sprint(check.position), joined(check.allowed[1:]))
		}
	}
	if s.MaxLimit < 0 || s.MaxFleetLimit < 0 || s.MaxTotalCount < 0 || s.TokenLifetime < 0 || s.QueriesPerSecond < 0 {
		return fmt.Errorf("switches MaxLimit (%d), MaxFleetLimit (%d), MaxTotalCount (%d), TokenLifetime (%s) and QueriesPerSecond (%d) must not be negative; use 0 for the default",
			s.MaxLimit, s.MaxFleetLimit, s.MaxTotalCount, s.TokenLifetime, s.QueriesPerSecond)
	}
	return nil
}

// Turn is a switch that is not in its default position.
type Turn struct {
	Name     string // of the field of Switches
	Position string // as text, such as 100 or refuse
}

// String returns the form MaxLimit=100.
func (t Turn) String() string { return t.Name + "=" + t.Position }

// Turned lists the switches that are not in their default position, in the order of the
// fields. A default may be named or be the zero value.
func (s Switches) Turned() []Turn {
	defaults := make(map[string]any)
	for _, choice := range s.choices() {
		defaults[choice.name] = choice.allowed[1]
	}
	var turned []Turn
	fields := reflect.ValueOf(s)
	for _, field := range reflect.VisibleFields(fields.Type()) {
		value := fields.FieldByIndex(field.Index)
		if value.IsZero() || value.Interface() == defaults[field.Name] {
			continue
		}
		turned = append(turned, Turn{field.Name, fmt.Sprint(value.Interface())})
	}
	return turned
}

// Position is one switch in one position other than its default.
type Position struct {
	Name     string // of the switch in Switches
	Position string // in words that fit into a test's name
	Denied   bool   // no read can succeed
	// Fleet says that it affects only elements, sites and images, not reads of statuses.
	Fleet     bool
	Nameless  bool // no element or site can be read, but every status can
	Imageless bool // no image can be read, but every status can
	Pages     bool // affects how rows are split into pages and counted
	Apply     func(*Switches)
}

// SwitchPositions lists every position of every switch, one at a time; the
// first is the one with all defaults.
func SwitchPositions() []Position {
	return []Position{
		{Name: "Defaults", Position: "as_they_are", Apply: func(*Switches) {}},
		{Name: "MaxLimit", Position: "clamp_at_10", Pages: true, Apply: func(s *Switches) { s.MaxLimit = 10 }},
		{Name: "MaxLimit", Position: "refuse_above_100", Pages: true, Apply: func(s *Switches) { s.MaxLimit, s.LimitMode = 100, LimitRefuse }},
		{Name: "ClampedOffset", Position: "asked", Pages: true, Apply: func(s *Switches) { s.MaxLimit, s.ClampedOffset = cmp.Or(s.MaxLimit, 10), OffsetAsked }},
		{Name: "NullsAbsent", Position: "on", Pages: true, Apply: func(s *Switches) { s.NullsAbsent = true }},
		{Name: "OmitNewerFields", Position: "on", Apply: func(s *Switches) { s.OmitNewerFields = true }},
		{Name: "UnknownKeys", Position: "refused", Apply: func(s *Switches) { s.UnknownKeys = UnknownRefused }},
		{Name: "UnknownQuery", Position: "no_match", Apply: func(s *Switches) { s.UnknownQuery = UnknownNoMatch }},
		{Name: "IgnoreFilters", Position: "on", Apply: func(s *Switches) { s.IgnoreFilters = true }},
		{Name: "BindUserAgent", Position: "401", Apply: func(s *Switches) { s.BindUserAgent = AgentUnauthorized }},
		{Name: "BindUserAgent", Position: "403", Apply: func(s *Switches) { s.BindUserAgent = AgentForbidden }},
		{Name: "TotalCountAbsent", Position: "on", Pages: true, Apply: func(s *Switches) { s.TotalCountAbsent = true }},
		{Name: "TotalCountOfPage", Position: "on", Pages: true, Apply: func(s *Switches) { s.TotalCountOfPage = true }},
		{Name: "MaxTotalCount", Position: "50", Pages: true, Apply: func(s *Switches) { s.MaxTotalCount = 50 }},
		{Name: "Aggregate", Position: "envelope", Pages: true, Apply: func(s *Switches) { s.Aggregate = AggregateEnvelope }},
		{Name: "Aggregate", Position: "ignored", Apply: func(s *Switches) { s.Aggregate = AggregateIgnored }},
		{Name: "Aggregate", Position: "refused", Apply: func(s *Switches) { s.Aggregate = AggregateRefused }},
		{Name: "Aggregate", Position: "ungrouped", Pages: true, Apply: func(s *Switches) { s.Aggregate = AggregateUngrouped }},
		{Name: "Aggregate", Position: "nested", Apply: func(s *Switches) { s.Aggregate = AggregateNested }},
		{Name: "Aggregate", Position: "other_field", Apply: func(s *Switches) { s.Aggregate = AggregateOtherField }},
		{Name: "Aggregate", Position: "not_found", Apply: func(s *Switches) { s.Aggregate = AggregateNotFound }},
		{Name: "Aggregate", Position: "fails", Apply: func(s *Switches) { s.Aggregate = AggregateFails }},
		{Name: "Aggregate", Position: "unsupported", Apply: func(s *Switches) { s.Aggregate = AggregateUnsupported }},
		{Name: "AggregateNulls", Position: "zero", Apply: func(s *Switches) { s.AggregateNulls = NullsAsZero }},
		{Name: "NumbersAsText", Position: "on", Pages: true, Apply: func(s *Switches) { s.NumbersAsText = true }},
		{Name: "NumbersWithPoint", Position: "on", Apply: func(s *Switches) { s.NumbersWithPoint = true }},
		{Name: "ProjectionPlaceholders", Position: "fabricated", Apply: func(s *Switches) { s.ProjectionPlaceholders = PlaceholderFabricated }},
		{Name: "ProjectionPlaceholders", Position: "nulls", Apply: func(s *Switches) { s.ProjectionPlaceholders = PlaceholderNulls }},
		{Name: "ProjectionPlaceholders", Position: "off", Apply: func(s *Switches) { s.ProjectionPlaceholders = PlaceholderOff }},
		{Name: "DefaultOrder", Position: "shuffled", Pages: true, Apply: func(s *Switches) { s.DefaultOrder = OrderShuffled }},
		{Name: "NextQueryAbsent", Position: "on", Apply: func(s *Switches) { s.NextQueryAbsent = true }},
		{Name: "EnvelopeID", Position: "on", Apply: func(s *Switches) { s.EnvelopeID = true }},
		{Name: "NeverUpgradedRows", Position: "absent", Pages: true, Apply: func(s *Switches) { s.NeverUpgradedRows = RowsAbsent }},
		{Name: "CaseInsensitive", Position: "on", Apply: func(s *Switches) { s.CaseInsensitive = true }},
		{Name: "ChangeTimeAsStamp", Position: "on", Apply: func(s *Switches) { s.ChangeTimeAsStamp = true }},
		{Name: "FleetQuery", Position: "403", Fleet: true, Apply: func(s *Switches) { s.FleetQuery = FleetQueryForbidden }},
		{Name: "FleetQuery", Position: "404", Fleet: true, Apply: func(s *Switches) { s.FleetQuery = FleetQueryNotFound }},
		{Name: "FleetDenied", Position: "on", Fleet: true, Nameless: true, Apply: func(s *Switches) { s.FleetDenied = true }},
		{Name: "ImagesDenied", Position: "on", Fleet: true, Imageless: true, Apply: func(s *Switches) { s.ImagesDenied = true }},
		{Name: "FleetFilters", Position: "refused", Fleet: true, Apply: func(s *Switches) { s.FleetFilters = FiltersRefused }},
		{Name: "FleetFilters", Position: "ignored", Fleet: true, Apply: func(s *Switches) { s.FleetFilters = FiltersIgnored }},
		{Name: "MaxFleetLimit", Position: "clamp_at_10", Fleet: true, Apply: func(s *Switches) { s.MaxFleetLimit = 10 }},
		{Name: "UnboundSite", Position: "null", Fleet: true, Apply: func(s *Switches) { s.UnboundSite = UnboundNull }},
		{Name: "UnboundSite", Position: "0", Fleet: true, Apply: func(s *Switches) { s.UnboundSite = UnboundZero }},
		{Name: "UnknownRole", Position: "on", Fleet: true, Apply: func(s *Switches) { s.UnknownRole = true }},
		{Name: "UnknownElementState", Position: "on", Fleet: true, Apply: func(s *Switches) { s.UnknownElementState = true }},
		{Name: "StrayElements", Position: "on", Fleet: true, Apply: func(s *Switches) { s.StrayElements = true }},
		{Name: "ProfileNeedsScopes", Position: "on", Apply: func(s *Switches) { s.ProfileNeedsScopes = true }},
		{Name: "InvalidClientStatus", Position: "401", Apply: func(s *Switches) { s.InvalidClientStatus = http.StatusUnauthorized }},
		{Name: "WrongTenantStatus", Position: "403", Apply: func(s *Switches) { s.WrongTenantStatus = http.StatusForbidden }},
		{Name: "WrongTenantStatus", Position: "404", Apply: func(s *Switches) { s.WrongTenantStatus = http.StatusNotFound }},
		{Name: "TokenLifetime", Position: "two_minutes", Apply: func(s *Switches) { s.TokenLifetime = 2 * time.Minute }},
		{Name: "QueriesPerSecond", Position: "5", Apply: func(s *Switches) { s.QueriesPerSecond = 5 }},
		{Name: "RolesDenied", Position: "on", Denied: true, Apply: func(s *Switches) { s.RolesDenied = true }},
	}
}
