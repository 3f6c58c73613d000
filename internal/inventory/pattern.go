package inventory

import (
	"regexp"
	"strings"
)

// wildcards turns a quoted pattern into a regular expression.
var wildcards = strings.NewReplacer(`\*`, ".*", `\?`, ".")

// isPattern reports whether a name has wildcards.
func isPattern(name string) bool { return strings.ContainsAny(name, "*?") }

// matcher compares a value exactly, or by its wildcards where those are read.
func matcher(value string, pattern bool) func(string) bool {
	if !pattern || !isPattern(value) {
		return func(have string) bool { return have == value }
	}
	// A quoted text with wildcards is always a valid expression.
	return regexp.MustCompile("(?s)^" + wildcards.Replace(regexp.QuoteMeta(value)) + "$").MatchString
}
