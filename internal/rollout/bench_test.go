package rollout

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

const benchElements = 50_000

func benchID(i int) string { return strconv.FormatInt(1_773_934_978_000_000_000+int64(i), 10) }

// benchFleet has rows as a large tenant's in the middle of a rollout: most are
// done, some are on their way, few failed.
func benchFleet() []imagestatus.Status {
	rows := make([]imagestatus.Status, benchElements)
	for i := range rows {
		rows[i] = elementRow(benchID(i), "complete", wantedVersion)
		switch {
		case i%500 == 0:
			rows[i].UpgradeState, rows[i].FailureInfo = new("failed"), new("disk full")
		case i%4 == 0:
			rows[i].UpgradeState, rows[i].ActiveVersion = new("downloading"), new(formerVersion)
		}
	}
	return rows
}

func BenchmarkTally(b *testing.B) {
	benchmarkTally(b, Gate{}, nil)
}

// The same with all rules, and with the names of a closed gate's elements.
func BenchmarkTallyWithEveryRule(b *testing.B) {
	elements := make([]inventory.Element, benchElements)
	for i := range elements {
		elements[i] = inventory.Element{ID: benchID(i), Name: new("BR-" + strconv.Itoa(i)), Connected: new(i%100 != 0)}
	}
	fleet := inventory.NewFleet(elements, nil)
	selected := fleet.Select(inventory.Where{})
	benchmarkTally(b, Gate{RequireConnected: true, Fleet: fleet, Selected: &selected, SettledFor: time.Hour, Now: timeOfRead}, fleet)
	// The fleet is the caller's: without this it would count as held by the tally.
	runtime.KeepAlive(fleet)
	runtime.KeepAlive(selected)
}

func benchmarkTally(b *testing.B, gate Gate, names *inventory.Fleet) {
	b.Helper()
	rows := benchFleet()
	target, err := ParseTarget(new(">= 6.3.5-b1, < 6.4.0"), nil)
	if err != nil {
		b.Fatal(err)
	}
	gate.Target, gate.MinElements, gate.MaxBlocking = target, 1, 20
	var tally *Tally
	b.ReportAllocs()
	for b.Loop() {
		tally = gate.StartTally()
		for i := range rows {
			if err := tally.Add(rows[i]); err != nil {
				b.Fatal(err)
			}
		}
		if got := tally.Verdict(names).Counts.Total; got != benchElements {
			b.Fatalf("got %d elements, want %d", got, benchElements)
		}
	}
	b.StopTimer()
	reportHeld(b, &tally)
}

// reportHeld reports the memory that is still held for each element when all
// rows were taken, by letting go of it.
func reportHeld[T any](b *testing.B, holder **T) {
	b.Helper()
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return float64(stats.HeapAlloc)
	}
	with := heap()
	runtime.KeepAlive(*holder)
	*holder = nil
	b.ReportMetric((with-heap())/benchElements, "held-B/element")
}
