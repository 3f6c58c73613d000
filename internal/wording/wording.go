// Package wording writes lists as sentences have them. Every package may import
// it, and it imports none of this module.
package wording

import "strings"

// Join lists parts with a word before the last: a, b and c.
func Join(word string, parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " " + word + " " + parts[last]
}

// Code writes each name between backticks, as Markdown has code.
func Code[T ~string](names []T) []string {
	written := make([]string, len(names))
	for i, name := range names {
		written[i] = "`" + string(name) + "`"
	}
	return written
}
