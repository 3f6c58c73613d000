package rollout

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// Thresholds override those of a gate for one wave. Nil keeps that of the gate.
type Thresholds struct {
	MinReadyPercent, MaxFailedPercent *big.Rat
	MaxFailed                         *int64
}

// Sequence is the waves of a rollout, which share one read of the fleet. Gate.InWaves
// returns one with at least one wave.
type Sequence struct {
	Waves []Gate // one for the elements of each wave
}

// Occupied returns the waves that have an element. If there are none, it returns one
// empty wave, whose gate never opens.
func Occupied(waves [][]string) [][]string {
	occupied := slices.DeleteFunc(slices.Clone(waves), func(wave []string) bool { return len(wave) == 0 })
	if len(occupied) == 0 {
		return [][]string{{}}
	}
	return occupied
}

// InWaves applies a gate to each wave. An element must be in one wave only. The keys of
// overrides are numbers of waves, from 1. Values of a description that no element has
// count in every wave, since their elements could be in any.
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

// StartTally starts counting the rows of one read of the fleet.
func (s Sequence) StartTally() *SequenceTally {
	tally := &SequenceTally{waveOf: make(map[string]int)}
	for i, gate := range s.Waves {
		tally.waves = append(tally.waves, gate.StartTally())
		for _, id := range gate.ElementIDs {
			tally.waveOf[id] = i
		}
	}
	return tally
}

// SequenceTally distributes the rows of one read to the tallies of the waves.
type SequenceTally struct {
	waves  []*Tally
	waveOf map[string]int
}

// Add is Tally.Add of the wave of the row's element, which is the last wave for an
// element in none. A row without an element counts in every wave, since it could be
// about any element.
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
		t.waves[at].request(id)
	}
	return t.waves[at].Add(status)
}

// Wave returns the tally of a wave by its number, from 1; nil if there is no such wave.
func (t *SequenceTally) Wave(number int) *Tally {
	if number < 1 || number > len(t.waves) {
		return nil
	}
	return t.waves[number-1]
}

// Waves returns the number of waves, at least 1.
func (t *SequenceTally) Waves() int { return len(t.waves) }

// Missing is Tally.Missing of all waves.
func (t *SequenceTally) Missing() []string {
	var missing []string
	for _, wave := range t.waves {
		missing = append(missing, wave.Missing()...)
	}
	return missing
}

// LeaveOut is Tally.LeaveOut of all waves.
func (t *SequenceTally) LeaveOut(elements map[string]bool) {
	for _, wave := range t.waves {
		wave.LeaveOut(elements)
	}
}

// WaveVerdict is the verdict on one wave.
type WaveVerdict struct {
	Verdict // on the elements of this wave alone; Ready means that the wave is done

	Number     int      // from 1
	ElementIDs []string // the requested ones, sorted
	MayBegin   bool     // every wave before this one is done
}

// SequenceVerdict is the verdict on all waves.
type SequenceVerdict struct {
	Waves   []WaveVerdict
	Current int    // the number of the first wave that is not done; 0 if all are
	Summary string // one line
}

// Done reports whether every wave is done.
func (v SequenceVerdict) Done() bool { return v.Current == 0 }

// Blocking returns Verdict.Blocking of all waves.
func (v SequenceVerdict) Blocking() []Blocker {
	var blocking []Blocker
	for _, wave := range v.Waves {
		blocking = append(blocking, wave.Blocking...)
	}
	return blocking
}

// Verdict is Tally.Verdict of all waves.
func (t *SequenceTally) Verdict(names *inventory.Fleet) SequenceVerdict {
	var verdict SequenceVerdict
	mayBegin := true
	for i, tally := range t.waves {
		wave := WaveVerdict{Verdict: tally.Verdict(names), Number: i + 1, ElementIDs: tally.requested(), MayBegin: mayBegin}
		mayBegin = mayBegin && wave.Ready
		if !mayBegin && verdict.Current == 0 {
			verdict.Current = wave.Number
		}
		verdict.Waves = append(verdict.Waves, wave)
	}
	verdict.Summary = verdict.summary()
	return verdict
}

// summary is such as "wave 2 of 4: 37/40 ready (92.5%), 1 failed; waves 3 and 4 are held".
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
