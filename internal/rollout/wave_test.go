package rollout

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func mustWaveSizes(t testingT, texts ...string) []WaveSize {
	t.Helper()
	sizes, err := ParseWaveSizes(texts)
	if err != nil {
		t.Fatalf("ParseWaveSizes(%q): %v", texts, err)
	}
	return sizes
}

func fleetIDs(count int) []string {
	ids := make([]string, count)
	for i := range ids {
		ids[i] = fmt.Sprintf("17739349785%08d", i)
	}
	return ids
}

func waveLengths(waves [][]string) []int {
	lengths := make([]int, len(waves))
	for i := range waves {
		lengths[i] = len(waves[i])
	}
	return lengths
}

func TestWavesOfAFleetNeverChange(t *testing.T) {
	t.Parallel()
	// An order by another hash would move elements of rollouts under way.
	// SHA-256 of d, c, b, e and a begins with 18, 2e, 3e, 3f and ca; 60 % of all
	// hashes end at 99.
	want := [][]string{{"d"}, {"b", "c", "e"}, {"a"}}
	if diff := cmp.Diff(want, PlanWaves([]string{"a", "b", "c", "d", "e"}, mustWaveSizes(t, "1", "60%", "100%"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWavesHaveTheSizesAskedFor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		elements int
		sizes    []string
		want     []int
	}{
		{0, []string{"1", "10%", "100%"}, []int{0, 0, 0}},
		{1, []string{"1", "10%", "100%"}, []int{1, 0, 0}},
		{2, []string{"1", "2", "100%"}, []int{1, 1, 0}},
		{3, []string{"1%", "2%", "100%"}, []int{1, 1, 1}},
		{10, []string{"1", "3", "100%"}, []int{1, 2, 7}},
		{10, []string{"20", "100%"}, []int{10, 0}},
		{10, []string{"100%"}, []int{10}},
		{10, []string{"9223372036854775807", "100%"}, []int{10, 0}},
		{100, []string{"99.999999999999%", "5", "100%"}, []int{100, 0, 0}},
		{100, []string{"0.0000000001%", "0.0000000002%", "3", "100%"}, []int{1, 1, 1, 97}},
	} {
		if got := waveLengths(PlanWaves(fleetIDs(test.elements), mustWaveSizes(t, test.sizes...))); !slices.Equal(got, test.want) {
			t.Errorf("%d elements by %q: got waves of %v, want %v", test.elements, test.sizes, got, test.want)
		}
	}
}

func TestSharesAreMetAboutInLargeFleets(t *testing.T) {
	t.Parallel()
	const fleet = 50_000
	waves := waveLengths(PlanWaves(fleetIDs(fleet), mustWaveSizes(t, "1%", "10%", "33.3%", "50%", "100%")))
	done := 0
	for i, share := range []float64{0.01, 0.10, 0.333, 0.50, 1} {
		done += waves[i]
		// Five standard deviations of as many coins tossed.
		if tolerance := 5 * math.Sqrt(fleet*share*(1-share)); math.Abs(float64(done)-fleet*share) > tolerance {
			t.Errorf("after wave %d %d of %d are done, want %.0f give or take %.0f", i, done, fleet, fleet*share, tolerance)
		}
	}
}

func drawWaveSizes(t *rapid.T) []WaveSize {
	var texts []string
	count, percent := 0, 0
	for range rapid.IntRange(0, 4).Draw(t, "waves before the last") {
		if rapid.Bool().Draw(t, "by count") {
			count += rapid.IntRange(1, 8).Draw(t, "more")
			texts = append(texts, strconv.Itoa(count))
		} else if percent < 99 {
			percent += rapid.IntRange(1, 99-percent).Draw(t, "more percent")
			texts = append(texts, fmt.Sprintf("%d%%", percent))
		}
	}
	return mustWaveSizes(t, append(texts, wholeFleet)...)
}

func drawFleet(t *rapid.T) []string {
	id := rapid.OneOf(rapid.StringMatching(`[0-9]{1,3}`), rapid.StringMatching(`[0-9]{19}`), rapid.String())
	return rapid.SliceOfNDistinct(id, 0, 40, rapid.ID[string]).Draw(t, "element_ids")
}

func waveOf(waves [][]string) map[string]int {
	place := make(map[string]int)
	for i, wave := range waves {
		for _, element := range wave {
			place[element] = i
		}
	}
	return place
}

func TestEachElementIsInOneWave(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sizes, fleet := drawWaveSizes(t), drawFleet(t)
		waves := PlanWaves(fleet, sizes)
		if len(waves) != len(sizes) {
			t.Fatalf("got %d waves, want %d", len(waves), len(sizes))
		}
		left := len(fleet)
		for i, wave := range waves {
			if !slices.IsSorted(wave) || wave == nil {
				t.Fatalf("wave %d is %q, want a sorted list", i, wave)
			}
			if left > 0 && len(wave) == 0 {
				t.Fatalf("wave %d is empty with %d elements left", i, left)
			}
			left -= len(wave)
			if size := sizes[i]; size.count > 0 && len(fleet)-left < min(size.count, len(fleet)) {
				t.Fatalf("%d elements are done after wave %d, want %d", len(fleet)-left, i, size.count)
			}
		}
		got, want := slices.Sorted(slices.Values(slices.Concat(waves...))), slices.Sorted(slices.Values(fleet))
		if !slices.Equal(got, want) {
			t.Fatalf("got the elements %q, want %q", got, want)
		}
	})
}

func TestWavesDoNotDependOnTheOrderOfElementsNorOnDuplicates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sizes, fleet := drawWaveSizes(t), drawFleet(t)
		want := PlanWaves(fleet, sizes)
		again := append(slices.Clone(fleet), fleet[:rapid.IntRange(0, len(fleet)).Draw(t, "twice")]...)
		got := PlanWaves(rapid.Permutation(again).Draw(t, "shuffled"), sizes)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestNoElementMovesToAnEarlierWaveWhenAnotherJoins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sizes, fleet := drawWaveSizes(t), drawFleet(t)
		if len(fleet) == 0 {
			t.Skip("nothing can join an empty fleet's waves")
		}
		joining := rapid.IntRange(0, len(fleet)-1).Draw(t, "joining")
		before := waveOf(PlanWaves(slices.Delete(slices.Clone(fleet), joining, joining+1), sizes))
		after := waveOf(PlanWaves(fleet, sizes))
		for element, wave := range before {
			if after[element] < wave {
				t.Fatalf("%q moves from wave %d to wave %d when %q joins", element, wave, after[element], fleet[joining])
			}
		}
	})
}

func TestWaveSizesThatCannotBeUsedAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	const (
		count = "write a number of elements such as 1, or a share such as 10%"
		share = "a share is more than 0% and at most 100%"
		last  = `the last wave size must be "100%", so that no element is left out`
		grow  = "sizes are cumulative, so each says how much of the fleet is done after its wave"
	)
	for texts, want := range map[string]string{
		"":                    `"" is not a wave size: ` + count,
		"one 100%":            `"one" is not a wave size: ` + count,
		"0 100%":              `"0" is not a wave size: ` + count,
		"-1 100%":             `"-1" is not a wave size: ` + count,
		"1.5 100%":            `"1.5" is not a wave size: ` + count,
		"9223372036854775808": `"9223372036854775808" is not a wave size: ` + count,
		"0% 100%":             `"0%" is not a wave size: ` + share,
		"0.000% 100%":         `"0.000%" is not a wave size: ` + share,
		"101%":                `"101%" is not a wave size: ` + share,
		"100.001%":            `"100.001%" is not a wave size: ` + share,
		"-5% 100%":            `"-5%" is not a wave size: ` + share,
		"+5% 100%":            `"+5%" is not a wave size: ` + share,
		"1e1% 100%":           `"1e1%" is not a wave size: ` + share,
		"1/2% 100%":           `"1/2%" is not a wave size: ` + share,
		"1.2.3% 100%":         `"1.2.3%" is not a wave size: ` + share,
		"% 100%":              `"%" is not a wave size: ` + share,
		".% 100%":             `".%" is not a wave size: ` + share,
		"10%% 100%":           `"10%%" is not a wave size: ` + share,
		"1 10%":               last,
		"1":                   last,
		"100.0%":              last,
		"1 1 100%":            `the wave size "1" is not larger than the one before it: ` + grow,
		"5 10% 4 100%":        `the wave size "4" is not larger than the one before it: ` + grow,
		"10% 10.0% 100%":      `the wave size "10.0%" is not larger than the one before it: ` + grow,
		"10% 5 9% 100%":       `the wave size "9%" is not larger than the one before it: ` + grow,
		"100% 100%":           `the wave size "100%" is not larger than the one before it: ` + grow,
		"100% 5":              last,
	} {
		_, err := ParseWaveSizes(strings.Split(texts, " "))
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %q", texts, err, want)
		}
	}
	for text, want := range map[string]string{
		"10 %":      `"10 %" is not a wave size: write it without the blank, "10%"`,
		" 10%\n":    `" 10%\n" is not a wave size: write it without the blank, "10%"`,
		"1 ":        `"1 " is not a wave size: write it without the blank, "1"`,
		"10\u00a0%": `"10\u00a0%" is not a wave size: write it without the blank, "10%"`,
		"0 %":       `"0 %" is not a wave size: ` + share,
		"a tenth":   `"a tenth" is not a wave size: ` + count,
		" ":         `" " is not a wave size: ` + count,
	} {
		_, err := ParseWaveSizes([]string{text, "100%"})
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	if _, err := ParseWaveSizes([]string{"10%", "100 %"}); err == nil || !strings.Contains(err.Error(), "without the blank") {
		t.Errorf("a blank in the last size: got %v, want an error that names the blank", err)
	}
	if _, err := ParseWaveSizes(nil); err == nil || err.Error() != last {
		t.Errorf("no sizes: got %v, want %q", err, last)
	}
	huge := strings.Repeat("9", 1_000_000) + "%"
	if _, err := ParseWaveSizes([]string{huge, "100%"}); err == nil {
		t.Error("a share of a million digits: got no error")
	}
}
