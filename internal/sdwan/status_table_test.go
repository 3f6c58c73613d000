package sdwan

import (
	"fmt"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestEveryAnswerHasItsRow(t *testing.T) {
	t.Parallel()
	coded := func(code string) errorBody { return errorBody{Errors: []Code{{Code: code}}} }
	inner := func(raw string) errorBody { return errorBody{StatusCode: []byte(raw)} }
	for _, test := range []struct {
		status int
		body   errorBody
		kind   Kind
		retry  bool
	}{
		{200, errorBody{}, "", false},
		{200, inner(`"200"`), "", false},
		{200, inner(`200`), "", false},
		{200, inner(`null`), "", false},
		{200, inner(`"500"`), KindMalformed, false},
		{200, inner(`500`), KindMalformed, false},
		{200, inner(`""`), KindMalformed, false},
		{200, inner(`"2000"`), KindMalformed, false},
		{200, inner(`{"a":1}`), KindMalformed, false},
		{200, coded("BAD_REQUEST"), KindRefused, false},
		{200, coded(""), KindRefused, false},
		{200, coded("INTERNAL"), KindUnavailable, true},
		{200, coded("INTERNAL_ERROR"), KindUnavailable, true},
		{200, coded("INTERNALS"), KindRefused, false},
		{400, coded("INTERNAL"), KindUnavailable, true},
		{200, errorBody{Errors: []Code{{Code: "INTERNAL"}}, StatusCode: []byte(`"500"`)}, KindUnavailable, true},
		{200, coded(codeTenantInvalid), KindTenant, false},
		{404, coded(codeTenantInvalid), KindTenant, false},
		{201, errorBody{}, KindMalformed, false},
		{206, errorBody{}, KindMalformed, false},
		{307, errorBody{}, KindRedirected, false},
		{400, errorBody{}, KindRefused, false},
		{400, coded(codeLimit), KindQueryTooLarge, false},
		{404, coded(codeLimit), KindNotFound, false},
		{401, errorBody{}, KindCredentials, false},
		{403, errorBody{}, KindForbidden, false},
		{404, errorBody{}, KindNotFound, false},
		{407, errorBody{}, KindProxy, false},
		{408, errorBody{}, KindUnavailable, true},
		{413, errorBody{}, KindQueryTooLarge, false},
		{425, errorBody{}, KindUnavailable, true},
		{429, errorBody{}, KindRateLimited, true},
		{500, errorBody{}, KindUnavailable, true},
		{501, errorBody{}, KindUnavailable, false},
		{504, errorBody{}, KindUnavailable, true},
		{522, errorBody{}, KindUnavailable, true},
		{530, errorBody{}, KindUnavailable, false},
		{999, errorBody{}, KindUnavailable, false},
	} {
		if row := rowOf(test.status, &test.body); row.Kind != test.kind || row.Retry != test.retry {
			t.Errorf("%d with %+v is %q, retried = %v, want %q and %v", test.status, test.body, row.Kind, row.Retry, test.kind, test.retry)
		}
	}
}

// A row behind one that matches all of its answers would never count.
func TestEveryRowOfTheStatusTableCounts(t *testing.T) {
	t.Parallel()
	counted := make(map[string]bool)
	for status := 100; status < 1000; status++ {
		for _, code := range []string{"", "A", codeInternal, codeTenantInvalid, codeLimit} {
			for _, inner := range []string{`"200"`, `"500"`} {
				body := errorBody{StatusCode: []byte(inner)}
				if code != "" {
					body.Errors = []Code{{Code: code}}
				}
				counted[rowOf(status, &body).Answer] = true
			}
		}
	}
	for _, row := range StatusTable() {
		if !counted[row.Answer] {
			t.Errorf("the row %q never counts", row.Answer)
		}
	}
}

func TestInternalErrorInASuccessfulAnswerIsTriedAgain(t *testing.T) {
	t.Parallel()
	const body = `{"_error":[{"code":"INTERNAL","message":"backend timed out"}],"_request_id":"178"}`
	failing := respond(200, "application/json", body)
	for _, place := range []string{"profile", "query"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			fake := playing(place, after(1, failing, new(controller).ServeHTTP))
			if err := readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(fake)))); err != nil {
				t.Error(err)
			}
			fake = playing(place, failing)
			failure := wantKind(t, readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(fake)))), KindUnavailable)
			wantText(t, failure.Error(), "the answer has status 200 and reports an error", "INTERNAL (backend timed out)", "Attempts: 3 in ")
		})
	}
}

func TestAnswerOfAnotherSuccessIsNeverZeroRows(t *testing.T) {
	t.Parallel()
	for _, kind := range []simulator.FaultKind{"status_code_500", "accepted_202", "no_content_204"} {
		for _, form := range forms {
			t.Run(fmt.Sprintf("%s/%s", kind, form), func(t *testing.T) {
				t.Parallel()
				server := startSimulator(t, simulator.Options{Elements: 3})
				setFaults(t, server.Simulator, simulator.Fault{Kind: kind})
				failure := wantKind(t, readOnce(t.Context(), newClient(t, server, form)), KindMalformed)
				if failure.Attempts != 1 {
					t.Errorf("%d attempts were made, want 1", failure.Attempts)
				}
				if kind == "status_code_500" {
					wantText(t, failure.Error(), `the answer has status 200, but its _status_code is "500"`)
				}
			})
		}
	}
}
