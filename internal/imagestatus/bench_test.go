package imagestatus

import (
	"strconv"
	"testing"
)

// benchFleet has rows as a large tenant's in the middle of a rollout: most are
// done, some are on their way, few failed.
func benchFleet(elements int) []Status {
	rows := make([]Status, elements)
	for i := range rows {
		rows[i] = sampleRow()
		rows[i].ID = new(strconv.FormatInt(1_773_935_101_000_000_000+int64(i), 10))
		rows[i].ElementID = new(strconv.FormatInt(1_773_934_978_000_000_000+int64(i), 10))
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
		})
	}
}
