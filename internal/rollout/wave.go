package rollout

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// WaveSize says how far a rollout has come when a wave is done: a number of
// elements, or a share of the fleet. Sizes are cumulative.
type WaveSize struct {
	text    string
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
		return WaveSize{text: text, percent: percent}, nil
	}
	count, err := strconv.Atoi(text)
	if err != nil || count < 1 {
		return WaveSize{}, fmt.Errorf("%q is not a wave size: write a number of elements such as 1, or a share such as 10%%", text)
	}
	return WaveSize{text: text, count: count}, nil
}

// PlanWaves parts elements into one wave for each size, each element in
// exactly one. Elements are ordered by a hash of their id, and a share takes
// the elements whose hash lies in that share of all hashes, so that no element
// moves to an earlier wave when others join the fleet. A share is therefore
// met only about. A wave has at least one element while there are any left.
func PlanWaves(elementIDs []string, sizes []WaveSize) [][]string {
	ordered := byHash(elementIDs)
	waves := make([][]string, len(sizes))
	done := 0
	for i, size := range sizes {
		reached := min(len(ordered), max(size.reach(ordered), done+1))
		wave := make([]string, 0, reached-done)
		for _, element := range ordered[done:reached] {
			wave = append(wave, element.id)
		}
		slices.Sort(wave)
		waves[i] = wave
		done = reached
	}
	return waves
}

type hashedElement struct {
	id   string
	hash uint64
}

func byHash(elementIDs []string) []hashedElement {
	elements := make([]hashedElement, 0, len(elementIDs))
	for _, id := range elementIDs {
		sum := sha256.Sum256([]byte(id))
		elements = append(elements, hashedElement{id: id, hash: binary.BigEndian.Uint64(sum[:])})
	}
	slices.SortFunc(elements, func(a, b hashedElement) int {
		if a.hash != b.hash {
			if a.hash < b.hash {
				return -1
			}
			return 1
		}
		return strings.Compare(a.id, b.id)
	})
	return slices.Compact(elements)
}

// reach gives how many of the ordered elements the size takes from the start.
func (s WaveSize) reach(ordered []hashedElement) int {
	if s.percent == nil {
		return s.count
	}
	if s.text == wholeFleet {
		return len(ordered)
	}
	space := new(big.Int).Lsh(big.NewInt(1), 64)
	bound := new(big.Rat).Mul(s.percent, new(big.Rat).SetFrac(space, big.NewInt(100)))
	limit := new(big.Int).Quo(bound.Num(), bound.Denom()).Uint64()
	count, _ := slices.BinarySearchFunc(ordered, limit, func(element hashedElement, limit uint64) int {
		if element.hash < limit {
			return -1
		}
		return 1
	})
	return count
}
