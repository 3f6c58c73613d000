package inventory

import (
	"regexp"
	"strings"
)

var wildcardRegexps = strings.NewReplacer(`\*`, ".*", `\?`, ".")

func hasWildcards(name string) bool { return strings.ContainsAny(name, "*?") }

func matcher(value string, allowsWildcards bool) func(string) bool {
	if !allowsWildcards || !hasWildcards(value) {
		return func(have string) bool { return have == value }
	}
	// A quoted text with its wildcards replaced is always a valid expression.
	return regexp.MustCompile("(?s)^" + wildcardRegexps.Replace(regexp.QuoteMeta(value)) + "$").MatchString
}
