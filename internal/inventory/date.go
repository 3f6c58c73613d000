package inventory

import "time"

// Date is a day of the calendar without a time zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day of a moment in UTC.
func DateOf(moment time.Time) Date {
	year, month, day := moment.UTC().Date()
	return Date{Year: year, Month: month, Day: day}
}

// ParseDate parses yyyy-MM-dd. It returns false for any other text and for a day that
// does not exist.
func ParseDate(text string) (Date, bool) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, false
	}
	return DateOf(day), true
}

// Before reports whether the day is earlier than other.
func (d Date) Before(other Date) bool { return d.start().Before(other.start()) }

// String returns the day as yyyy-MM-dd.
func (d Date) String() string { return d.start().Format(time.DateOnly) }

func (d Date) start() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }
