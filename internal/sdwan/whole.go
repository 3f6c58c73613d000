package sdwan

import (
	"context"
	"fmt"
	"net/http"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// denies reports whether the query is not allowed to this account, or not there.
// A refusal of the sign-in, which may come in its place, is none.
func (l *list[Wire, Row]) denies(failure *Error) bool {
	if failure == nil || failure.Operation != l.operation() {
		return false
	}
	return failure.Kind == KindForbidden && failure.Status == http.StatusForbidden ||
		failure.Kind == KindNotFound && failure.Status == http.StatusNotFound
}

// readWhole reads the list in one answer, as the query was refused; refused is nil
// where there is no query. The answer does not say how many rows there are in all:
// it is complete because nobody ever saw one that was cut (inferred), and its
// count, where it has one, must agree.
func (r *reader[Wire, Row]) readWhole(ctx context.Context, refused *Error) *Error {
	page, failure := r.list.join(ctx, r.list.whole())
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
	r.want = r.want.byProvider()
	if more, failure := r.accept(page); failure != nil || !more {
		return failure
	}
	if r.total != nil && r.found != *r.total {
		return r.miscounted()
	}
	r.summary.Matched = new(r.kept)
	return nil
}

// byProvider leaves out the rows that were not asked for, where the controller
// was not told what to leave out.
func (w want[Row]) byProvider() want[Row] {
	judge, keeps := w.judge, w.keeps
	w.keeps = func(row *Row) bool {
		return judge(row) == imagestatus.True && (keeps == nil || keeps(row))
	}
	w.judge = func(*Row) imagestatus.Truth { return imagestatus.True }
	return w
}

// neither is the error of a list that cannot be had in either way. The query is
// asked again next time, as the account may have been given access.
func (l *list[Wire, Row]) neither(query, whole *Error) *Error {
	if !l.denies(whole) {
		told := *whole
		told.Problem += fmt.Sprintf(" (this was asked because to %s %s %s)", query.Method, query.URL, query.Problem)
		return &told
	}
	l.refused.Store(nil)
	told := *query
	told.Problem += fmt.Sprintf(", and to %s %s %s", whole.Method, whole.URL, whole.Problem)
	return &told
}
