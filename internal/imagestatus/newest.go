package imagestatus

import "cmp"

// Newest keeps the newest row by Status.Updated; of equally new rows, the one that
// SortRows puts last. The order of Add does not matter. The zero Newest is usable.
type Newest struct{ status *Status }

// Add keeps the row if it is the newest so far; the error is always nil.
func (n *Newest) Add(status Status) error {
	if n.status == nil || cmp.Or(cmp.Compare(status.Updated(), n.status.Updated()), Query{}.compareRows(status, *n.status)) > 0 {
		n.status = &status
	}
	return nil
}

// Status returns the newest row; nil if none was added.
func (n *Newest) Status() *Status { return n.status }
