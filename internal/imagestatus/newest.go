package imagestatus

import "cmp"

// compareAge orders two rows of one element: 1 where a is the newer one, by
// _updated_on_utc, then by _created_on_utc, then by _etag. Null is oldest.
func compareAge(a, b *Status) int {
	return cmp.Or(
		cmp.Compare(deref(a.UpdatedOnUTC), deref(b.UpdatedOnUTC)),
		cmp.Compare(deref(a.CreatedOnUTC), deref(b.CreatedOnUTC)),
		cmp.Compare(deref(a.Etag), deref(b.Etag)),
	)
}

// Newest keeps the newest of the rows it is given, and of equally new ones the
// last in the order of SortRows, whatever order they come in. The zero Newest
// is ready.
type Newest struct{ status *Status }

// Add takes a row.
func (n *Newest) Add(status Status) error {
	if n.status == nil || cmp.Or(compareAge(&status, n.status), Query{}.compareRows(status, *n.status)) > 0 {
		n.status = &status
	}
	return nil
}

// Status gives the newest row, nil where there was none.
func (n *Newest) Status() *Status { return n.status }
