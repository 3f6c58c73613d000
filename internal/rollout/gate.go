package rollout

import (
	"fmt"
	"hash/maphash"
	"math/big"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Gate is the rule by which a rollout is held or let through.
type Gate struct {
	// Name tells the gate from others in a message; "" is none.
	Name string
	// Target is what the elements must run.
	Target Target
	// MinReadyPercent is the share of elements that must be ready, 0 to 100;
	// it is compared exactly, without rounding. Nil is 100.
	MinReadyPercent *big.Rat
	// MaxFailed is how many elements may have failed.
	MaxFailed int64
	// MinElements is how many elements must have a row, at least 1.
	MinElements int64
	// MaxBlocking bounds Verdict.Blocking.
	MaxBlocking int
	// ElementIDs are the elements that were asked for by id: one without a row
	// is missing or left out. An id that occurs twice counts once.
	ElementIDs []string
}

// Judge starts the tally of one look at the fleet.
func (g Gate) Judge() *Tally {
	asked := make(map[string]bool, len(g.ElementIDs))
	g.ElementIDs = slices.DeleteFunc(slices.Clone(g.ElementIDs), func(id string) bool {
		repeated := asked[id]
		asked[id] = true
		return repeated
	})
	return &Tally{
		gate:     g,
		seed:     maphash.MakeSeed(),
		elements: make(map[uint64]tallied),
		kinds:    make(map[kind]*countedKind),
		reached:  make(map[string]reach),
	}
}

func (g Gate) minReadyPercent() *big.Rat {
	if g.MinReadyPercent == nil {
		return hundred
	}
	return g.MinReadyPercent
}

// minElements is at least 1: a gate over nothing never opens.
func (g Gate) minElements() int64 { return max(1, g.MinElements) }

// enough compares ready/total with the share wanted, exactly.
func (g Gate) enough(ready, total int64) bool {
	share := new(big.Rat).Mul(big.NewRat(ready, 1), hundred)
	wanted := new(big.Rat).Mul(big.NewRat(total, 1), g.minReadyPercent())
	return share.Cmp(wanted) >= 0
}

var hundred = big.NewRat(100, 1)

// ParseReadyPercent reads min_ready_percent, a decimal number that is 0 or from
// 1 to 100. Less than 1 is refused: it is most often a fraction that was taken
// for a percentage, and would open the gate far too early. The error is an
// *ArgumentError.
func ParseReadyPercent(text string) (*big.Rat, error) {
	percent, ok := new(big.Rat).SetString(text)
	refused := &imagestatus.ArgumentError{
		Path: []any{"min_ready_percent"}, Value: text,
		Problem: "It is not a percentage from 0 to 100.", Remedy: "Write a number such as 95 for 95%.",
	}
	if !ok || percent.Sign() < 0 || percent.Cmp(hundred) > 0 {
		return nil, refused
	}
	one := big.NewRat(1, 1)
	if percent.Sign() == 0 || percent.Cmp(one) >= 0 {
		return percent, nil
	}
	refused.Problem = "It is a percentage, and this is less than 1%."
	if meant := new(big.Rat).Mul(percent, hundred); meant.Cmp(one) >= 0 {
		refused.Remedy = fmt.Sprintf("Write %s for %s.", ratText(meant), ratPercent(meant))
	}
	return nil, refused
}
