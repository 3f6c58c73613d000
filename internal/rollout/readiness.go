package rollout

import (
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// settlement tells whether a row has been unchanged for Gate.SettledFor.
type settlement uint8

const (
	settled settlement = iota
	// changedLately includes a change in the future: clocks may differ.
	changedLately
	undated // the time of change cannot be parsed; waiting does not help
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

// connection is always connected without Gate.RequireConnected.
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

// readinessClass is for an element that is ready by its state and target.
func readinessClass(settlement settlement, connection connection) Class {
	switch {
	case connection != connected:
		return ClassDisconnected
	case settlement != settled:
		return ClassPending
	default:
		return ClassReady
	}
}
