package rollout

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// WaveSize is the cumulative size of the rollout after a wave: a number of elements, or
// a percentage of the fleet.
type WaveSize struct {
	count   int
	percent *big.Rat
}

const wholeFleet = "100%"

// ParseWaveSizes parses sizes such as "1", "10%" and "100%". Numbers and percentages must
// each grow from wave to wave, and the last size must be 100%. The error is a sentence
// that quotes the wrong size.
func ParseWaveSizes(texts []string) ([]WaveSize, error) {
	sizes := make([]WaveSize, len(texts))
	var previous struct {
		count   int
		percent *big.Rat
	}
	previous.percent = new(big.Rat)
	for i, text := range texts {
		size, err := parseWaveSize(text)
		if err != nil {
			return nil, err
		}
		grows := size.count > previous.count
		if size.percent != nil {
			grows = size.percent.Cmp(previous.percent) > 0
			previous.percent = size.percent
		} else {
			previous.count = size.count
		}
		if !grows {
			return nil, fmt.Errorf("the wave size %q is not larger than the one before it: sizes are cumulative, so each says how much of the fleet is done after its wave", text)
		}
		sizes[i] = size
	}
	if len(sizes) == 0 || texts[len(texts)-1] != wholeFleet {
		return nil, fmt.Errorf("the last wave size must be %q, so that no element is left out", wholeFleet)
	}
	return sizes, nil
}

func parseWaveSize(text string) (WaveSize, error) {
	if dense := strings.Join(strings.Fields(text), ""); dense != text {
		if _, err := parseWaveSize(dense); err == nil {
			return WaveSize{}, fmt.Errorf("%q is not a wave size: write it without the blank, %q", text, dense)
		}
	}
	if share, isShare := strings.CutSuffix(text, "%"); isShare {
		percent, ok := new(big.Rat), strings.Trim(share, "0123456789.") == "" && len(share) <= 16
		if ok {
			_, ok = percent.SetString(share)
		}
		if !ok || percent.Sign() <= 0 || percent.Cmp(big.NewRat(100, 1)) > 0 {
			return WaveSize{}, fmt.Errorf("%q is not a wave size: a share is more than 0%% and at most 100%%", text)
		}
		return WaveSize{percent: percent}, nil
	}
	count, err := strconv.Atoi(text)
	if err != nil || count < 1 {
		return WaveSize{}, fmt.Errorf("%q is not a wave size: write a number of elements such as 1, or a share such as 10%%", text)
	}
	return WaveSize{count: count}, nil
}

// Plan describes how to split a fleet into waves.
type Plan struct {
	Sizes []WaveSize // from ParseWaveSizes
	// Groups maps ids of elements to groups, such as "site/9" from
	// inventory.Element.PeerGroup. An element without an entry is a group of its own.
	// Entries for other ids are ignored; an empty group is an error.
	Groups map[string]string
	// First and Last have ids of elements that are pinned to the first and the last
	// planned wave. Each must be in the fleet, in one of the two lists only, and without
	// a peer that is pinned to the same wave.
	First, Last []string
}

// Waves splits elements into one wave for each size, and more waves if members of a
// group remain after the last size. Duplicate ids are ignored. Each wave is sorted. The
// error is an *imagestatus.ArgumentError about a pin or a group.
//
// For every fleet:
//
//   - Each element is in exactly one wave, and no two members of a group are in the
//     same wave. The order of ids, groups and pins does not matter.
//   - New elements move no other element to an earlier wave, whatever their groups and
//     pins. Removed elements and changed sizes, groups or pins can.
//   - A size in elements is exact if enough groups remain, not counting members pinned
//     to the last wave. But the first wave has every element pinned to it, and a wave
//     whose size is reached before it begins has one element.
//   - A size in percent is approximate: after its wave, each element whose hash lies in
//     that percentage of all hashes is done, unless it is pinned to the last wave or
//     has a peer in this wave.
//   - A wave is empty only if no elements remain for it.
//   - The number of added waves is the largest number of members of one group that
//     remain after the last size: with m members in the largest group and n sizes, at
//     least m-n and at most m-1.
//
// Why nothing moves to an earlier wave: in the order of hashes, a wave takes one element
// of each group, up to a number of elements or up to a hash. That is the minimum basis
// of a matroid. With one more candidate, the wave therefore either takes one more
// element and leaves the same ones, or it takes as many and leaves one more: the new
// element, or the one that it replaces. In the first case, a later wave with a size in
// elements takes one less and leaves one more. By induction, an element that remained
// after a wave still does.
func (p *Plan) Waves(elementIDs []string) ([][]string, error) {
	if err := p.checkGroups(); err != nil {
		return nil, err
	}
	if err := p.checkPins(elementIDs); err != nil {
		return nil, err
	}
	return p.split(elementIDs), nil
}

func (p *Plan) split(elementIDs []string) [][]string {
	waves := make([][]string, 0, len(p.Sizes))
	if len(p.Sizes) == 0 {
		return waves
	}
	remaining, forLast := p.candidates(elementIDs)
	groups, done, last := len(remaining)+len(forLast), 0, len(p.Sizes)-1
	for _, size := range p.Sizes[:last] {
		var wave []string
		wave, remaining = size.take(remaining, done, groups)
		waves = append(waves, wave)
		done += len(wave)
	}
	// The last planned wave takes the first remaining member of each group, and each
	// added wave the next one.
	waves = append(waves, nil)
	turns := make([]int, groups)
	for _, part := range [][]candidate{forLast, remaining} {
		for _, element := range part {
			wave := last + turns[element.group]
			if wave == len(waves) {
				waves = append(waves, nil)
			}
			waves[wave] = append(waves[wave], element.id)
			turns[element.group]++
		}
	}
	for i, wave := range waves {
		if wave == nil {
			// Terraform treats a nil slice as null, not as an empty list.
			waves[i] = []string{}
		}
		slices.Sort(wave)
	}
	return waves
}

type candidate struct {
	id    string
	hash  uint64
	group int // less than the number of elements
	pin   pin
}

// pin has the order of candidates.
type pin int

const (
	pinnedFirst pin = iota - 1
	unpinned
	pinnedLast
)

// candidates returns the elements in the order in which waves take them: those pinned to
// the first wave, then the others by the hash of their ids. Those pinned to the last
// wave are separate.
func (p *Plan) candidates(elementIDs []string) (remaining, forLast []candidate) {
	pins := make(map[string]pin)
	for _, id := range p.First {
		pins[id] = pinnedFirst
	}
	for _, id := range p.Last {
		pins[id] = pinnedLast
	}
	elements := make([]candidate, 0, len(elementIDs))
	for _, id := range elementIDs {
		sum := sha256.Sum256([]byte(id))
		elements = append(elements, candidate{id: id, hash: binary.BigEndian.Uint64(sum[:]), pin: pins[id]})
	}
	slices.SortFunc(elements, func(a, b candidate) int {
		if a.pin == b.pin && a.hash == b.hash {
			return strings.Compare(a.id, b.id)
		}
		return cmp.Or(cmp.Compare(a.pin, b.pin), cmp.Compare(a.hash, b.hash))
	})
	elements = slices.Compact(elements)
	numbers := make(map[string]int)
	for i := range elements {
		elements[i].group = i
		if name, grouped := p.Groups[elements[i].id]; grouped {
			if _, numbered := numbers[name]; !numbered {
				numbers[name] = i
			}
			elements[i].group = numbers[name]
		}
	}
	end, _ := slices.BinarySearchFunc(elements, pinnedLast, func(element candidate, last pin) int {
		return cmp.Compare(element.pin, last)
	})
	return elements[:end], elements[end:]
}

// take returns the next wave after so many done elements, and the rest, which overwrites
// remaining. It is not for the last size.
func (s WaveSize) take(remaining []candidate, done, groups int) (wave []string, rest []candidate) {
	room, limit := max(1, s.count-done), s.hashLimit()
	taken := make([]bool, groups)
	rest = remaining[:0]
	for _, element := range remaining {
		fits := element.pin == pinnedFirst || len(wave) < room || element.hash < limit
		if !fits || taken[element.group] {
			rest = append(rest, element)
			continue
		}
		taken[element.group] = true
		wave = append(wave, element.id)
	}
	return wave, rest
}

// hashLimit is exclusive: 0 for a size in elements. It cannot express 100%.
func (s WaveSize) hashLimit() uint64 {
	if s.percent == nil {
		return 0
	}
	space := new(big.Int).Lsh(big.NewInt(1), 64)
	bound := new(big.Rat).Mul(s.percent, new(big.Rat).SetFrac(space, big.NewInt(100)))
	return new(big.Int).Quo(bound.Num(), bound.Denom()).Uint64()
}

func (p *Plan) checkGroups() error {
	for _, id := range slices.Sorted(maps.Keys(p.Groups)) {
		if p.Groups[id] == "" {
			return &imagestatus.ArgumentError{
				Argument: ArgumentGroups, Value: "",
				Problem: fmt.Sprintf("Element %q has an empty group.", id), Remedy: "Write a group, or leave the element out.",
			}
		}
	}
	return nil
}

func (p *Plan) checkPins(elementIDs []string) error {
	known := make(map[string]bool, len(elementIDs))
	for _, id := range elementIDs {
		known[id] = true
	}
	type seat struct {
		wave  int
		group string
	}
	lists, seats := make(map[string]imagestatus.Argument), make(map[seat]string)
	for _, list := range []struct {
		name imagestatus.Argument
		ids  []string
		wave int
	}{{ArgumentFirst, p.First, 0}, {ArgumentLast, p.Last, len(p.Sizes) - 1}} {
		for i, id := range list.ids {
			refused := func(problem, remedy string) error {
				return &imagestatus.ArgumentError{Argument: list.name, Positions: []int{i}, Value: id, Problem: problem, Remedy: remedy}
			}
			if !known[id] {
				return refused("It is not one of the elements to split.", fmt.Sprintf("Add it to them, or remove it from %s.", list.name))
			}
			if other, pinned := lists[id]; pinned && other != list.name {
				return refused("It is pinned to the first wave, too.", "Remove it from first or from last.")
			}
			lists[id] = list.name
			group, grouped := p.Groups[id]
			if !grouped {
				continue
			}
			place := seat{list.wave, group}
			if peer, isTaken := seats[place]; isTaken && peer != id {
				return refused(fmt.Sprintf("Its peer %q of the group %q is pinned to the same wave.", peer, group),
					"Two members of a group are never in one wave. Remove one of the two pins.")
			}
			seats[place] = id
		}
	}
	return nil
}
