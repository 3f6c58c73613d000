package imagestatus

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// schedulePattern is that of the vendor (documented): month and hour may have one
// digit, the day has two, and any white space separates date and time.
var schedulePattern = regexp.MustCompile(`^(\d{1,2}-\d{2}-\d{4})\s+(\d{1,2}:\d{2}:\d{2})$`)

// ParseSchedule parses a scheduled time, MM-DD-YYYY HH:MM:SS in UTC. The error is a
// sentence that quotes the text and shows the format.
func ParseSchedule(text string) (time.Time, error) {
	parts := schedulePattern.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return time.Time{}, fmt.Errorf("%q is not a scheduled time: it is written MM-DD-YYYY HH:MM:SS in UTC, such as 08-21-2026 02:00:00", text)
	}
	at, err := time.Parse("1-02-2006 15:04:05", parts[1]+" "+parts[2])
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a scheduled time: there is no such date or time of day", text)
	}
	return at, nil
}
