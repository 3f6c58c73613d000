package rollout

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// Thresholds take the place of those of a gate for one wave. Nil keeps the
// gate's own.
type Thresholds struct {
	MinReadyPercent, MaxFailedPercent *big.Rat
	MaxFailed                         *int64
}

// Sequence is the waves of a rollout, which are judged together from one read
// of the fleet. It has at least one wave; InWaves makes it.
type Sequence struct {
	// Waves has a gate for each wave in order, about the elements of that wave.
	Waves []Gate
}

// Occupied is the waves that have an element, in their order. Without any it is
// one wave without an element, which no gate opens for.
func Occupied(waves [][]string) [][]string {
	occupied := slices.DeleteFunc(slices.Clone(waves), func(wave []string) bool { return len(wave) == 0 })
	if len(occupied) == 0 {
		return [][]string{{}}
	}
	return occupied
}

// InWaves applies the rule of a gate to each wave. An element is in one wave
// only. Overrides go by the number of the wave, from 1. What a description names
// and no element has could be in any wave, so that it counts in every one.
func (g Gate) InWaves(waves [][]string, overrides map[int]Thresholds) Sequence {
	var sequence Sequence
	for i, elementIDs := range Occupied(waves) {
		gate, override := g, overrides[i+1]
		gate.Wave, gate.ElementIDs = i+1, elementIDs
		if override.MinReadyPercent != nil {
			gate.MinReadyPercent = override.MinReadyPercent
		}
		if override.MaxFailed != nil {
			gate.MaxFailed = override.MaxFailed
		}
		if override.MaxFailedPercent != nil {
			gate.MaxFailedPercent = override.MaxFailedPercent
		}
		sequence.Waves = append(sequence.Waves, gate)
	}
	return sequence
}

// Judge starts the tallies of one read of the fleet.
func (s Sequence) Judge() *SequenceTally {
	tally := &SequenceTally{waveOf: make(map[string]int)}
	for i, gate := range s.Waves {
		tally.waves = append(tally.waves, gate.Judge())
		for _, id := range gate.ElementIDs {
			tally.waveOf[id] = i
		}
	}
	return tally
}

// SequenceTally hands the rows of one read to the tallies of their waves.
type SequenceTally struct {
	waves  []*Tally
	waveOf map[string]int
}

// Add takes a row, as Tally.Add does. The element of a row that is in no wave
// joins the last one. A row that names no element could be about any, so that
// every wave counts it.
func (t *SequenceTally) Add(status imagestatus.Status) error {
	id := status.Element()
	if id == "" {
		for _, wave := range t.waves {
			if err := wave.Add(status); err != nil {
				return err
			}
		}
		return nil
	}
	at, planned := t.waveOf[id]
	if !planned {
		at = len(t.waves) - 1
		t.waveOf[id] = at
		t.waves[at].ask(id)
	}
	return t.waves[at].Add(status)
}

// Wave is the tally of the wave with a number from 1; nil where there is no such
// wave.
func (t *SequenceTally) Wave(number int) *Tally {
	if number < 1 || number > len(t.waves) {
		return nil
	}
	return t.waves[number-1]
}

// Waves is the number of waves, at least 1.
func (t *SequenceTally) Waves() int { return len(t.waves) }

// Missing lists the elements of all waves that have no row so far.
func (t *SequenceTally) Missing() []string {
	var missing []string
	for _, wave := range t.waves {
		missing = append(missing, wave.Missing()...)
	}
	return missing
}

// LeaveOut says which of the missing elements have a row that the filters of
// the selection leave out, as Tally.LeaveOut does.
func (t *SequenceTally) LeaveOut(elements map[string]bool) {
	for _, wave := range t.waves {
		wave.LeaveOut(elements)
	}
}

// WaveVerdict is what a sequence says about one wave.
type WaveVerdict struct {
	// Verdict is about the elements of this wave alone; Ready is that the wave is
	// done.
	Verdict

	// Number counts the waves from 1.
	Number int
	// ElementIDs are those that were asked for, in the order of ids.
	ElementIDs []string
	// MayBegin reports that every wave before this one is done. The first may
	// always begin.
	MayBegin bool
}

// SequenceVerdict is what a sequence says about all waves.
type SequenceVerdict struct {
	Waves []WaveVerdict
	// Current is the number of the first wave that is not done; 0 where all are.
	Current int
	// Summary is one line.
	Summary string
}

// Done reports that every wave is done.
func (v SequenceVerdict) Done() bool { return v.Current == 0 }

// Blocking lists the elements that are shown as not ready, wave by wave.
func (v SequenceVerdict) Blocking() []Blocker {
	var blocking []Blocker
	for _, wave := range v.Waves {
		blocking = append(blocking, wave.Blocking...)
	}
	return blocking
}

// Verdict judges every wave by the rows so far. Names only explain, as in
// Tally.Verdict.
func (t *SequenceTally) Verdict(names *inventory.Fleet) SequenceVerdict {
	var verdict SequenceVerdict
	mayBegin := true
	for i, tally := range t.waves {
		wave := WaveVerdict{Verdict: tally.Verdict(names), Number: i + 1, ElementIDs: tally.asked(), MayBegin: mayBegin}
		mayBegin = mayBegin && wave.Ready
		if !mayBegin && verdict.Current == 0 {
			verdict.Current = wave.Number
		}
		verdict.Waves = append(verdict.Waves, wave)
	}
	verdict.Summary = verdict.summary()
	return verdict
}

// summary is where the rollout is, such as "wave 2 of 4: 37/40 ready (92.5%), 1
// failed; waves 3 and 4 are held".
func (v SequenceVerdict) summary() string {
	waves := len(v.Waves)
	if v.Done() {
		var elements int64
		for _, wave := range v.Waves {
			elements += wave.Counts.Total
		}
		return fmt.Sprintf("done: %s, %s", countOf(int64(waves), "wave"), countOf(elements, "element"))
	}
	line := fmt.Sprintf("wave %d of %d: %s", v.Current, waves, v.Waves[v.Current-1].Progress())
	switch held := waves - v.Current; held {
	case 0:
		return line
	case 1:
		return line + fmt.Sprintf("; wave %d is held", waves)
	case 2:
		return line + fmt.Sprintf("; waves %d and %d are held", waves-1, waves)
	default:
		return line + fmt.Sprintf("; waves %d to %d are held", v.Current+1, waves)
	}
}
