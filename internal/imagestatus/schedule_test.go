package imagestatus

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// vendorSchedule is the vendor's own pattern, letter for letter.
var vendorSchedule = regexp.MustCompile(`^(0?[1-9]|1[0-2])-(0[1-9]|[1-2][0-9]|3[0-1])-(201?[8-9]|20?[2-5][0-9])\s+([0-1][0-9]|2?[0-3])\:([0-5][0-9])\:([0-5][0-9])$`)

func TestScheduledTimesAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"08-21-2026 02:00:00":      "2026-08-21T02:00:00Z",
		"8-21-2026 02:00:00":       "2026-08-21T02:00:00Z",
		"12-31-2059 23:59:59":      "2059-12-31T23:59:59Z",
		"01-01-2018 00:00:00":      "2018-01-01T00:00:00Z",
		"02-29-2028 12:30:01":      "2028-02-29T12:30:01Z",
		"08-21-2026 \t 02:00:00":   "2026-08-21T02:00:00Z",
		"08-21-2026\n02:00:00":     "2026-08-21T02:00:00Z",
		"08-21-2026 2:00:00":       "2026-08-21T02:00:00Z",
		" \n08-21-2026 02:00:00\t": "2026-08-21T02:00:00Z",
	} {
		if trimmed := strings.TrimSpace(text); !vendorSchedule.MatchString(trimmed) {
			t.Errorf("%q is no example of the vendor's pattern", trimmed)
		}
		got, err := ParseSchedule(text)
		if err != nil || got.Format(time.RFC3339) != want || got.Location() != time.UTC {
			t.Errorf("%q: got %v, %v; want %s", text, got, err, want)
		}
	}
}

func TestWhatIsNoScheduledTimeIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	const form, date = "it is written MM-DD-YYYY HH:MM:SS in UTC, such as 08-21-2026 02:00:00", "there is no such date or time of day"
	for text, reason := range map[string]string{
		"":                            form,
		"2026-08-21T02:00:00Z":        form,
		"2026-08-21 02:00:00":         form,
		"08/21/2026 02:00:00":         form,
		"08-1-2026 02:00:00":          form,
		"08-21-26 02:00:00":           form,
		"08-21-208 02:00:00":          form, // the vendor's pattern lets it pass by mistake
		"08-21-2026":                  form,
		"08-21-202602:00:00":          form,
		"08-21-2026 02:00":            form,
		"08-21-2026 02:00:00 PM":      form,
		"08-21-2026 02:00:00.5":       form,
		"08-21-2026T02:00:00":         form,
		"08-21-2026 02:00:00+01:00":   form,
		"٠٨-21-2026 02:00:00":         form,
		"08-21-2026 02:00:00\x00":     form,
		"13-01-2026 02:00:00":         date,
		"00-01-2026 02:00:00":         date,
		"08-32-2026 02:00:00":         date,
		"08-00-2026 02:00:00":         date,
		"02-29-2026 02:00:00":         date,
		"02-30-2028 02:00:00":         date,
		"21-08-2026 02:00:00":         date,
		"08-21-2026 24:00:00":         date,
		"08-21-2026 02:60:00":         date,
		"08-21-2026 02:00:60":         date,
		"08-21-2026 02:00:00\nsecond": form,
	} {
		got, err := ParseSchedule(text)
		if err == nil || !strings.HasSuffix(err.Error(), "is not a scheduled time: "+reason) || !got.IsZero() {
			t.Errorf("%q: got %v and the error %v, want none and %q", text, got, err, reason)
		}
	}
}

// scheduleLayout is how the controller writes scheduled times, in UTC
// (documented for the request, inferred for the status).
const scheduleLayout = "01-02-2006 15:04:05"

func TestScheduledTimesAreReadBackAsWritten(t *testing.T) {
	t.Parallel()
	first, last := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2059, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(first, last).Draw(t, "at"), 0).UTC()
		text := at.Format(scheduleLayout)
		if !vendorSchedule.MatchString(text) {
			t.Fatalf("%v is written as %q, which the vendor's pattern refuses", at, text)
		}
		if back, err := ParseSchedule(text); err != nil || !back.Equal(at) {
			t.Fatalf("%q is read back as %v, %v; want %v", text, back, err, at)
		}
	})
}

func FuzzParseSchedule(f *testing.F) {
	for _, seed := range []string{"08-21-2026 02:00:00", "8-21-2026\t2:00:00", "02-29-2028 23:59:59", "13-45-2026 99:99:99", "2026-08-21T02:00:00Z", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := ParseSchedule(text)
		if err != nil {
			if !strings.Contains(err.Error(), "is not a scheduled time: ") {
				t.Errorf("%q: got %v, want a reason", text, err)
			}
			return
		}
		if again, err := ParseSchedule(at.Format(scheduleLayout)); err != nil || !again.Equal(at) {
			t.Errorf("%q is read as %v and again as %v, %v", text, at, again, err)
		}
	})
}
