package imagestatus

import (
	"strings"
	"time"
)

// Status is one row of the endpoint: the current image status of one element.
// A nil field was null or absent in the answer. Names and types are documented,
// nullness is not.
type Status struct {
	ID        *string // of the row, not of the element (inferred)
	ElementID *string // 17 to 19 digits (observed)
	// ActiveImageID is the image that the element runs; it may be null or name an
	// image that the tenant no longer lists (observed).
	ActiveImageID   *string
	ActiveVersion   *string // such as 6.3.6-b9
	PreviousImageID *string // that ran before the last upgrade
	RollbackVersion *string // that the element falls back to (inferred)
	UpgradeImageID  *string // of the last upgrade command received
	UpgradeState    *string // may be missing from States
	DownloadPercent *int64  // 0 to 100
	// The intervals are 0 to 59; their unit is not documented.
	DownloadInterval, UpgradeInterval *int64
	// The scheduled times are MM-DD-YYYY HH:MM:SS in UTC; see ParseSchedule.
	ScheduledDownload, ScheduledUpgrade *string

	FailureInfo               *string // the controller's text about a failure
	SoftwareVersionChangeTime *int64  // in an undocumented unit
	Etag                      *int64  // version of the row as an object
	// The stamps have 17 digits; see StampTime.
	CreatedOnUTC, UpdatedOnUTC *int64
}

// State returns the upgrade state; StateNone if it is null.
func (s *Status) State() State {
	return State(deref(s.UpgradeState))
}

// Phase returns the phase of the upgrade state: PhaseIdle for null, PhaseUnknown for
// an empty or unknown text.
func (s *Status) Phase() Phase {
	if s.UpgradeState == nil {
		return PhaseIdle
	}
	return s.State().Phase()
}

// Updated returns _updated_on_utc, by which the newer of two rows is known; 0 for
// null, so that null is oldest.
func (s *Status) Updated() int64 { return deref(s.UpdatedOnUTC) }

// Element returns the id of the element; "" for null.
func (s *Status) Element() string {
	return deref(s.ElementID)
}

// IsDigits reports whether a text has only ASCII digits, as the ids of the controller
// do (observed). It is true for an empty text.
func IsDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }

const (
	stampTicksPerSecond = 10_000_000
	stampMin            = 1_000_000_000 * stampTicksPerSecond
	stampMax            = 9_999_999_999*stampTicksPerSecond + stampTicksPerSecond - 1
)

// StampTime converts a stamp of the controller: the first ten of its 17 digits are
// seconds since 1970, the others a sequence number (observed), so that the result has
// whole seconds. It returns false for a number that does not have 17 digits.
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
