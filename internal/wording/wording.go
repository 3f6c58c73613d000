// Package wording formats lists for sentences. Every package may import it; it imports
// no package of this module.
package wording

import "strings"

// Join joins parts with commas and a word before the last part: a, b and c.
func Join(word string, parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " " + word + " " + parts[last]
}

// Code returns each name between backticks, as code in Markdown.
func Code[T ~string](names []T) []string {
	written := make([]string, len(names))
	for i, name := range names {
		written[i] = "`" + string(name) + "`"
	}
	return written
}
