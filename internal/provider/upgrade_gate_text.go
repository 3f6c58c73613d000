package provider

import (
	"fmt"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

const (
	summaryGateClosed  = "Upgrade gate closed"
	summaryGateWaiting = "Upgrade gate did not open in time"
)

// headline is the summary of a closed gate. It has the gate's name, else the target and
// the worst element, because Terraform and OpenTofu show warnings with the same
// summary only once.
func headline(beginning string, gate rollout.Gate, verdict rollout.Verdict) string {
	counts := verdict.Progress()
	if gate.Name != "" {
		return fmt.Sprintf("%s: %s, %s", beginning, gate.Name, counts)
	}
	if target := gate.Target.String(); target != "" {
		counts += ", target " + target
	}
	switch worst := verdict.Worst(); {
	case worst == "":
	case verdict.Blocking[0].OfDescription():
		counts += ", " + worst
	default:
		counts += ", worst element " + worst
	}
	return fmt.Sprintf("%s: %s", beginning, counts)
}

// explain is the text of a diagnostic on a closed gate.
func explain(gate rollout.Gate, verdict rollout.Verdict) string {
	var text strings.Builder
	text.WriteString("The upgrade gate ")
	if gate.Name != "" {
		fmt.Fprintf(&text, "%q ", gate.Name)
	}
	text.WriteString("is " + verdict.Summary + ".\n")
	for _, reason := range verdict.Reasons {
		text.WriteString("\n- " + reason)
	}
	if len(verdict.Blocking) > 0 {
		text.WriteString("\n\nElements that are not ready, the worst first:")
		for _, blocker := range verdict.Blocking {
			text.WriteString("\n  " + blocker.String())
		}
		if verdict.BlockingTruncated {
			hidden := verdict.Counts.Total - verdict.Counts.Ready - int64(len(verdict.Blocking))
			fmt.Fprintf(&text, "\n  and %d more", hidden)
		}
		if verdict.Unnamed != "" {
			fmt.Fprintf(&text, "\n(%s)", verdict.Unnamed)
		}
	}
	text.WriteString("\n\nWhat to do:")
	for _, remedy := range verdict.Remedies {
		text.WriteString("\n- " + remedy)
	}
	return text.String()
}
