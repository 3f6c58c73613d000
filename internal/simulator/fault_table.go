package simulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// faultRow is one kind of fault. It has some of these functions: reply answers instead
// of the controller, or delays it and reports false; token changes the answer of the
// token endpoint; before, row and after change a query's answer before, while and after
// its page is composed; send writes a good answer in another way.
type faultRow struct {
	kind        FaultKind
	on          RequestKind
	description string

	reply  func(*reply) bool
	token  func(answer map[string]any, opened *session)
	before func(*answer)
	row    func(position int, row *imagestatus.Status)
	after  func(a *answer, number int)
	send   func(w http.ResponseWriter, r *http.Request, body []byte)
}

type reply struct {
	simulator *Simulator
	w         http.ResponseWriter
	r         *http.Request
	fault     Fault
}

var faultTable = []faultRow{
	{kind: "unauthorized_401", description: "401, and the access token is no longer valid", reply: revoked},
	{kind: "forbidden_403", description: "403, and the session is no longer primed", reply: unprimed},
	{kind: "agent_mismatch_401", description: "401 as for a session of another User-Agent", reply: status(http.StatusUnauthorized)},

	{kind: "too_many_requests_seconds", description: "429 with Retry-After of 1 second", reply: comeBack(http.StatusTooManyRequests, text("1"))},
	{kind: "too_many_requests_date", description: "429 with Retry-After as a date, 2 seconds ahead", reply: comeBack(http.StatusTooManyRequests, date(2*time.Second))},
	{kind: "too_many_requests_day", description: "429 with Retry-After of a day", reply: comeBack(http.StatusTooManyRequests, text("86400"))},
	{kind: "too_many_requests_absent", description: "429 without Retry-After", reply: comeBack(http.StatusTooManyRequests, text(""))},
	{kind: "too_many_requests_zero", description: "429 with Retry-After of 0 seconds", reply: comeBack(http.StatusTooManyRequests, text("0"))},
	{kind: "too_many_requests_past", description: "429 with Retry-After as a date, an hour ago", reply: comeBack(http.StatusTooManyRequests, date(-time.Hour))},
	{kind: "unavailable_503_seconds", description: "503 with Retry-After of 1 second", reply: comeBack(http.StatusServiceUnavailable, text("1"))},

	{kind: "server_error_500", description: "500 with an HTML body", reply: gateway(http.StatusInternalServerError)},
	{kind: "bad_gateway_502", description: "502 with an HTML body", reply: gateway(http.StatusBadGateway)},
	{kind: "unavailable_503", description: "503 with an HTML body", reply: gateway(http.StatusServiceUnavailable)},
	{kind: "gateway_timeout_504", description: "504 with an HTML body", reply: gateway(http.StatusGatewayTimeout)},
	{kind: "request_timeout_408", description: "408 with an HTML body", reply: gateway(http.StatusRequestTimeout)},
	{kind: "too_large_413", description: "413 with an HTML body", reply: gateway(http.StatusRequestEntityTooLarge)},
	{kind: "too_early_425", description: "425 with an HTML body", reply: gateway(http.StatusTooEarly)},
	{kind: "connection_timed_out_522", description: "522 with an HTML body, as a content delivery network answers", reply: gateway(522)},

	{kind: "reset_before_headers", description: "the connection is reset before the headers", reply: resetBeforeHeaders},
	{kind: "reset_after_headers", description: "the connection is reset after the headers", send: resetAfterHeaders},
	{kind: "body_cut_off", description: "the body ends half-way", send: cutOff},
	{kind: "body_endless", description: "the body repeats the first item up to 256 MiB", reply: endless},
	{kind: "hang_before_headers", description: "no answer until the client goes away", reply: hang},
	{kind: "hang_in_body", description: "half the body, then nothing until the client goes away", send: hangInBody},
	{kind: "slow", description: "the right answer, after Delay", reply: slow},

	{kind: "empty_200", description: "200 without a body", reply: fixedAnswer(http.StatusOK, jsonType, "")},
	{kind: "byte_order_mark", description: "a byte order mark before the answer", send: afterByteOrderMark},
	{kind: "html_200", description: "200 with a page of HTML", reply: fixedAnswer(http.StatusOK, "text/html", signInPage)},
	{kind: "json_not_object", description: "200 with a JSON list", reply: fixedAnswer(http.StatusOK, jsonType, `["unexpected"]`)},
	{kind: "error_200", description: "200 with _error in the body", reply: errorWithSuccess("BAD_REQUEST", "The request failed.")},
	{kind: "internal_200", description: "200 with _error INTERNAL in the body", reply: errorWithSuccess("INTERNAL", "backend timed out")},
	{kind: "status_code_500", description: "200 with a page without rows whose _status_code is 500", reply: fixedAnswer(http.StatusOK, jsonType, emptyPage("500"))},
	{kind: "accepted_202", description: "202 with a page without rows", reply: fixedAnswer(http.StatusAccepted, jsonType, emptyPage("202"))},
	{kind: "no_content_204", description: "204 without a body", reply: fixedAnswer(http.StatusNoContent, jsonType, "")},
	{kind: "items_null", description: "items is null", after: func(a *answer, _ int) { a.items, a.itemsNull = nil, true }},
	{kind: "wrong_types", description: "texts where numbers belong, lists where texts do", after: wrongTypes},
	{kind: "numbers_as_text", description: "numbers are spelt as texts", before: func(a *answer) { a.switches.NumbersAsText = true }},

	{kind: "rows_repeated", description: "the page begins one row early, as after an insertion", before: func(a *answer) { a.query.shift = -1 }},
	{kind: "rows_missing", description: "the page begins one row late, as after a removal", before: func(a *answer) { a.query.shift = 1 }},
	{kind: "row_lost", description: "the page lacks its last row", after: func(a *answer, _ int) { a.items = a.items[:max(len(a.items)-1, 0)] }},
	{kind: "page_repeats", description: "the first page, whichever was asked for", before: func(a *answer) { a.query.page = 1 }},
	{kind: "total_changes", description: "total_count grows with every request", after: func(a *answer, number int) { a.total += int64(number) }},
	{kind: "total_absent", description: "total_count is left out", after: func(a *answer, _ int) { a.totalAbsent = true }},
	{kind: "total_too_small", description: "total_count is smaller than the rows of the page", after: func(a *answer, _ int) { a.total = int64(max(len(a.items)-1, 0)) }},
	{kind: "total_absurd", description: "total_count is the largest 64-bit integer", after: func(a *answer, _ int) { a.total = math.MaxInt64 }},

	{kind: "unknown_states", description: "every upgrade_state is unknown", row: func(_ int, row *imagestatus.Status) { row.UpgradeState = new("state_from_the_future") }},
	{kind: "ids_absent", description: "every row lacks id and element_id", row: func(_ int, row *imagestatus.Status) { row.ID, row.ElementID = nil, nil }},
	{kind: "null_bytes", description: "failure_info of the first row holds null bytes", row: firstFailure("\x00broken\x00text\x00")},
	{kind: "huge_failure_info", description: "failure_info of the first row has 1 MB", row: firstFailure(strings.Repeat("failure ", 1<<17))},
	{kind: "deep_json", description: "an unknown key is nested 10,000 levels deep", send: deepJSON},

	{kind: "redirect", description: "307 to Location", reply: redirect},
	{kind: "profile_fails", on: RequestProfile, description: "the profile answers 500 with an HTML body", reply: gateway(http.StatusInternalServerError)},
	{kind: "profile_byte_order_mark", on: RequestProfile, description: "a byte order mark before the profile", send: afterByteOrderMark},
	{kind: "profile_numeric_tenant", on: RequestProfile, description: "the profile's tenant_id is a number", send: numericTenant},
	{kind: "token_slow", on: RequestToken, description: "the token endpoint answers after Delay", reply: slow},
	{kind: "token_html", on: RequestToken, description: "the token endpoint answers 200 with a page of HTML", reply: fixedAnswer(http.StatusOK, "text/html", signInPage)},
	{kind: "token_unavailable", on: RequestToken, description: "the token endpoint answers 503 with an HTML body", reply: gateway(http.StatusServiceUnavailable)},
	{kind: "token_lives_short", on: RequestToken, description: "the token claims a day and is valid for two calls", token: func(answer map[string]any, opened *session) {
		answer["expires_in"], opened.callsLeft = 86400, 2
	}},
	{kind: "token_expiry_zero", on: RequestToken, description: "the token claims to have expired, but is valid", token: expiresIn(0)},
	{kind: "token_expiry_negative", on: RequestToken, description: "the token claims a negative lifetime, but is valid", token: expiresIn(-1)},
	{kind: "token_expiry_text", on: RequestToken, description: "expires_in is a text", token: expiresIn("899")},
	{kind: "token_expiry_point", on: RequestToken, description: "expires_in is 899.0", token: expiresIn(json.RawMessage("899.0"))},
	{kind: "token_expiry_words", on: RequestToken, description: "expires_in is no number", token: expiresIn("15 minutes")},
	{kind: "token_byte_order_mark", on: RequestToken, description: "a byte order mark before the token endpoint's answer", send: afterByteOrderMark},
	{kind: "token_line_break", on: RequestToken, description: "access_token ends with a line break", token: func(answer map[string]any, _ *session) {
		answer["access_token"] = fmt.Sprint(answer["access_token"], "\n")
	}},
	{kind: "token_expiry_absent", on: RequestToken, description: "expires_in is left out", token: func(answer map[string]any, _ *session) { delete(answer, "expires_in") }},
	{kind: "token_late_401", on: RequestToken, description: "the token is answered with 401 for 1.5 seconds", token: refusedAtFirst(http.StatusUnauthorized)},
	{kind: "token_late_403", on: RequestToken, description: "the token is answered with 403 for 1.5 seconds", token: refusedAtFirst(http.StatusForbidden)},
	{kind: "token_absent", on: RequestToken, description: "access_token is left out", token: func(answer map[string]any, _ *session) { delete(answer, "access_token") }},
	{kind: "redirect_token", on: RequestToken, description: "the token endpoint answers 307 to Location", reply: redirect},
}

const signInPage = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"

// Bounds of faults that would otherwise never end.
const (
	maxEndless = 256 << 20
	maxHang    = 10 * time.Minute
)

// tokenLate is how long a late token is refused.
const tokenLate = 1500 * time.Millisecond

func fixedAnswer(code int, contentType, body string) func(*reply) bool {
	return func(p *reply) bool {
		p.w.Header().Set("Content-Type", contentType)
		p.w.Header().Set("Server", "nginx")
		p.w.WriteHeader(code)
		_, _ = p.w.Write([]byte(body))
		return true
	}
}

func gateway(code int) func(*reply) bool {
	text := fmt.Sprintf("%d %s", code, http.StatusText(code))
	return fixedAnswer(code, "text/html", "<html>\r\n<head><title>"+text+"</title></head>\r\n<body>\r\n<center><h1>"+text+"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
}

// The codes of status are inferred: no body of these errors is recorded.
func status(code int) func(*reply) bool {
	return func(p *reply) bool {
		name := strings.ToUpper(strings.ReplaceAll(http.StatusText(code), " ", "_"))
		writeJSON(p.w, code, p.simulator.errorBody(refuse(code, name, "%s", http.StatusText(code))))
		return true
	}
}

func revoked(p *reply) bool {
	gone := tokenOf(p.r, Unified)
	p.simulator.sessions.each(func(token string, _ *session) bool { return token != gone })
	return status(http.StatusUnauthorized)(p)
}

func unprimed(p *reply) bool {
	meant := tokenOf(p.r, Unified)
	p.simulator.sessions.each(func(token string, session *session) bool {
		session.primed = session.primed && token != meant
		return true
	})
	return status(http.StatusForbidden)(p)
}

// comeBack answers with a Retry-After, unless its text is empty.
func comeBack(code int, retryAfter func() string) func(*reply) bool {
	return func(p *reply) bool {
		if text := retryAfter(); text != "" {
			p.w.Header().Set("Retry-After", text)
		}
		return status(code)(p)
	}
}

func text(text string) func() string { return func() string { return text } }

func date(ahead time.Duration) func() string {
	return func() string { return time.Now().UTC().Add(ahead).Format(http.TimeFormat) }
}

func errorWithSuccess(code, message string) func(*reply) bool {
	return func(p *reply) bool {
		writeJSON(p.w, http.StatusOK, p.simulator.errorBody(badRequest(code, "%s", message)))
		return true
	}
}

// emptyPage is a page without rows, whose _status_code is the status.
func emptyPage(statusCode string) string {
	return `{"_status_code":"` + statusCode + `","count":0,"deleted_count":0,"total_count":0,"items":[]}`
}

func redirect(p *reply) bool {
	p.w.Header().Set("Location", cmp.Or(p.fault.Location, "https://redirected.invalid")+p.r.URL.Path)
	p.w.WriteHeader(http.StatusTemporaryRedirect)
	return true
}

func slow(p *reply) bool {
	return !wait(p.r.Context(), cmp.Or(p.fault.Delay, 3*time.Second))
}

func hang(p *reply) bool {
	wait(p.r.Context(), maxHang)
	abandon(p.w, "")
	return true
}

func resetBeforeHeaders(p *reply) bool {
	abandon(p.w, "")
	return true
}

func resetAfterHeaders(w http.ResponseWriter, _ *http.Request, body []byte) {
	abandon(w, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body)))
}

// abandon writes a text and resets the connection. If it cannot hijack the connection,
// the answer is empty.
func abandon(w http.ResponseWriter, text string) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	// No error matters: the connection ends here in any case.
	_, _ = connection.Write([]byte(text))
	if tcp, isTCP := connection.(*net.TCPConn); isTCP {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}

// cutOff promises the whole body and writes half of it; the server then closes
// the connection.
func cutOff(w http.ResponseWriter, _ *http.Request, body []byte) {
	w.Header().Set("Content-Type", jsonType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body[:len(body)/2])
}

func hangInBody(w http.ResponseWriter, r *http.Request, body []byte) {
	cutOff(w, r, body)
	if err := http.NewResponseController(w).Flush(); err == nil {
		wait(r.Context(), maxHang)
	}
}

func endless(p *reply) bool {
	p.w.Header().Set("Content-Type", jsonType)
	p.w.WriteHeader(http.StatusOK)
	written, err := p.w.Write([]byte(`{"count":1,"total_count":1,"items":[`))
	row := settledRow("1773934978552002"+tenantSuffix, DefaultStart, 1)
	chunk := bytes.Repeat(append(statusSchema.appendItem(nil, style{}, &row, unreplaced, ""), ','), 64)
	for err == nil && written < maxEndless && p.r.Context().Err() == nil {
		var n int
		n, err = p.w.Write(chunk)
		written += n
	}
	return true
}

func wrongTypes(a *answer, _ int) {
	for i := range a.items {
		a.items[i] = []byte(`{"id":{"text":"1"},"element_id":["1"],"active_version":6.3,"upgrade_state":7,"download_percent":"half","_etag":true}`)
	}
}

func firstFailure(text string) func(int, *imagestatus.Status) {
	return func(position int, row *imagestatus.Status) {
		if position == 0 {
			row.FailureInfo = &text
		}
	}
}

// deepJSON leaves the rest of the answer unchanged.
func deepJSON(w http.ResponseWriter, _ *http.Request, body []byte) {
	const levels = 10_000
	nested := `{"_nested":` + strings.Repeat(`{"a":`, levels) + "null" + strings.Repeat("}", levels) + ","
	writeJSON(w, http.StatusOK, slices.Concat([]byte(nested), body[1:]))
}

func afterByteOrderMark(w http.ResponseWriter, _ *http.Request, body []byte) {
	writeJSON(w, http.StatusOK, slices.Concat([]byte("\ufeff"), body))
}

func numericTenant(w http.ResponseWriter, _ *http.Request, body []byte) {
	writeJSON(w, http.StatusOK, bytes.ReplaceAll(body, []byte(`"`+TenantID+`"`), []byte(TenantID)))
}

func expiresIn(claimed any) func(map[string]any, *session) {
	return func(answer map[string]any, _ *session) { answer["expires_in"] = claimed }
}

// refusedAtFirst makes a token that works a moment after it was issued.
func refusedAtFirst(status int) func(map[string]any, *session) {
	return func(_ map[string]any, opened *session) {
		opened.refusal, opened.refusedUntil = status, time.Now().Add(tokenLate)
	}
}
