package imagestatus

import (
	"strings"
	"time"
)

// Status is one row of the endpoint: the current image status of one element.
// A nil field was null or absent in the answer; nothing is defaulted. Names
// and types are documented, nullness is not.
type Status struct {
	// ID identifies the row, not the element (inferred).
	ID *string
	// ElementID identifies the element, as 17 to 19 digits in text (observed).
	ElementID *string
	// ActiveImageID is the image the element runs; it may be null or name an
	// image that the tenant no longer lists (observed).
	ActiveImageID *string
	// ActiveVersion is the version the element runs, such as 6.3.6-b9.
	ActiveVersion *string
	// PreviousImageID is the image that ran before the last upgrade.
	PreviousImageID *string
	// RollbackVersion is the version the element falls back to (inferred).
	RollbackVersion *string
	// UpgradeImageID is the image of the last upgrade command received.
	UpgradeImageID *string
	// UpgradeState is the wire text of the state, listed in States or not.
	UpgradeState *string
	// DownloadPercent is 0 to 100.
	DownloadPercent *int64
	// DownloadInterval is 0 to 59; its unit is not documented.
	DownloadInterval *int64
	// UpgradeInterval is 0 to 59; its unit is not documented.
	UpgradeInterval *int64
	// ScheduledDownload is MM-DD-YYYY HH:MM:SS in UTC; see ParseSchedule.
	ScheduledDownload *string
	// ScheduledUpgrade is MM-DD-YYYY HH:MM:SS in UTC; see ParseSchedule.
	ScheduledUpgrade *string
	// FailureInfo is the controller's own text about a failure.
	FailureInfo *string
	// SoftwareVersionChangeTime is an integer in an undocumented unit.
	SoftwareVersionChangeTime *int64
	// Etag is the row's object version.
	Etag *int64
	// CreatedOnUTC is in the controller's 17-digit form; see StampTime.
	CreatedOnUTC *int64
	// UpdatedOnUTC is in the controller's 17-digit form; see StampTime.
	UpdatedOnUTC *int64
}

// State gives the row's upgrade state, StateNone when the controller sent none.
func (s *Status) State() State {
	return State(deref(s.UpgradeState))
}

// Phase gives the phase of the row's upgrade state. No state at all is
// PhaseIdle; an empty text is a state nobody knows, hence PhaseUnknown.
func (s *Status) Phase() Phase {
	if s.UpgradeState == nil {
		return PhaseIdle
	}
	return s.State().Phase()
}

// Updated is _updated_on_utc, by which one row of an element is newer than
// another. It is 0 where that is null, so that null is oldest.
func (s *Status) Updated() int64 { return deref(s.UpdatedOnUTC) }

// Element gives the element's id, or "" when the row names none.
func (s *Status) Element() string {
	return deref(s.ElementID)
}

// IsDigits reports whether a text consists of ASCII digits alone, as each id of
// the controller does (observed). An empty text does.
func IsDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }

const (
	stampTicksPerSecond = 10_000_000
	stampMin            = 1_000_000_000 * stampTicksPerSecond
	stampMax            = 9_999_999_999*stampTicksPerSecond + stampTicksPerSecond - 1
)

// StampTime reads the controller's 17-digit time: seconds since 1970 in the
// first ten digits, a sequence in the other seven (observed), so the result
// has whole seconds. It reports false for any number that has not 17 digits.
func StampTime(stamp int64) (time.Time, bool) {
	if stamp < stampMin || stamp > stampMax {
		return time.Time{}, false
	}
	return time.Unix(stamp/stampTicksPerSecond, 0).UTC(), true
}

func deref[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}
