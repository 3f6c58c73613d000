package sdwan

import (
	"hash/maphash"
	"math/bits"
)

// seen remembers the rows of one read by a hash of each id, 8 bytes a row. A map of
// ids takes 8% of the peak memory of a gate over 50,000 elements, and a map of
// hashes 6% (BenchmarkGateMemory). A collision loses a row: the number of matches
// shows it, and the next read has another seed.
type seen struct {
	seed  maphash.Seed
	slots []uint64 // a power of two of them; 0 is free
	used  int
}

const minSlots = 64

func newSeen(rows int64) *seen {
	return &seen{seed: maphash.MakeSeed(), slots: make([]uint64, roomFor(rows))}
}

// roomFor keeps at least an eighth of the slots free, so that searches are short.
func roomFor(rows int64) int {
	return max(minSlots, 1<<bits.Len64(uint64(rows*8/7))) //nolint:gosec // Rows are no negative number here.
}

func (s *seen) add(id string) (repeated bool) {
	hash := max(1, maphash.String(s.seed, id))
	if s.put(hash) {
		return true
	}
	s.used++
	if s.used > len(s.slots)/8*7 {
		s.grow()
	}
	return false
}

// put finds the hash, or puts it into the first free slot after its home slot.
func (s *seen) put(hash uint64) (found bool) {
	last := uint64(len(s.slots)) - 1
	for at := hash & last; ; at = (at + 1) & last {
		switch s.slots[at] {
		case hash:
			return true
		case 0:
			s.slots[at] = hash
			return false
		}
	}
}

func (s *seen) grow() {
	before := s.slots
	s.slots = make([]uint64, 2*len(before))
	for _, hash := range before {
		if hash != 0 {
			s.put(hash)
		}
	}
}
