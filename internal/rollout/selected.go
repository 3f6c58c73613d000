package rollout

import (
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/wording"
)

// phrase follows "element": the short one as an attribute, the long one as a predicate.
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

// unmatchedBlocker is missing, not an error: the element may be claimed later.
func unmatchedBlocker(value inventory.Unmatched) Blocker {
	why := "no such element in this tenant"
	if nearest := nearestTo(value); nearest != "" {
		why = nearest
	}
	return Blocker{Class: ClassMissing, Phase: imagestatus.PhaseUnknown, Label: "no " + elementWith(value), Why: why}
}

func leftOutBlocker(value inventory.Unmatched) Blocker {
	return Blocker{Class: ClassLeftOut, Phase: imagestatus.PhaseUnknown, Label: elementWith(value), Why: "by another condition of where"}
}

func elementWith(value inventory.Unmatched) string {
	return "element " + phraseOf(value.Criterion).short + " " + quote(value.Value)
}

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
