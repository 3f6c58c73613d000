package sdwan

import (
	"strconv"
	"testing"
)

func TestSeenTellsNewRowsFromOldOnes(t *testing.T) {
	t.Parallel()
	for _, expected := range []int64{0, 1, 63, 64, 1_000, 50_000, 100_000} {
		const rows = 20_000
		seen := newSeen(expected)
		for round := range 2 {
			for number := range rows {
				if before := seen.add(strconv.Itoa(number)); before != (round == 1) {
					t.Fatalf("room for %d: row %d was there before: %t, in round %d", expected, number, before, round)
				}
			}
		}
		if seen.used != rows {
			t.Errorf("room for %d: %d rows are counted, want %d", expected, seen.used, rows)
		}
	}
}

func TestSeenHoldsALargeFleetInItsRoom(t *testing.T) {
	t.Parallel()
	const rows = 50_000
	seen := newSeen(rows)
	room := len(seen.slots)
	for number := range rows {
		seen.add(strconv.Itoa(number))
	}
	if len(seen.slots) != room || room > 2*rows {
		t.Errorf("there are %d slots for %d rows, and %d were made at first", len(seen.slots), rows, room)
	}
}
