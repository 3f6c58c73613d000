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
	row := func(id string, updated *int64) Status { return Status{ID: &id, UpdatedOnUTC: updated} }
	one, two := new(int64(1)), new(int64(2))
	for name, rows := range map[string][]Status{
		"by update":                             {row("old", one), row("new", two)},
		"then in the order of rows":             {row("first", one), row("new", one)},
		"a null is oldest":                      {row("old", nil), row("new", one)},
		"three":                                 {row("older", nil), row("old", one), row("new", two)},
		"stamps that a float cannot tell apart": {row("old", new(int64(17739352012230004))), row("new", new(int64(17739352012230005)))},
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
			if rows[i].Updated() > want.Updated() {
				t.Fatalf("got %s, which is older than %s", rowText(want), rowText(&rows[i]))
			}
		}
		got := newestOf(t, rapid.Permutation(rows).Draw(t, "shuffled"))
		if rowText(got) != rowText(want) {
			t.Fatalf("got %s in another order, want %s", rowText(got), rowText(want))
		}
	})
}
