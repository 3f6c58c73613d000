package rollout

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
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

// planWaves plans without groups and pins.
func planWaves(elementIDs []string, sizes []WaveSize) [][]string {
	plan := Plan{Sizes: sizes}
	return plan.split(elementIDs)
}

func TestWavesOfAFleetNeverChange(t *testing.T) {
	t.Parallel()
	// An order by another hash would move elements of rollouts under way.
	// SHA-256 of d, c, b, e and a begins with 18, 2e, 3e, 3f and ca; 60 % of all
	// hashes end at 99.
	want := [][]string{{"d"}, {"b", "c", "e"}, {"a"}}
	if diff := cmp.Diff(want, planWaves([]string{"a", "b", "c", "d", "e"}, mustWaveSizes(t, "1", "60%", "100%"))); diff != "" {
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
		if got := waveLengths(planWaves(fleetIDs(test.elements), mustWaveSizes(t, test.sizes...))); !slices.Equal(got, test.want) {
			t.Errorf("%d elements by %q: got waves of %v, want %v", test.elements, test.sizes, got, test.want)
		}
	}
}

func TestSharesAreMetAboutInLargeFleets(t *testing.T) {
	t.Parallel()
	const fleet = 50_000
	waves := waveLengths(planWaves(fleetIDs(fleet), mustWaveSizes(t, "1%", "10%", "33.3%", "50%", "100%")))
	done := 0
	for i, share := range []float64{0.01, 0.10, 0.333, 0.50, 1} {
		done += waves[i]
		// Five standard deviations of as many coins tossed.
		if tolerance := 5 * math.Sqrt(fleet*share*(1-share)); math.Abs(float64(done)-fleet*share) > tolerance {
			t.Errorf("after wave %d %d of %d are done, want %.0f give or take %.0f", i, done, fleet, fleet*share, tolerance)
		}
	}
}

// shareErrors plans fleets of so many elements with made-up ids and returns
// how far the percentage of each planned share was off, in percentage points,
// in ascending order.
func shareErrors(t testingT, fleets, elements int, share float64) []float64 {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(elements), uint64(share)))
	sizes := mustWaveSizes(t, fmt.Sprintf("%v%%", share), wholeFleet)
	off, fleet := make([]float64, fleets), make([]string, elements)
	for i := range off {
		for j := range fleet {
			fleet[j] = strconv.FormatUint(17e17+random.Uint64N(1e17), 10)
		}
		off[i] = math.Abs(float64(len(planWaves(fleet, sizes)[0]))/float64(elements)*100 - share)
	}
	slices.Sort(off)
	return off
}

// documentedShares are the percentage points by which a share is off at most in
// 99 of 100 fleets, as the guide on waves says.
var documentedShares = []struct {
	elements int
	share    float64
	off      float64
}{
	{50, 10, 10}, {50, 25, 15}, {50, 50, 18},
	{400, 10, 3.8}, {400, 25, 5.5}, {400, 50, 6.5},
	{5000, 10, 1.1}, {5000, 25, 1.6}, {5000, 50, 1.9},
}

func TestSharesAreAsCloseAsDocumented(t *testing.T) {
	t.Parallel()
	for _, documented := range documentedShares {
		fleets := 100_000 / documented.elements
		off := shareErrors(t, fleets, documented.elements, documented.share)
		further := len(slices.DeleteFunc(off, func(points float64) bool { return points <= documented.off }))
		// These are fewer fleets than were measured, so chance has more to say.
		if further > 1+fleets*2/100 {
			t.Errorf("%v%% of %d elements: %d of %d fleets are off by more than %v points, want about 1 in 100",
				documented.share, documented.elements, further, fleets, documented.off)
		}
	}
}

// BenchmarkShareErrors reports how far a share is off over b.N fleets, in
// percentage points: with -benchtime 10000x the numbers that the guide quotes.
func BenchmarkShareErrors(b *testing.B) {
	for _, documented := range documentedShares {
		b.Run(fmt.Sprintf("elements=%d/share=%v", documented.elements, documented.share), func(b *testing.B) {
			off := shareErrors(b, b.N, documented.elements, documented.share)
			b.ReportMetric(off[(len(off)*99-1)/100], "off-99%")
			b.ReportMetric(off[len(off)-1], "off-worst")
		})
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
		waves := planWaves(fleet, sizes)
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
		want := planWaves(fleet, sizes)
		again := append(slices.Clone(fleet), fleet[:rapid.IntRange(0, len(fleet)).Draw(t, "twice")]...)
		got := planWaves(rapid.Permutation(again).Draw(t, "shuffled"), sizes)
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
		before := waveOf(planWaves(slices.Delete(slices.Clone(fleet), joining, joining+1), sizes))
		after := waveOf(planWaves(fleet, sizes))
		for element, wave := range before {
			if after[element] < wave {
				t.Fatalf("%q moves from wave %d to wave %d when %q joins", element, wave, after[element], fleet[joining])
			}
		}
	})
}

// drawPlan draws a fleet with few groups and pins, so that they often meet.
func drawPlan(t *rapid.T) (fleet []string, plan Plan) {
	plan = Plan{Sizes: drawWaveSizes(t), Groups: make(map[string]string)}
	// Left to itself, rapid draws few large fleets.
	elements := rapid.SampledFrom([]int{0, 1, 2, 4, 8, 16, 32, 48}).Draw(t, "elements")
	fleet = rapid.SliceOfNDistinct(rapid.StringMatching(`[0-9]{1,3}`), elements, elements, rapid.ID[string]).Draw(t, "element_ids")
	groups := rapid.SampledFrom([]int{1, 3, 8, 20}).Draw(t, "groups")
	for _, id := range fleet {
		// The numbers stand for: a group, none, a pin to the first or last wave.
		if group := rapid.IntRange(0, groups).Draw(t, "group"); group > 0 {
			plan.Groups[id] = fmt.Sprint("site/", group)
		}
		switch rapid.IntRange(0, 15).Draw(t, "pin") {
		case 14:
			plan.First = append(plan.First, id)
		case 15:
			plan.Last = append(plan.Last, id)
		default:
			continue
		}
		if plan.checkPins(fleet) != nil {
			plan.First, plan.Last = withoutID(plan.First, id), withoutID(plan.Last, id)
		}
	}
	return fleet, plan
}

func withoutID(ids []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(other string) bool { return other == id })
}

func mustWaves(t testingT, plan Plan, fleet []string) [][]string {
	t.Helper()
	waves, err := plan.Waves(fleet)
	if err != nil {
		t.Fatalf("%q: %v", fleet, err)
	}
	return waves
}

// groupsOf counts the members of each group, as the plan names it or "id 7".
func groupsOf(plan Plan, ids []string) map[string]int {
	members := make(map[string]int)
	for _, id := range ids {
		group, grouped := plan.Groups[id]
		if !grouped {
			group = "id " + id
		}
		members[group]++
	}
	return members
}

func largestGroup(members map[string]int) int {
	return slices.Max(append(slices.Collect(maps.Values(members)), 0))
}

// planProperties are what the documentation of Plan.Waves says of every fleet.
var planProperties = map[string]func(*rapid.T){
	"each element is in one wave": func(t *rapid.T) {
		fleet, plan := drawPlan(t)
		waves := mustWaves(t, plan, fleet)
		for i, wave := range waves {
			if wave == nil || !slices.IsSorted(wave) {
				t.Fatalf("wave %d is %q, want a sorted list", i, wave)
			}
		}
		got, want := slices.Sorted(slices.Values(slices.Concat(waves...))), slices.Sorted(slices.Values(fleet))
		if !slices.Equal(got, want) {
			t.Fatalf("got the elements %q, want %q", got, want)
		}
	},
	"no wave has two members of a group": func(t *rapid.T) {
		fleet, plan := drawPlan(t)
		for i, wave := range mustWaves(t, plan, fleet) {
			if members := groupsOf(plan, wave); largestGroup(members) > 1 {
				t.Fatalf("wave %d has peers: %v", i, members)
			}
		}
	},
	"order and repetition make no difference": func(t *rapid.T) {
		fleet, plan := drawPlan(t)
		want := mustWaves(t, plan, fleet)
		shuffled := plan
		for _, ids := range []*[]string{&fleet, &shuffled.First, &shuffled.Last} {
			again := append(slices.Clone(*ids), (*ids)[:rapid.IntRange(0, len(*ids)).Draw(t, "twice")]...)
			*ids = rapid.Permutation(again).Draw(t, "shuffled")
		}
		if diff := cmp.Diff(want, mustWaves(t, shuffled, fleet)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	},
	"none moves to an earlier wave when others join": func(t *rapid.T) {
		fleet, plan := drawPlan(t)
		joining := fleet[:rapid.IntRange(0, min(3, len(fleet))).Draw(t, "joining")]
		smaller := plan
		for _, id := range joining {
			smaller.First, smaller.Last = withoutID(smaller.First, id), withoutID(smaller.Last, id)
		}
		before := waveOf(mustWaves(t, smaller, fleet[len(joining):]))
		after := waveOf(mustWaves(t, plan, fleet))
		for id, wave := range before {
			if after[id] < wave {
				t.Fatalf("%q moves from wave %d to wave %d when %q join", id, wave, after[id], joining)
			}
		}
	},
	"pins hold": func(t *rapid.T) {
		fleet, plan := drawPlan(t)
		place := waveOf(mustWaves(t, plan, fleet))
		for _, id := range plan.First {
			if place[id] != 0 {
				t.Fatalf("%q is pinned to the first wave, and is in wave %d", id, place[id])
			}
		}
		for _, id := range plan.Last {
			if place[id] != len(plan.Sizes)-1 {
				t.Fatalf("%q is pinned to the last wave, and is in wave %d of %d", id, place[id], len(plan.Sizes))
			}
		}
	},
	"counts are exact while enough groups are left": func(t *rapid.T) {
		fleet, plan := drawPlan(t)
		waves, done := mustWaves(t, plan, fleet), 0
		for i, size := range plan.Sizes[:len(plan.Sizes)-1] {
			left := slices.Concat(waves[i:]...)
			left = slices.DeleteFunc(left, func(id string) bool { return slices.Contains(plan.Last, id) })
			want := min(max(1, size.count-done), len(groupsOf(plan, left)))
			if i == 0 {
				want = max(want, len(plan.First))
			}
			if got := len(waves[i]); size.percent == nil && got != want || got < min(want, 1) {
				t.Fatalf("wave %d has %d elements, want %d", i, got, want)
			}
			done += len(waves[i])
		}
	},
	"shares leave out peers and pinned elements only": func(t *rapid.T) {
		fleet, plan := drawPlan(t)
		waves := mustWaves(t, plan, fleet)
		for i, size := range plan.Sizes[:len(plan.Sizes)-1] {
			if size.percent == nil {
				continue
			}
			share, _ := size.percent.Float64()
			within := func(id string) bool { return hashShare(id) < share }
			for _, id := range slices.Concat(waves[i+1:]...) {
				members := groupsOf(plan, append(slices.Clone(waves[i]), id))
				if within(id) && largestGroup(members) == 1 && !slices.Contains(plan.Last, id) {
					t.Fatalf("%q comes after wave %d without need", id, i)
				}
			}
			for _, id := range waves[i] {
				if !within(id) && len(waves[i]) > 1 && !slices.Contains(plan.First, id) {
					t.Fatalf("%q is in wave %d without need", id, i)
				}
			}
		}
	},
	"as many waves are added as the largest group needs": func(t *rapid.T) {
		fleet, plan := drawPlan(t)
		waves, planned := mustWaves(t, plan, fleet), len(plan.Sizes)
		added, size := len(waves)-planned, largestGroup(groupsOf(plan, fleet))
		if want := largestGroup(groupsOf(plan, slices.Concat(waves[planned:]...))); added != want {
			t.Fatalf("%d waves are added, want %d", added, want)
		}
		if added < size-planned || added > max(0, size-1) {
			t.Fatalf("%d waves are added to %d with up to %d elements in a group", added, planned, size)
		}
		for i, wave := range waves[planned:] {
			if len(wave) == 0 {
				t.Fatalf("added wave %d is empty", i)
			}
		}
	},
	"groups of one change nothing": func(t *rapid.T) {
		sizes, fleet := drawWaveSizes(t), drawFleet(t)
		plan := Plan{Sizes: sizes, Groups: map[string]string{"not in the fleet": "site/1"}}
		for i, id := range fleet {
			if rapid.Bool().Draw(t, "grouped") {
				plan.Groups[id] = fmt.Sprint("site/", i)
			}
		}
		want := wavesByPosition(fleet, sizes)
		for _, got := range [][][]string{planWaves(fleet, sizes), mustWaves(t, plan, fleet)} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
		}
	},
}

// TestPlanProperties is what `make fuzz` runs over more fleets.
func TestPlanProperties(t *testing.T) {
	t.Parallel()
	for name, property := range planProperties {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, property)
		})
	}
}

// hashShare is the place of an element's hash among all hashes, in percent.
func hashShare(id string) float64 {
	sum := sha256.Sum256([]byte(id))
	return float64(binary.BigEndian.Uint64(sum[:])) / (1 << 64) * 100
}

// wavesByPosition splits a fleet without groups as it was done before there
// were any: each wave ends at a position of the list in order of hash.
func wavesByPosition(fleet []string, sizes []WaveSize) [][]string {
	ordered := slices.Clone(fleet)
	slices.SortFunc(ordered, func(a, b string) int {
		ofA, ofB := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
		return slices.Compare(ofA[:], ofB[:])
	})
	waves, done := make([][]string, len(sizes)), 0
	for i, size := range sizes {
		end := size.count
		if size.percent != nil {
			share, _ := size.percent.Float64()
			end = len(slices.DeleteFunc(slices.Clone(ordered), func(id string) bool { return hashShare(id) >= share }))
		}
		end = min(len(ordered), max(end, done+1))
		waves[i] = append([]string{}, slices.Sorted(slices.Values(ordered[done:end]))...)
		done = end
	}
	return waves
}

func TestPeersComeInDifferentWaves(t *testing.T) {
	t.Parallel()
	// By hash the order is d, c, b, e, a.
	fleet := []string{"a", "b", "c", "d", "e"}
	for _, test := range []struct {
		name        string
		sizes       string
		groups      string
		first, last string
		want        string
	}{
		{"no groups", "2 100%", "", "", "", "c d|a b e"},
		{"the count is met by another group", "2 100%", "c:1 d:1", "", "", "b d|a c e"},
		{"too few groups for the count", "3 4 100%", "a:1 b:1 c:1 d:1 e:2", "", "", "d e|c|b|a"},
		{"a pair", "100%", "c:1 d:1", "", "", "a b d e|c"},
		{"a pair of which one is done", "1 100%", "c:1 d:1", "", "", "d|a b c e"},
		{"one group", "1 100%", "a:1 b:1 c:1 d:1 e:1", "", "", "d|c|b|e|a"},
		{"one pinned first", "1 100%", "", "a", "", "a|b c d e"},
		{"more pinned first than counted", "1 100%", "", "a e", "", "a e|b c d"},
		{"the peer of one pinned first", "3 100%", "a:1 d:1", "a", "", "a b c|d e"},
		{"one pinned last", "1 100%", "", "", "d", "c|a b d e"},
		{"the peers of one pinned last", "1 100%", "a:1 b:1 c:1 d:1", "", "c", "d|c e|b|a"},
		{"peers pinned apart", "1 100%", "a:1 d:1", "a", "d", "a|b c d e"},
		{"all pinned last", "1 100%", "", "", "a b c d e", "|a b c d e"},
		{"one wave", "100%", "", "a", "b", "a b c d e"},
	} {
		plan := Plan{
			Sizes: mustWaveSizes(t, strings.Fields(test.sizes)...), Groups: make(map[string]string),
			First: strings.Fields(test.first), Last: strings.Fields(test.last),
		}
		for entry := range strings.FieldsSeq(test.groups) {
			id, group, _ := strings.Cut(entry, ":")
			plan.Groups[id] = group
		}
		var waves []string
		for _, wave := range mustWaves(t, plan, fleet) {
			waves = append(waves, strings.Join(wave, " "))
		}
		if got := strings.Join(waves, "|"); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestPinsAndGroupsThatCannotBeUsedAreRefused(t *testing.T) {
	t.Parallel()
	both := map[string]string{"1": "site/9", "2": "site/9"}
	const apart = "Two members of a group are never in one wave. Remove one of the two pins."
	for _, test := range []struct {
		plan Plan
		want string
	}{
		{Plan{First: []string{"1", "9"}}, `first [1] = "9": It is not one of the elements to split. Add it to them, or remove it from first.`},
		{Plan{Last: []string{""}}, `last [0] = "": It is not one of the elements to split. Add it to them, or remove it from last.`},
		{Plan{First: []string{"1"}, Last: []string{"1"}}, `last [0] = "1": It is pinned to the first wave, too. Remove it from first or from last.`},
		{Plan{Groups: both, First: []string{"1", "3", "2"}}, `first [2] = "2": Its peer "1" of the group "site/9" is pinned to the same wave. ` + apart},
		{Plan{Groups: both, Last: []string{"2", "1"}}, `last [1] = "1": Its peer "2" of the group "site/9" is pinned to the same wave. ` + apart},
		{Plan{Groups: both, First: []string{"1"}, Last: []string{"2"}}, `last [0] = "2": Its peer "1" of the group "site/9" is pinned to the same wave. ` + apart},
		{Plan{Groups: map[string]string{"3": "", "1": "site/9"}}, `groups = "": Element "3" has an empty group. Write a group, or leave the element out.`},
	} {
		test.plan.Sizes = mustWaveSizes(t, "100%")
		waves, err := test.plan.Waves([]string{"1", "2", "3"})
		if _, isArgument := errors.AsType[*imagestatus.ArgumentError](err); !isArgument || err.Error() != test.want || waves != nil {
			t.Errorf("got %v and %v, want %s", waves, err, test.want)
		}
	}
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
