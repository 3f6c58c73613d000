package rollout

import (
	"fmt"
	"hash/maphash"
	"math/big"
	"slices"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// Gate is the rule by which a rollout is held or let through.
type Gate struct {
	// Name tells the gate from others in a message; "" is none.
	Name string
	// Wave is the number from 1 of the wave that ElementIDs are; 0 is none. It
	// only tells the texts what was asked for.
	Wave int
	// Target is what the elements must run.
	Target Target
	// MinReadyPercent is the share of elements that must be ready, 0 to 100;
	// it is compared exactly, without rounding. Nil is 100.
	MinReadyPercent *big.Rat
	// MaxFailed and MaxFailedPercent are how many elements may have failed: as
	// a number, and as a share of all elements from 0 to 100, compared exactly.
	// Nil is not given. The stricter one of those given holds; with neither, no
	// element may have failed.
	MaxFailed        *int64
	MaxFailedPercent *big.Rat
	// RequireConnected withholds readiness from elements that Fleet does not
	// say are connected to the controller: they are in ClassDisconnected.
	RequireConnected bool
	// SettledFor, if positive, withholds readiness from elements whose newest
	// row was changed less than that long before Now: they are in ClassPending.
	SettledFor time.Duration
	// Now is the moment of this read of the fleet, for SettledFor.
	Now time.Time
	// MinElements is how many elements must have a row, at least 1.
	MinElements int64
	// MaxBlocking bounds Verdict.Blocking.
	MaxBlocking int
	// ElementIDs are the elements that were asked for: one without a row is
	// missing or left out. An id that occurs twice counts once.
	ElementIDs []string
	// Selected is what a description selects of the fleet, nil where there is
	// none. ElementIDs are then those of the elements selected, which nil takes
	// from Selected, and no other element's row may be added to the tally.
	Selected *inventory.Selected
	// Fleet has the connections of elements, for RequireConnected. An element
	// that it lacks is not known to be connected.
	Fleet *inventory.Fleet
}

// Judge starts the tally of one read of the fleet.
func (g Gate) Judge() *Tally {
	if g.Selected != nil && g.ElementIDs == nil {
		g.ElementIDs = g.Selected.IDs()
	}
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

// thresholds names those that differ from their defaults.
func (g Gate) thresholds() []string {
	var named []string
	if percent := g.minReadyPercent(); percent.Cmp(hundred) != 0 {
		named = append(named, "min_ready_percent is "+ratText(percent))
	}
	named = append(named, g.failuresAllowed()...)
	if g.RequireConnected {
		named = append(named, "require_connected is true")
	}
	if g.SettledFor > 0 {
		named = append(named, "settled_for is "+spokenDuration(g.SettledFor))
	}
	if g.minElements() != 1 {
		named = append(named, fmt.Sprintf("min_elements is %d", g.MinElements))
	}
	return named
}
