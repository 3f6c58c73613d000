package imagestatus

import (
	"runtime"
	"strconv"
	"testing"
)

// benchFleet has rows as a large tenant's in the middle of a rollout: most are
// done, some are on their way, few failed.
func benchFleet(elements int) []Status {
	rows := make([]Status, elements)
	for i := range rows {
		rows[i] = sampleRow()
		rows[i].ID = new(strconv.Itoa(1_773_935_101_000_000_000 + i))
		rows[i].ElementID = new(strconv.Itoa(1_773_934_978_000_000_000 + i))
		switch {
		case i%500 == 0:
			rows[i].UpgradeState = new("failed")
			continue
		case i%4 == 0:
			rows[i].UpgradeState, rows[i].ActiveVersion = new("downloading"), new("6.3.3-b4")
		}
		rows[i].FailureInfo = nil
	}
	return rows
}

const benchElements = 50_000

func BenchmarkTally(b *testing.B) {
	rows := benchFleet(benchElements)
	target, err := ParseTarget(new(">= 6.3.5-b1, < 6.4.0"), nil)
	if err != nil {
		b.Fatal(err)
	}
	gate := Gate{Target: target, MinElements: 1, MaxBlocking: 20}
	var tally *Tally
	b.ReportAllocs()
	for b.Loop() {
		tally = gate.Judge()
		for i := range rows {
			if err := tally.Add(rows[i]); err != nil {
				b.Fatal(err)
			}
		}
		if got := tally.Verdict().Counts.Total; got != benchElements {
			b.Fatalf("got %d elements, want %d", got, benchElements)
		}
	}
	b.StopTimer()
	reportHeld(b, &tally)
}

func BenchmarkAggregation(b *testing.B) {
	rows := benchFleet(benchElements)
	for _, test := range []struct {
		name      string
		aggregate Aggregate
	}{
		{"count", Aggregate{Operator: AggregateCount, Field: FieldElementID}},
		{"count by version and phase", Aggregate{Operator: AggregateCount, Field: FieldElementID, GroupBy: []string{"active_version", FieldPhase}}},
		{"avg by state", Aggregate{Operator: AggregateAvg, Field: "download_percent", GroupBy: []string{FieldUpgradeState}}},
		{"sum", Aggregate{Operator: AggregateSum, Field: "_updated_on_utc"}},
	} {
		b.Run(test.name, func(b *testing.B) {
			var aggregation *Aggregation
			b.ReportAllocs()
			for b.Loop() {
				aggregation = test.aggregate.Aggregation()
				for i := range rows {
					if err := aggregation.Add(rows[i]); err != nil {
						b.Fatal(err)
					}
				}
				if got := aggregation.Matched(); got != benchElements || len(aggregation.Groups()) == 0 {
					b.Fatalf("got %d rows in %d groups, want %d rows", got, len(aggregation.Groups()), benchElements)
				}
			}
			b.StopTimer()
			reportHeld(b, &aggregation)
		})
	}
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
