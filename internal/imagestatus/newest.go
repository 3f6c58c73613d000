package imagestatus

import "cmp"

// Newest keeps the newest of the rows it is given, by Status.Updated, and of
// equally new ones the last in the order of SortRows, whatever order they come
// in. The zero Newest is ready.
type Newest struct{ status *Status }

// Add takes a row.
func (n *Newest) Add(status Status) error {
	if n.status == nil || cmp.Or(cmp.Compare(status.Updated(), n.status.Updated()), Query{}.compareRows(status, *n.status)) > 0 {
		n.status = &status
	}
	return nil
}

// Status returns the newest row, nil where there was none.
func (n *Newest) Status() *Status { return n.status }
