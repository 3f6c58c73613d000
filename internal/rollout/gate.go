package rollout

import (
	"fmt"
	"math/big"
	"strconv"
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

// failureBound is an argument that bounds the number of failed elements.
type failureBound struct {
	argument, value string
	// most is the number of failed elements that it allows.
	most int64
	// share tells a percentage from a number; none is a bound of 0.
	share, none bool
}

func (b failureBound) String() string { return b.argument + " is " + b.value }

// failureBounds lists the bounds given, or max_failed with its default where
// there is none. Total is the number of elements.
func (g Gate) failureBounds(total int64) []failureBound {
	var bounds []failureBound
	if most := deref(g.MaxFailed); g.MaxFailed != nil || g.MaxFailedPercent == nil {
		bounds = append(bounds, failureBound{argument: "max_failed", value: strconv.FormatInt(most, 10), most: most, none: most == 0})
	}
	if g.MaxFailedPercent != nil {
		share := new(big.Rat).Mul(g.MaxFailedPercent, big.NewRat(total, 100))
		// Elements are whole, so that rounding down compares exactly.
		most := new(big.Int).Quo(share.Num(), share.Denom()).Int64()
		bounds = append(bounds, failureBound{
			argument: "max_failed_percent", value: ratText(g.MaxFailedPercent), most: most, share: true, none: g.MaxFailedPercent.Sign() == 0,
		})
	}
	return bounds
}

// failuresAllowed names the bounds that allow a failed element at all.
func (g Gate) failuresAllowed() []string {
	var named []string
	for _, bound := range g.failureBounds(0) {
		if bound.none {
			return nil
		}
		named = append(named, bound.String())
	}
	return named
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
