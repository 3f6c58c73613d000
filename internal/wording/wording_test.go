package wording

import "testing"

func TestListsReadAsInASentence(t *testing.T) {
	t.Parallel()
	for want, parts := range map[string][]string{
		"":                  nil,
		"`a`":               {"a"},
		"`a` or `b`":        {"a", "b"},
		"`a`, `b` or `c`":   {"a", "b", "c"},
		"``, `b, c` or `d`": {"", "b, c", "d"},
	} {
		if got := Join("or", Code(parts)); got != want {
			t.Errorf("%q: got %q, want %q", parts, got, want)
		}
	}
}
