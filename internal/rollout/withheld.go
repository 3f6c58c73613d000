package rollout

import (
	"fmt"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// settlement is whether a row has been unchanged for as long as a gate wants.
type settlement uint8

const (
	settled settlement = iota
	// changedLately is also a change that is still to come, as the clocks of the
	// controller and of this machine have it.
	changedLately
	// undated has no time that can be read, and waiting gives it none.
	undated
)

func (g Gate) settlement(status *imagestatus.Status) settlement {
	if g.SettledFor <= 0 {
		return settled
	}
	changed, readable := imagestatus.StampTime(status.Updated())
	switch {
	case !readable:
		return undated
	case g.Now.Sub(changed) < g.SettledFor:
		return changedLately
	default:
		return settled
	}
}

// connection is whether an element is connected, where a gate wants that.
type connection uint8

const (
	connected connection = iota
	disconnected
	connectionUnknown
)

func (g Gate) connection(elementID string) connection {
	if !g.RequireConnected {
		return connected
	}
	if g.Fleet == nil {
		return connectionUnknown
	}
	element, found := g.Fleet.Element(elementID)
	switch {
	case !found || element.Connected == nil:
		return connectionUnknown
	case *element.Connected:
		return connected
	default:
		return disconnected
	}
}

// withheld is what an element counts as that its state and the target let be
// ready.
func withheld(its settlement, link connection) Class {
	switch {
	case link != connected:
		return ClassDisconnected
	case its != settled:
		return ClassPending
	default:
		return ClassReady
	}
}

// why says what keeps the element of a row from being ready beside its state
// and the target; "" where nothing does.
func (g Gate) why(row tallied) string {
	var clauses []string
	switch row.kind.connection {
	case disconnected:
		clauses = append(clauses, "not connected to the controller")
	case connectionUnknown:
		clauses = append(clauses, "connection not known")
	case connected:
	}
	switch row.kind.settlement {
	case changedLately:
		clauses = append(clauses, g.changed(row.updated)+", must be unchanged for "+spokenDuration(g.SettledFor))
	case undated:
		clauses = append(clauses, "does not say when it changed")
	case settled:
	}
	return strings.Join(clauses, ", ")
}

func (g Gate) changed(stamp int64) string {
	changed, _ := imagestatus.StampTime(stamp)
	if changed.After(g.Now) {
		return "changed in the future by this clock (" + changed.Format("2006-01-02 15:04:05") + " UTC)"
	}
	return "changed " + spokenDuration(g.Now.Sub(changed)) + " ago"
}

func reasonUnsettled(f *finding) string {
	return fmt.Sprintf("%s changed less than %s ago (settled_for).", countOf(f.unsettled, "element"), spokenDuration(f.SettledFor))
}

func reasonUndated(f *finding) string {
	verb := "do"
	if f.undated == 1 {
		verb = "does"
	}
	return fmt.Sprintf("%s %s not say when the status changed (settled_for is %s).", countOf(f.undated, "element"), verb, spokenDuration(f.SettledFor))
}
