package sdwan

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

// retryNow is the present of these tests.
var retryNow = time.Date(2026, time.August, 21, 2, 0, 0, 0, time.UTC)

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	t.Parallel()
	const no = time.Duration(-1)
	for header, want := range map[string]time.Duration{
		"":      no,
		"   ":   no,
		"0":     0,
		"1":     time.Second,
		"120":   2 * time.Minute,
		"007":   7 * time.Second,
		" 7 ":   7 * time.Second,
		"86400": 24 * time.Hour,
		// The longest whole seconds of a Duration, and beyond.
		"9223372036":                     9223372036 * time.Second,
		"9223372037":                     math.MaxInt64,
		"9223372036854775807":            math.MaxInt64,
		"9223372036854775808":            math.MaxInt64,
		strings.Repeat("9", 1000):        math.MaxInt64,
		strings.Repeat("0", 1000):        0,
		"-1":                             no,
		"+1":                             no,
		"1.5":                            no,
		"1e3":                            no,
		"0x10":                           no,
		"1 2":                            no,
		"soon":                           no,
		"١٢":                             no,
		"\x00":                           no,
		"2026-08-21T02:00:07Z":           no,
		"1773935101223004945seven":       no,
		"Fri, 21 Aug 2026 02:00:07 GMT":  7 * time.Second,
		"Friday, 21-Aug-26 02:00:07 GMT": 7 * time.Second,
		"Fri Aug 21 02:00:07 2026":       7 * time.Second,
		"Fri, 21 Aug 2026 02:00:00 GMT":  0,
		"Fri, 21 Aug 2026 01:59:59 GMT":  0,
		"Thu, 01 Jan 1970 00:00:00 GMT":  0,
		"Sat, 22 Aug 2026 02:00:00 GMT":  24 * time.Hour,
		"Fri, 31 Dec 9999 23:59:59 GMT":  math.MaxInt64,
	} {
		got, asked := retryAfter(header, retryNow)
		if !asked {
			got = no
		}
		if got != want {
			t.Errorf("%.40q: got %d, want %d", header, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"", "0", "1", "86400", "-1", "1.5", "99999999999999999999", "soon",
		"Fri, 21 Aug 2026 02:00:07 GMT", "Friday, 21-Aug-26 02:00:07 GMT", "Fri Aug 21 02:00:07 2026", "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		wait, asked := retryAfter(header, retryNow)
		if wait < 0 {
			t.Errorf("%q: a wait of %s", header, wait)
		}
		if !asked && wait != 0 {
			t.Errorf("%q: nothing is asked, and the wait is %s", header, wait)
		}
		response := &http.Response{Header: http.Header{"Retry-After": {header}}}
		waited := backoff(time.Second, time.Minute, 3, response)
		if waited < 4*time.Second || !asked && waited > 8*time.Second {
			t.Errorf("%q: the fourth wait of a second and more is %s", header, waited)
		}
	})
}
