package rollout

import (
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
