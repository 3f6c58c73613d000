package sdwan

import "context"

// readPage reads one page, and verifies that the controller returns pages of this size.
func (r *reader[Wire, Row]) readPage(ctx context.Context) *Error {
	r.size = r.want.limit
	page, failure := r.fetch(ctx, r.want.page)
	if failure != nil {
		return failure
	}
	r.summary.Envelope = page.envelope()
	r.summary.Truncated = true
	rows := int64(len(page.Items))
	r.seen = newSeen(rows)
	if more, failure := r.accept(page); failure != nil || !more {
		return failure
	}
	if failure := r.checkPage(rows); failure != nil {
		return failure
	}
	if rows > 0 && rows < r.size {
		if failure := r.verifyShort(ctx, rows); failure != nil {
			return failure
		}
		r.total = new((r.want.page-1)*r.want.limit + rows)
	} else if r.total != nil {
		if rows == 0 {
			r.size = 1 // No controller can clamp this size.
		}
		if failure := r.verifyTotal(ctx); failure != nil {
			return failure
		}
	}
	r.summary.Matched = r.total
	r.summary.Truncated = r.total == nil || *r.total > r.returned
	return nil
}

func (r *reader[Wire, Row]) checkPage(rows int64) *Error {
	before := (r.want.page - 1) * r.size
	switch {
	case rows > r.size:
		return r.inconsistent("page %d holds %d rows, and %d were asked for", r.want.page, rows, r.size)
	case r.total == nil:
		return nil
	case rows > 0 && *r.total < before+rows, rows == 0 && *r.total > before:
		return r.inconsistent("the controller counts %d matches, and page %d of %d rows holds %d", *r.total, r.want.page, r.size, rows)
	case rows < r.size && *r.total > before+rows:
		return r.clamped(rows)
	default:
		return nil
	}
}

// verifyShort tells the last page from a clamped one. The page before the last one
// is full. If there is none before it, the next page of the same size is empty.
func (r *reader[Wire, Row]) verifyShort(ctx context.Context, rows int64) *Error {
	number, want := r.want.page-1, r.size
	if number == 0 {
		number, want, r.size = 2, 0, rows
	}
	beside, failure := r.countRows(ctx, number)
	if failure == nil && beside != want {
		failure = r.clamped(rows)
	}
	return failure
}

func (r *reader[Wire, Row]) clamped(rows int64) *Error {
	return r.failed(KindRefused, "the controller returns at most %d rows a page, so dest_page %d of limit %d cannot be read", rows, r.want.page, r.want.limit)
}
