package simulator

// pageOf cuts the page out of all that was selected. A page past the end is
// empty (inferred from a client that relies on it).
func pageOf[T any](all []T, q *query) []T {
	begins := min(max(int64(q.page-1)*int64(q.limit)+int64(q.shift), 0), int64(len(all)))
	ends := min(begins+int64(q.limit), int64(len(all)))
	return all[begins:ends]
}
