package imagestatus

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestStampsAreReadAsTimes(t *testing.T) {
	t.Parallel()
	for stamp, want := range map[int64]string{
		14124967418110177: "2014-10-05T08:12:21Z",
		17739351012230001: "2026-03-19T15:45:01Z",
		17739351010000000: "2026-03-19T15:45:01Z",
		17739351019999999: "2026-03-19T15:45:01Z",
		17739351020000000: "2026-03-19T15:45:02Z",
		10000000000000000: "2001-09-09T01:46:40Z",
		99999999999999999: "2286-11-20T17:46:39Z",
	} {
		moment, isStamp := StampTime(stamp)
		if got := moment.Format(time.RFC3339Nano); !isStamp || got != want {
			t.Errorf("StampTime(%d) = %s, %t; want %s, true", stamp, got, isStamp, want)
		}
	}
}

func TestNumbersWithoutSeventeenDigitsAreNoStamps(t *testing.T) {
	t.Parallel()
	for _, stamp := range []int64{
		0, 1, -1, 1773935101, 1773935101223, 9999999999999999, 100000000000000000,
		-17739351012230001, math.MaxInt64, math.MinInt64,
	} {
		if moment, isStamp := StampTime(stamp); isStamp || !moment.IsZero() {
			t.Errorf("StampTime(%d) = %s, %t; want the zero time, false", stamp, moment, isStamp)
		}
	}
}

func TestRowWithoutElementHasAnEmptyElement(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		row  Status
		want string
	}{
		{Status{}, ""},
		{Status{ID: new("1")}, ""},
		{Status{ID: new("1"), ElementID: new("2")}, "2"},
	} {
		if got := test.row.Element(); got != test.want {
			t.Errorf("element of %s: got %q, want %q", rowText(&test.row), got, test.want)
		}
	}
}

func FuzzStampTime(f *testing.F) {
	for _, seed := range []int64{0, -1, 17739351012230001, 10000000000000000, 9999999999999999, 99999999999999999, math.MinInt64} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, stamp int64) {
		moment, isStamp := StampTime(stamp)
		digits := strconv.FormatInt(stamp, 10)
		if want := len(digits) == 17 && !strings.HasPrefix(digits, "-"); isStamp != want {
			t.Fatalf("StampTime(%d): got %t, want %t", stamp, isStamp, want)
		}
		if !isStamp {
			return
		}
		if got := strconv.FormatInt(moment.Unix(), 10); got != digits[:10] || moment.Nanosecond() != 0 {
			t.Errorf("StampTime(%d) = %s: got %s s and %d ns, want %s s", stamp, moment, got, moment.Nanosecond(), digits[:10])
		}
		if moment.Location() != time.UTC {
			t.Errorf("StampTime(%d) is in %s, want UTC", stamp, moment.Location())
		}
	})
}
