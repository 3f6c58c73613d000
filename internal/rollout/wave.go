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

// WaveSize says how far a rollout has come when a wave is done: a number of
// elements, or a share of the fleet. Sizes are cumulative.
type WaveSize struct {
	count   int
	percent *big.Rat
}

// wholeFleet is the size that the last wave must have.
const wholeFleet = "100%"

// ParseWaveSizes reads sizes such as "1", "10%" and "100%". Each kind must
// grow from wave to wave, and the last size must be 100%. The error is a
// sentence that quotes the size that is wrong.
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

// Plan says how a fleet is split into waves.
type Plan struct {
	// Sizes are those of the planned waves, as ParseWaveSizes returns them.
	Sizes []WaveSize
	// Groups maps the id of an element to its group, such as "site/9" from
	// inventory.Element.PeerGroup. An element without an entry is a group of its
	// own. Entries of other elements mean nothing; an empty group is an error.
	Groups map[string]string
	// First and Last have the ids of elements that belong into the first and the
	// last planned wave. Each must be an element of the fleet, in one of the two
	// lists only, and without a peer that is pinned to the same wave.
	First, Last []string
}

// Waves splits elements into one wave for each size, and into further waves
// where members of a group are left after the last size. An id that occurs
// twice counts once. Each wave is sorted by id. The error is about a pin or a
// group and is an *imagestatus.ArgumentError.
//
// This holds for every fleet:
//
//   - Each element is in exactly one wave, and no two members of a group are in
//     one wave. The order of ids, groups and pins makes no difference.
//   - Elements that join move no other element to an earlier wave, whether they
//     are in new groups or in those of others, pinned or not. Elements that leave,
//     and changes of sizes, groups or pins, can.
//   - After a wave counted in elements exactly that many are done, as long as
//     enough groups are left for it, not counting members pinned to the last wave.
//     Two other rules come first: the first wave has every element pinned to it,
//     and a wave whose count is reached before it begins has one element.
//   - After a wave counted in percent each element whose hash lies in that share
//     of all hashes is done, unless it is pinned to the last wave or has a peer in
//     this wave. The share is therefore met only about.
//   - Each wave has an element while any are left for it.
//   - As many waves are added as the largest number of members that one group has
//     left after the last size. With m members in the largest group and n sizes,
//     these are at least m-n and at most m-1.
//
// Why nothing moves to an earlier wave: in order of hash, a wave takes one
// element of each group, up to a number of elements or up to a hash. That is
// the least basis of a matroid. One more element to choose from therefore makes
// the wave either take one more and leave the same behind, or take as many and
// leave one more behind: the new element, or the one that it replaces. In the
// first case a later counted wave has room for one less and leaves one more
// behind. By induction, whatever was left after a wave is still left after it.
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
	left, kept := p.candidates(elementIDs)
	groups, done, last := len(left)+len(kept), 0, len(p.Sizes)-1
	for _, size := range p.Sizes[:last] {
		var wave []string
		wave, left = size.take(left, done, groups)
		waves = append(waves, wave)
		done += len(wave)
	}
	// The last size has room for all. Of each group it takes the first member
	// that is left, and each added wave takes the next one.
	waves = append(waves, nil)
	turns := make([]int, groups)
	for _, part := range [][]candidate{kept, left} {
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
			// In Terraform a nil slice is null, and not an empty list.
			waves[i] = []string{}
		}
		slices.Sort(wave)
	}
	return waves
}

// candidate is an element with what decides about its wave.
type candidate struct {
	id   string
	hash uint64
	// group is a number that the members of a group share, below the number of
	// elements.
	group int
	pin   pin
}

// pin says in which wave an element must be; the order is that of candidates.
type pin int

const (
	pinnedFirst pin = iota - 1
	unpinned
	pinnedLast
)

// candidates returns the elements in the order in which waves take them: those
// pinned to the first wave, then the others by the hash of their ids. Those
// pinned to the last wave are kept apart.
func (p *Plan) candidates(elementIDs []string) (left, kept []candidate) {
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

// take splits what is left into the next wave and the rest, which overwrites
// left, when so many elements are done. It serves every size but the last.
func (s WaveSize) take(left []candidate, done, groups int) (wave []string, rest []candidate) {
	room, limit := max(1, s.count-done), s.hashLimit()
	taken := make([]bool, groups)
	rest = left[:0]
	for _, element := range left {
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

// hashLimit is the first hash that a share below 100% does not take; a size
// counted in elements takes none by its hash.
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

// checkPins refuses the first pin that cannot hold.
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
