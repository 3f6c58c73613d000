package sdwan

import (
	"context"
	"fmt"
	"net/http"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// denies reports a collection that is forbidden or missing; a failed sign-in is neither.
func (l *list[Wire, Row]) denies(failure *Error) bool {
	if failure == nil || failure.Operation != l.operation() {
		return false
	}
	return failure.Kind == KindForbidden && failure.Status == http.StatusForbidden ||
		failure.Kind == KindNotFound && failure.Status == http.StatusNotFound
}

// readUnpaged reads the list in one answer; refused is why it is not queried, nil if
// it has no query. The answer names no total: it is taken as complete because no
// truncated one was ever reported (inferred). Its count, if any, must agree.
func (r *reader[Wire, Row]) readUnpaged(ctx context.Context, refused *Error) *Error {
	page, failure := r.list.join(ctx, r.list.unpaged())
	switch {
	case failure != nil && refused != nil:
		return r.list.neither(refused, failure)
	case failure != nil:
		return failure
	}
	r.list.refused.Store(refused)
	rows := int64(len(page.Items))
	if page.Count != nil && int64(*page.Count) != rows {
		return r.inconsistent("the controller counts %d rows and its list holds %d", int64(*page.Count), rows)
	}
	r.summary.Envelope = page.envelope()
	r.seen = newSeen(rows)
	r.want = r.want.filteredHere()
	if more, failure := r.accept(page); failure != nil || !more {
		return failure
	}
	if r.total != nil && r.found != *r.total {
		return r.miscounted()
	}
	r.summary.Matched = new(r.kept)
	return nil
}

// filteredHere has the provider filter the rows, as an unpaged list has no filter.
func (w want[Row]) filteredHere() want[Row] {
	judge, keeps := w.judge, w.keeps
	w.keeps = func(row *Row) bool {
		return judge(row) == imagestatus.True && (keeps == nil || keeps(row))
	}
	w.judge = func(*Row) imagestatus.Truth { return imagestatus.True }
	return w
}

// neither lets the next read try the query again, as access may be granted meanwhile.
func (l *list[Wire, Row]) neither(query, whole *Error) *Error {
	if !l.denies(whole) {
		told := *whole
		told.Problem += fmt.Sprintf(" (sent because to %s %s %s)", query.Method, query.URL, query.Problem)
		return &told
	}
	l.refused.Store(nil)
	told := *query
	told.Problem += fmt.Sprintf(", and to %s %s %s", whole.Method, whole.URL, whole.Problem)
	return &told
}
