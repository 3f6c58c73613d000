package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// LimitMode is what the controller does with a limit above its maximum.
type LimitMode string

// The positions of Switches.LimitMode.
const (
	// LimitClamp answers with the maximum and says nothing. The default.
	LimitClamp LimitMode = "clamp"
	// LimitRefuse answers 400 INVALID_LIMIT_NUMBER.
	LimitRefuse LimitMode = "refuse"
)

// UnknownMode is what the controller does with a name that it does not know.
type UnknownMode string

// The positions of Switches.UnknownKeys and Switches.UnknownQuery.
const (
	// UnknownIgnored passes over an unknown body key. The default there.
	UnknownIgnored UnknownMode = "ignored"
	// UnknownRefused answers 400. The default for fields and operators.
	UnknownRefused UnknownMode = "refused"
	// UnknownNoMatch lets a condition with an unknown name match nothing and
	// passes over an unknown sort field.
	UnknownNoMatch UnknownMode = "no_match"
)

// AgentMode is what the controller does when a call comes with another
// User-Agent than the profile call of its token.
type AgentMode string

// The positions of Switches.BindUserAgent.
const (
	// AgentFree does not look at the User-Agent. The default.
	AgentFree AgentMode = "off"
	// AgentUnauthorized answers 401.
	AgentUnauthorized AgentMode = "401"
	// AgentForbidden answers 403.
	AgentForbidden AgentMode = "403"
)

// AggregateMode is how the controller treats aggregate and group_by.
type AggregateMode string

// The positions of Switches.Aggregate.
const (
	// AggregateRows answers with one item per group that carries
	// aggregated_value, an int64. The default.
	AggregateRows AggregateMode = "rows"
	// AggregateEnvelope answers with an aggregate object in the envelope.
	AggregateEnvelope AggregateMode = "envelope"
	// AggregateIgnored answers with plain rows.
	AggregateIgnored AggregateMode = "ignored"
	// AggregateRefused answers 400 BAD_QUERY_REQUEST.
	AggregateRefused AggregateMode = "refused"
)

// NullMode is what an aggregate makes of null values.
type NullMode string

// The positions of Switches.AggregateNulls.
const (
	// NullsSkipped leaves null values out. The default.
	NullsSkipped NullMode = "skipped"
	// NullsAsZero counts null values as zero.
	NullsAsZero NullMode = "zero"
)

// PlaceholderMode is what stands in a field that retrieved_fields left out.
type PlaceholderMode string

// The positions of Switches.ProjectionPlaceholders.
const (
	// PlaceholderDefaults puts "" and 0. The default.
	PlaceholderDefaults PlaceholderMode = "defaults"
	// PlaceholderFabricated puts values that look real: "1" for identifiers,
	// the first state of the enum for upgrade_state (observed on a sibling,
	// where site_id became "1" and role "NONE").
	PlaceholderFabricated PlaceholderMode = "fabricated"
	// PlaceholderNulls puts null.
	PlaceholderNulls PlaceholderMode = "nulls"
	// PlaceholderOff answers with full rows.
	PlaceholderOff PlaceholderMode = "off"
)

// OrderMode is the order of rows when no sort_params are given.
type OrderMode string

// The positions of Switches.DefaultOrder.
const (
	// OrderInsertion keeps one order, which is not that of the identifiers.
	// The default.
	OrderInsertion OrderMode = "insertion"
	// OrderShuffled deals the rows anew for every request.
	OrderShuffled OrderMode = "shuffled"
)

// RowMode is whether elements without an upgrade state have a row.
type RowMode string

// The positions of Switches.NeverUpgradedRows.
const (
	// RowsPresent gives them a row with nulls. The default.
	RowsPresent RowMode = "present"
	// RowsAbsent leaves them out.
	RowsAbsent RowMode = "absent"
)

// Switches are the things about the controller that nobody knows. The zero
// value is the reading of the evidence that is held to be the likeliest.
type Switches struct {
	// MaxLimit is the largest page; 0 means no maximum.
	MaxLimit int
	// LimitMode is what happens above MaxLimit.
	LimitMode LimitMode
	// NullsAbsent leaves null values out of items.
	NullsAbsent bool
	// OmitNewerFields plays a controller before 2026: the fields
	// software_version_change_time and _etag do not exist.
	OmitNewerFields bool
	// UnknownKeys is UnknownIgnored or UnknownRefused, which answers 400
	// INVALID_JSON_EXTRA_ATTRIBUTE; for keys of the request body.
	UnknownKeys UnknownMode
	// UnknownQuery is UnknownRefused, which answers 400 BAD_QUERY_REQUEST, or
	// UnknownNoMatch; for fields, operators and sort fields.
	UnknownQuery UnknownMode
	// IgnoreFilters answers 200 with rows that query_params did not select.
	IgnoreFilters bool
	// BindUserAgent ties a session to the User-Agent of its profile call.
	BindUserAgent AgentMode
	// TotalCountAbsent leaves total_count out of the envelope.
	TotalCountAbsent bool
	// Aggregate is the treatment of aggregate and group_by.
	Aggregate AggregateMode
	// AggregateNulls is the treatment of null values in an aggregate.
	AggregateNulls NullMode
	// NumbersAsText spells the integers of items and envelope as texts.
	NumbersAsText bool
	// ProjectionPlaceholders is the treatment of retrieved_fields.
	ProjectionPlaceholders PlaceholderMode
	// DefaultOrder is the order of rows that no sort_params ask for.
	DefaultOrder OrderMode
	// NextQueryAbsent leaves next_query out of the envelope.
	NextQueryAbsent bool
	// EnvelopeID adds id, deleted_ids and, in the unified form, description
	// to the envelope: documented, never seen.
	EnvelopeID bool
	// NeverUpgradedRows is the treatment of elements without a state.
	NeverUpgradedRows RowMode
	// CaseInsensitive makes eq, neq, in and re disregard case.
	CaseInsensitive bool
	// ChangeTimeAsStamp gives software_version_change_time in the 17-digit
	// form instead of milliseconds.
	ChangeTimeAsStamp bool
	// InvalidClientStatus is the status of a failed sign-in at the token
	// endpoint: 400 or 401; 0 means 400.
	InvalidClientStatus int
	// WrongTenantStatus is the status of TENANT_ID_INVALID_0001: 400, 403 or
	// 404; 0 means 400.
	WrongTenantStatus int
	// TokenLifetime is how long an access token is good for, in real time; 0
	// means 899 s.
	TokenLifetime time.Duration
	// RolesDenied answers 403 to queries although the session is primed.
	RolesDenied bool
}

// Validate finds the first switch in a position that does not exist.
func (s Switches) Validate() error {
	for _, check := range []struct {
		name     string
		position any
		allowed  []any
	}{
		{"LimitMode", s.LimitMode, []any{LimitMode(""), LimitClamp, LimitRefuse}},
		{"UnknownKeys", s.UnknownKeys, []any{UnknownMode(""), UnknownIgnored, UnknownRefused}},
		{"UnknownQuery", s.UnknownQuery, []any{UnknownMode(""), UnknownRefused, UnknownNoMatch}},
		{"BindUserAgent", s.BindUserAgent, []any{AgentMode(""), AgentFree, AgentUnauthorized, AgentForbidden}},
		{"Aggregate", s.Aggregate, []any{AggregateMode(""), AggregateRows, AggregateEnvelope, AggregateIgnored, AggregateRefused}},
		{"AggregateNulls", s.AggregateNulls, []any{NullMode(""), NullsSkipped, NullsAsZero}},
		{"ProjectionPlaceholders", s.ProjectionPlaceholders, []any{PlaceholderMode(""), PlaceholderDefaults, PlaceholderFabricated, PlaceholderNulls, PlaceholderOff}},
		{"DefaultOrder", s.DefaultOrder, []any{OrderMode(""), OrderInsertion, OrderShuffled}},
		{"NeverUpgradedRows", s.NeverUpgradedRows, []any{RowMode(""), RowsPresent, RowsAbsent}},
		{"InvalidClientStatus", s.InvalidClientStatus, []any{0, http.StatusBadRequest, http.StatusUnauthorized}},
		{"WrongTenantStatus", s.WrongTenantStatus, []any{0, http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound}},
	} {
		if !slices.Contains(check.allowed, check.position) {
			return fmt.Errorf("switch %s: position %q does not exist; use one of %s", check.name, fmt.Sprint(check.position), positions(check.allowed))
		}
	}
	if s.MaxLimit < 0 || s.TokenLifetime < 0 {
		return fmt.Errorf("switches MaxLimit (%d) and TokenLifetime (%s) must not be negative; use 0 for the default", s.MaxLimit, s.TokenLifetime)
	}
	return nil
}

// positions spells the choices of a switch without its zero value.
func positions(allowed []any) string {
	texts := make([]string, 0, len(allowed)-1)
	for _, position := range allowed[1:] {
		texts = append(texts, fmt.Sprint(position))
	}
	return strings.Join(texts, ", ")
}

// Position is one switch in one position other than its default.
type Position struct {
	// Name is the name of the switch in Switches.
	Name string
	// Position is the position in words that fit into a test's name.
	Position string
	// Denied says that no read can succeed in this position.
	Denied bool
	// Apply puts the switch into the position.
	Apply func(*Switches)
}

// SwitchPositions lists every position of every switch, one at a time; the
// first is the one with all defaults.
func SwitchPositions() []Position {
	return []Position{
		{Name: "Defaults", Position: "as_they_are", Apply: func(*Switches) {}},
		{Name: "MaxLimit", Position: "clamp_at_10", Apply: func(s *Switches) { s.MaxLimit = 10 }},
		{Name: "MaxLimit", Position: "refuse_above_100", Apply: func(s *Switches) { s.MaxLimit, s.LimitMode = 100, LimitRefuse }},
		{Name: "NullsAbsent", Position: "on", Apply: func(s *Switches) { s.NullsAbsent = true }},
		{Name: "OmitNewerFields", Position: "on", Apply: func(s *Switches) { s.OmitNewerFields = true }},
		{Name: "UnknownKeys", Position: "refused", Apply: func(s *Switches) { s.UnknownKeys = UnknownRefused }},
		{Name: "UnknownQuery", Position: "no_match", Apply: func(s *Switches) { s.UnknownQuery = UnknownNoMatch }},
		{Name: "IgnoreFilters", Position: "on", Apply: func(s *Switches) { s.IgnoreFilters = true }},
		{Name: "BindUserAgent", Position: "401", Apply: func(s *Switches) { s.BindUserAgent = AgentUnauthorized }},
		{Name: "BindUserAgent", Position: "403", Apply: func(s *Switches) { s.BindUserAgent = AgentForbidden }},
		{Name: "TotalCountAbsent", Position: "on", Apply: func(s *Switches) { s.TotalCountAbsent = true }},
		{Name: "Aggregate", Position: "envelope", Apply: func(s *Switches) { s.Aggregate = AggregateEnvelope }},
		{Name: "Aggregate", Position: "ignored", Apply: func(s *Switches) { s.Aggregate = AggregateIgnored }},
		{Name: "Aggregate", Position: "refused", Apply: func(s *Switches) { s.Aggregate = AggregateRefused }},
		{Name: "AggregateNulls", Position: "zero", Apply: func(s *Switches) { s.AggregateNulls = NullsAsZero }},
		{Name: "NumbersAsText", Position: "on", Apply: func(s *Switches) { s.NumbersAsText = true }},
		{Name: "ProjectionPlaceholders", Position: "fabricated", Apply: func(s *Switches) { s.ProjectionPlaceholders = PlaceholderFabricated }},
		{Name: "ProjectionPlaceholders", Position: "nulls", Apply: func(s *Switches) { s.ProjectionPlaceholders = PlaceholderNulls }},
		{Name: "ProjectionPlaceholders", Position: "off", Apply: func(s *Switches) { s.ProjectionPlaceholders = PlaceholderOff }},
		{Name: "DefaultOrder", Position: "shuffled", Apply: func(s *Switches) { s.DefaultOrder = OrderShuffled }},
		{Name: "NextQueryAbsent", Position: "on", Apply: func(s *Switches) { s.NextQueryAbsent = true }},
		{Name: "EnvelopeID", Position: "on", Apply: func(s *Switches) { s.EnvelopeID = true }},
		{Name: "NeverUpgradedRows", Position: "absent", Apply: func(s *Switches) { s.NeverUpgradedRows = RowsAbsent }},
		{Name: "CaseInsensitive", Position: "on", Apply: func(s *Switches) { s.CaseInsensitive = true }},
		{Name: "ChangeTimeAsStamp", Position: "on", Apply: func(s *Switches) { s.ChangeTimeAsStamp = true }},
		{Name: "InvalidClientStatus", Position: "401", Apply: func(s *Switches) { s.InvalidClientStatus = http.StatusUnauthorized }},
		{Name: "WrongTenantStatus", Position: "403", Apply: func(s *Switches) { s.WrongTenantStatus = http.StatusForbidden }},
		{Name: "WrongTenantStatus", Position: "404", Apply: func(s *Switches) { s.WrongTenantStatus = http.StatusNotFound }},
		{Name: "TokenLifetime", Position: "two_minutes", Apply: func(s *Switches) { s.TokenLifetime = 2 * time.Minute }},
		{Name: "RolesDenied", Position: "on", Denied: true, Apply: func(s *Switches) { s.RolesDenied = true }},
	}
}
