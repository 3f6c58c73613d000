package imagestatus

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func newestOf(t testingT, rows []Status) *Status {
	t.Helper()
	var newest Newest
	for _, row := range rows {
		if err := newest.Add(row); err != nil {
			t.Fatalf("add %s: %v", rowText(&row), err)
		}
	}
	return newest.Status()
}

func TestNewestRowIsKept(t *testing.T) {
	t.Parallel()
	if got := newestOf(t, nil); got != nil {
		t.Errorf("of no rows: got %s, want none", rowText(got))
	}
	row := func(id string, updated, created, etag *int64) Status {
		return Status{ID: &id, UpdatedOnUTC: updated, CreatedOnUTC: created, Etag: etag}
	}
	one, two := new(int64(1)), new(int64(2))
	for name, rows := range map[string][]Status{
		"by update":                     {row("old", one, two, two), row("new", two, one, one)},
		"then by creation":              {row("old", one, one, two), row("new", one, two, one)},
		"then by version of the object": {row("old", one, one, one), row("new", one, one, two)},
		"a null is oldest":              {row("old", nil, two, two), row("new", one, nil, nil)},
		"three":                         {row("older", nil, nil, nil), row("old", one, nil, nil), row("new", two, nil, nil)},
		"stamps that a float cannot tell apart": {
			row("old", new(int64(17739352012230004)), nil, nil), row("new", new(int64(17739352012230005)), nil, nil),
		},
	} {
		for range 2 {
			slices.Reverse(rows)
			if got := newestOf(t, rows); got == nil || *got.ID != "new" {
				t.Errorf("%s: got %s, want the new one", name, rowText(got))
			}
		}
	}
}

func TestNewestRowIsOneForEveryOrderThatRowsCameIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 1, 6).Draw(t, "rows")
		want := newestOf(t, rows)
		for i := range rows {
			if compareAge(&rows[i], want) > 0 {
				t.Fatalf("got %s, which is older than %s", rowText(want), rowText(&rows[i]))
			}
		}
		got := newestOf(t, rapid.Permutation(rows).Draw(t, "shuffled"))
		if rowText(got) != rowText(want) {
			t.Fatalf("got %s in another order, want %s", rowText(got), rowText(want))
		}
	})
}
