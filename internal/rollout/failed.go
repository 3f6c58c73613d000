package rollout

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/wording"
)

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

// tooManyFailed lists the bounds that the failed elements exceed.
func (f *finding) tooManyFailed() []failureBound {
	return slices.DeleteFunc(f.failureBounds(f.Counts.Total), func(bound failureBound) bool { return f.Counts.Failed <= bound.most })
}

func (f *finding) fewFailed() bool { return len(f.tooManyFailed()) == 0 }

func reasonFailed(f *finding) string {
	failed, total := f.Counts.Failed, f.Counts.Total
	strictest := slices.MinFunc(f.tooManyFailed(), func(a, b failureBound) int { return cmp.Compare(a.most, b.most) })
	reason := countOf(failed, "element") + " failed"
	if strictest.share {
		// Rounded up to two decimals, so that it never shows less than there is.
		share := float64((failed*10_000+total-1)/total) / 100
		reason = fmt.Sprintf("%d of %s failed, %s", failed, countOf(total, "element"), percentText(share))
	}
	reason += fmt.Sprintf(" (%s)", strictest)
	var named []string
	for _, blocker := range f.Blocking {
		if blocker.Class == ClassFailed && len(named) < namedInReason {
			named = append(named, blocker.describeFailure())
		}
	}
	if len(named) > 0 {
		reason += ": " + strings.Join(named, ", ")
		if more := failed - int64(len(named)); more > 0 {
			reason += fmt.Sprintf(" and %d more", more)
		}
	}
	return reason + "."
}

func adviseFailed(f *finding) string {
	var arguments []string
	for _, bound := range f.tooManyFailed() {
		arguments = append(arguments, bound.argument)
	}
	return "Repair or retry the failed elements, take them out of the selection, or raise " + wording.Join("and", arguments) + "."
}
