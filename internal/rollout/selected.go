package rollout

import (
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/wording"
)

// phrase says how an element has a value of a description: short after "no
// element", long in a sentence.
type phrase struct{ short, long string }

var phrases = map[inventory.Criterion]phrase{
	inventory.CriterionNames:         {"named", "has the name"},
	inventory.CriterionSiteNames:     {"at a site named", "is at a site with the name"},
	inventory.CriterionSiteIDs:       {"at the site with the id", "is at the site with the id"},
	inventory.CriterionSerialNumbers: {"with the serial number", "has the serial number"},
}

func phraseOf(criterion inventory.Criterion) phrase {
	if known, listed := phrases[criterion]; listed {
		return known
	}
	return phrase{"with the value", "has the value"}
}

// eachOnce drops a value that the description has twice.
func eachOnce(values []inventory.Unmatched) []inventory.Unmatched {
	type value struct {
		criterion inventory.Criterion
		text      string
	}
	seen := make(map[value]bool, len(values))
	var unique []inventory.Unmatched
	for _, unmatched := range values {
		key := value{unmatched.Criterion, unmatched.Value}
		if !seen[key] {
			seen[key] = true
			unique = append(unique, unmatched)
		}
	}
	return unique
}

// nowhereBlocker is a value that no element has. The element may be claimed
// later.
func nowhereBlocker(value inventory.Unmatched) Blocker {
	why := "no such element in this tenant"
	if nearest := nearestTo(value); nearest != "" {
		why = nearest
	}
	return Blocker{Class: ClassMissing, Phase: imagestatus.PhaseUnknown, Label: "no " + elementWith(value), Why: why}
}

// excludedBlocker is a value that some element has, and that no element has
// which is selected.
func excludedBlocker(value inventory.Unmatched) Blocker {
	return Blocker{Class: ClassLeftOut, Phase: imagestatus.PhaseUnknown, Label: elementWith(value), Why: "by another condition of where"}
}

func elementWith(value inventory.Unmatched) string {
	return "element " + phraseOf(value.Criterion).short + " " + quote(value.Value)
}

// nearestTo is a clause on the values most similar to one that no element has,
// "" where there are none.
func nearestTo(value inventory.Unmatched) string {
	quoted := make([]string, len(value.Nearest))
	for i, nearest := range value.Nearest {
		quoted[i] = quote(nearest)
	}
	switch len(quoted) {
	case 0:
		return ""
	case 1:
		return "the nearest is " + quoted[0]
	default:
		return "the nearest are " + wording.Join("and", quoted)
	}
}
