package rollout

import (
	"fmt"
	"math/big"
	"strconv"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// Gate describes the elements of a rollout and the conditions under which it may go on.
type Gate struct {
	Name   string // in messages
	Wave   int    // in messages: the number, from 1, of the wave; 0 without waves
	Target Target
	// MinReadyPercent is the percentage of elements that must be ready, 0 to 100,
	// compared without rounding. Nil is 100.
	MinReadyPercent *big.Rat
	// MaxFailed is a number of elements, MaxFailedPercent a percentage of all elements,
	// 0 to 100, compared without rounding. The stricter one applies. If both are nil, no
	// element may have failed.
	MaxFailed        *int64
	MaxFailedPercent *big.Rat
	// RequireConnected puts elements into ClassDisconnected that would be ready, unless
	// Fleet has them as connected.
	RequireConnected bool
	// SettledFor, if positive, puts elements into ClassPending that would be ready, if
	// their newest row changed less than that time before Now.
	SettledFor time.Duration
	Now        time.Time // of the read of the fleet
	// MinElements is the number of elements that must have a row, at least 1.
	MinElements int64
	MaxBlocking int // the maximum length of Verdict.Blocking
	// ElementIDs are the requested elements: those without a row are missing or left
	// out. Duplicates are ignored.
	ElementIDs []string
	// Selected is the result of a description, if there is one. It is the default of
	// ElementIDs, which must be the ids of its elements. The tally then accepts rows of
	// these elements only.
	Selected *inventory.Selected
	Fleet    *inventory.Fleet
}

func (g Gate) minReadyPercent() *big.Rat {
	if g.MinReadyPercent == nil {
		return hundred
	}
	return g.MinReadyPercent
}

// minElements is at least 1, so that a gate without elements never opens.
func (g Gate) minElements() int64 { return max(1, g.MinElements) }

func (g Gate) enough(ready, total int64) bool {
	share := new(big.Rat).Mul(big.NewRat(ready, 1), hundred)
	wanted := new(big.Rat).Mul(big.NewRat(total, 1), g.minReadyPercent())
	return share.Cmp(wanted) >= 0
}

type failureBound struct {
	argument, value string
	limit           int64 // of failed elements
	isPercent       bool
	isZero          bool // whatever the number of elements
}

func (b failureBound) String() string { return b.argument + " is " + b.value }

func (g Gate) failureBounds(elements int64) []failureBound {
	var bounds []failureBound
	if limit := deref(g.MaxFailed); g.MaxFailed != nil || g.MaxFailedPercent == nil {
		bounds = append(bounds, failureBound{argument: "max_failed", value: strconv.FormatInt(limit, 10), limit: limit, isZero: limit == 0})
	}
	if g.MaxFailedPercent != nil {
		share := new(big.Rat).Mul(g.MaxFailedPercent, big.NewRat(elements, 100))
		limit := new(big.Int).Quo(share.Num(), share.Denom()).Int64()
		bounds = append(bounds, failureBound{
			argument: "max_failed_percent", value: ratText(g.MaxFailedPercent), limit: limit, isPercent: true, isZero: g.MaxFailedPercent.Sign() == 0,
		})
	}
	return bounds
}

// lenientBounds is empty if a bound is 0, so that no element may have failed.
func (g Gate) lenientBounds() []string {
	var named []string
	for _, bound := range g.failureBounds(0) {
		if bound.isZero {
			return nil
		}
		named = append(named, bound.String())
	}
	return named
}

func (g Gate) changedThresholds() []string {
	var named []string
	if percent := g.minReadyPercent(); percent.Cmp(hundred) != 0 {
		named = append(named, "min_ready_percent is "+ratText(percent))
	}
	named = append(named, g.lenientBounds()...)
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
