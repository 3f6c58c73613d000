package simulator_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// has checks that an answer is 200 and holds a text.
func has(text string) func(*testing.T, reply) {
	return func(t *testing.T, answer reply) {
		if answer.err != nil || answer.status != http.StatusOK || !strings.Contains(string(answer.body), text) {
			t.Errorf("got %d %v, want %q in %.300s", answer.status, answer.err, text, answer.body)
		}
	}
}

func failsWith(status int, header, value string) func(*testing.T, reply) {
	return func(t *testing.T, answer reply) {
		if answer.status != status || header != "" && answer.header.Get(header) != value {
			t.Errorf("got %d with %s %q, want %d with %q", answer.status, header, answer.header.Get(header), status, value)
		}
	}
}

func gatewayPage(status int) func(*testing.T, reply) {
	return func(t *testing.T, answer reply) {
		if answer.status != status || !strings.Contains(string(answer.body), "<html>") {
			t.Errorf("got %d %s, want %d and HTML", answer.status, answer.body, status)
		}
	}
}

func breaks(t *testing.T, answer reply) {
	if answer.err == nil {
		t.Errorf("got %d with %d bytes, want a broken connection", answer.status, len(answer.body))
	}
}

// bodyIs checks what is in a page of rows; the fleet has 12 elements, the page
// is the second of 5 rows.
func bodyIs(check func(page page, all []string) bool) func(*testing.T, reply) {
	return func(t *testing.T, answer reply) {
		var got page
		if err := json.Unmarshal(answer.body, &got); err != nil {
			t.Fatalf("%v in %.300s", err, answer.body)
		}
		var all []string
		for _, row := range simulate(t, simulator.Options{Elements: 12}).Rows() {
			all = append(all, `"`+row.Element()+`"`)
		}
		if !check(got, all) {
			t.Errorf("page of %d items out of %s: %v", len(got.Items), got.TotalCount, got.values("element_id"))
		}
	}
}

// rowsAre checks that a page holds the rows of these places in the fleet.
func rowsAre(from, to int) func(*testing.T, reply) {
	return bodyIs(func(p page, all []string) bool { return slices.Equal(p.values("element_id"), all[from:to]) })
}

// queryFaults says of each kind that is played on queries what a client sees.
var queryFaults = map[simulator.FaultKind]func(*testing.T, reply){
	"unauthorized_401":          failsWith(http.StatusUnauthorized, "", ""),
	"forbidden_403":             failsWith(http.StatusForbidden, "", ""),
	"agent_mismatch_401":        failsWith(http.StatusUnauthorized, "", ""),
	"too_many_requests_seconds": failsWith(http.StatusTooManyRequests, "Retry-After", "1"),
	"too_many_requests_day":     failsWith(http.StatusTooManyRequests, "Retry-After", "86400"),
	"too_many_requests_absent":  failsWith(http.StatusTooManyRequests, "Retry-After", ""),
	"too_many_requests_date": func(t *testing.T, answer reply) {
		date, err := http.ParseTime(answer.header.Get("Retry-After"))
		if err != nil || time.Until(date) > 3*time.Second || answer.status != http.StatusTooManyRequests {
			t.Errorf("got %d with Retry-After %q", answer.status, answer.header.Get("Retry-After"))
		}
	},
	"too_many_requests_zero": failsWith(http.StatusTooManyRequests, "Retry-After", "0"),
	"too_many_requests_past": func(t *testing.T, answer reply) {
		date, err := http.ParseTime(answer.header.Get("Retry-After"))
		if err != nil || time.Since(date) < time.Hour || answer.status != http.StatusTooManyRequests {
			t.Errorf("got %d with Retry-After %q", answer.status, answer.header.Get("Retry-After"))
		}
	},
	"unavailable_503_seconds":  failsWith(http.StatusServiceUnavailable, "Retry-After", "1"),
	"request_timeout_408":      gatewayPage(http.StatusRequestTimeout),
	"too_large_413":            gatewayPage(http.StatusRequestEntityTooLarge),
	"too_early_425":            gatewayPage(http.StatusTooEarly),
	"connection_timed_out_522": gatewayPage(522),
	"internal_200":             has(`"_error":[{"code":"INTERNAL","message":"backend timed out"}]`),
	"status_code_500":          has(`"_status_code":"500"`),
	"accepted_202":             failsWith(http.StatusAccepted, "", ""),
	"no_content_204":           failsWith(http.StatusNoContent, "", ""),
	"server_error_500":         gatewayPage(http.StatusInternalServerError),
	"bad_gateway_502":          gatewayPage(http.StatusBadGateway),
	"unavailable_503":          gatewayPage(http.StatusServiceUnavailable),
	"gateway_timeout_504":      gatewayPage(http.StatusGatewayTimeout),
	"reset_before_headers":     breaks,
	"reset_after_headers":      breaks,
	"body_cut_off":             breaks,
	"slow":                     rowsAre(5, 10),
	"empty_200":                func(t *testing.T, answer reply) { has("")(t, answer); failsWith(200, "Content-Length", "0")(t, answer) },
	"byte_order_mark":          has("\ufeff{"),
	"html_200":                 has("<!DOCTYPE html>"),
	"json_not_object":          has(`["unexpected"]`),
	"error_200":                has(`"_error":[{"code":"BAD_REQUEST"`),
	"items_null":               has(`"items":null`),
	"wrong_types":              has(`"active_version":6.3`),
	"numbers_as_text":          has(`"count":"5"`),
	"rows_repeated":            rowsAre(4, 9),
	"rows_missing":             rowsAre(6, 11),
	"row_lost":                 rowsAre(5, 9),
	"page_repeats":             rowsAre(0, 5),
	"total_changes":            bodyIs(func(p page, _ []string) bool { return p.TotalCount == "13" }),
	"total_absent":             bodyIs(func(p page, _ []string) bool { return p.TotalCount == "" }),
	"total_too_small":          bodyIs(func(p page, _ []string) bool { return p.TotalCount == "4" }),
	"total_absurd":             bodyIs(func(p page, _ []string) bool { return p.TotalCount == "9223372036854775807" }),
	"unknown_states":           has(`"upgrade_state":"state_from_the_future"`),
	"ids_absent":               has(`"id":null,`),
	"null_bytes":               has(`\u0000broken\u0000`),
	"huge_failure_info": func(t *testing.T, answer reply) {
		if bytes.Count(answer.body, []byte("failure ")) != 1<<17 {
			t.Errorf("body has %d bytes", len(answer.body))
		}
	},
	"deep_json": func(t *testing.T, answer reply) {
		if bytes.Count(answer.body, []byte(`{"a":`)) != 10_000 || !strings.Contains(string(answer.body), `"total_count":12`) {
			t.Errorf("body has %d bytes", len(answer.body))
		}
	},
	"redirect": failsWith(http.StatusTemporaryRedirect, "Location", "https://redirected.invalid"+queryPaths[simulator.Unified]),
}

// endlessFaults have no end of their own and are tested one by one.
var endlessFaults = []simulator.FaultKind{"body_endless", "hang_before_headers", "hang_in_body"}

const secondPage = `{"limit":5,"dest_page":2,"sort_params":{"element_id":"asc"}}`

func TestFaultsOnQueries(t *testing.T) {
	t.Parallel()
	for _, info := range simulator.FaultKinds() {
		if info.On != simulator.RequestQuery || slices.Contains(endlessFaults, info.Kind) {
			continue
		}
		t.Run(string(info.Kind), func(t *testing.T) {
			t.Parallel()
			check := queryFaults[info.Kind]
			if check == nil || info.Description == "" {
				t.Fatal("this kind has no test or no description")
			}
			server := start(t, simulator.Options{Elements: 12})
			c := signedIn(t, server, simulator.Unified)
			setFaults(t, server, simulator.Fault{Kind: info.Kind, Times: 1, Delay: time.Millisecond})
			check(t, c.query(secondPage))
			if played := server.FaultsPlayed(); played != 1 {
				t.Errorf("played %d times, want once", played)
			}
			c.signIn()
			rowsAre(5, 10)(t, c.query(secondPage))
		})
	}
}

func setFaults(t *testing.T, server *simulator.Server, faults ...simulator.Fault) {
	t.Helper()
	if err := server.SetFaults(faults...); err != nil {
		t.Fatal(err)
	}
}

func TestEndlessFaultsEndWithTheClient(t *testing.T) {
	t.Parallel()
	for _, kind := range endlessFaults {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{Elements: 3})
			c := signedIn(t, server, simulator.Legacy)
			setFaults(t, server, simulator.Fault{Kind: kind})
			c.http.Timeout = 200 * time.Millisecond
			if answer := c.query(`{}`); answer.err == nil {
				t.Errorf("got %d with %d bytes, want a time-out", answer.status, len(answer.body))
			}
		})
	}
}

func TestClosingEndsWhatHangs(t *testing.T) {
	t.Parallel()
	for _, kind := range endlessFaults {
		server := start(t, simulator.Options{Elements: 3})
		c := signedIn(t, server, simulator.Legacy)
		setFaults(t, server, simulator.Fault{Kind: kind})
		done := make(chan reply)
		go func() { done <- c.query(`{}`) }()
		for server.Count(simulator.RequestQuery) == 0 {
			time.Sleep(time.Millisecond)
		}
		server.Close()
		if answer := <-done; answer.err == nil {
			t.Errorf("%s: got %d, want a broken connection", kind, answer.status)
		}
	}
}

func TestFaultsRevokeAndUnprime(t *testing.T) {
	t.Parallel()
	for kind, want := range map[simulator.FaultKind]int{"unauthorized_401": 401, "forbidden_403": 403, "agent_mismatch_401": 200, "unavailable_503": 200} {
		server := start(t, simulator.Options{Elements: 1})
		c := signedIn(t, server, simulator.Unified)
		setFaults(t, server, simulator.Fault{Kind: kind, Nth: 1})
		c.query(`{}`)
		if answer := c.query(`{}`); answer.status != want {
			t.Errorf("%s: the call after it gets %d, want %d", kind, answer.status, want)
		}
	}
}

func TestTokenFaults(t *testing.T) {
	t.Parallel()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"tsg_id:" + simulator.TSGID}}
	member := func(name, want string) func(*testing.T, reply) {
		return func(t *testing.T, answer reply) {
			var object map[string]json.RawMessage
			decode(t, answer.body, &object)
			if got := string(object[name]); got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
	}
	checks := map[simulator.FaultKind]func(*testing.T, reply){
		"token_slow":            has(simulator.AccessTokenPrefix),
		"token_html":            has("<!DOCTYPE html>"),
		"token_unavailable":     gatewayPage(http.StatusServiceUnavailable),
		"token_lives_short":     member("expires_in", "86400"),
		"token_expiry_zero":     member("expires_in", "0"),
		"token_expiry_negative": member("expires_in", "-1"),
		"token_expiry_text":     member("expires_in", `"899"`),
		"token_expiry_point":    member("expires_in", "899.0"),
		"token_expiry_words":    member("expires_in", `"15 minutes"`),
		"token_byte_order_mark": has("\ufeff{"),
		"token_line_break":      has(`-must-never-be-shown\n"`),
		"token_expiry_absent":   member("expires_in", ""),
		"token_absent":          member("access_token", ""),
		"token_late_401":        member("expires_in", "899"),
		"token_late_403":        member("expires_in", "899"),
		"redirect_token":        failsWith(http.StatusTemporaryRedirect, "Location", "http://127.0.0.2:9/oauth2/access_token"),
	}
	for _, info := range simulator.FaultKinds() {
		if info.On != simulator.RequestToken {
			continue
		}
		t.Run(string(info.Kind), func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{})
			setFaults(t, server, simulator.Fault{Kind: info.Kind, Delay: time.Millisecond, Location: "http://127.0.0.2:9"})
			answer := newClient(t, server, simulator.Unified).requestToken("/oauth2/access_token", form, simulator.ClientID, simulator.ClientSecret)
			if checks[info.Kind] == nil {
				t.Fatal("this kind has no test")
			}
			checks[info.Kind](t, answer)
		})
	}
}

func TestTokenThatLivesShortIsGoodForTwoCalls(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{})
	setFaults(t, server, simulator.Fault{Kind: "token_lives_short"})
	c := signedIn(t, server, simulator.Unified)
	for i, want := range []int{200, 401} {
		if answer := c.query(`{}`); answer.status != want {
			t.Errorf("query %d: got %d, want %d", i+1, answer.status, want)
		}
	}
}

func TestLateTokenIsRefusedAtFirst(t *testing.T) {
	t.Parallel()
	for kind, want := range map[simulator.FaultKind]int{"token_late_401": 401, "token_late_403": 403} {
		synctest.Test(t, func(t *testing.T) {
			s := simulate(t, simulator.Options{})
			if err := s.SetFaults(simulator.Fault{Kind: kind}); err != nil {
				t.Fatal(err)
			}
			token := tokenOf(t, s)
			for _, step := range []struct {
				wait time.Duration
				want int
			}{{0, want}, {1499 * time.Millisecond, want}, {time.Millisecond, 200}} {
				time.Sleep(step.wait)
				if got := profileStatus(t, s, token); got != step.want {
					t.Errorf("%s, %s later: got %d, want %d", kind, step.wait, got, step.want)
				}
			}
		})
	}
}

// tokenOf signs in without a connection.
func tokenOf(t *testing.T, s http.Handler) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"tsg_id:" + simulator.TSGID}}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/oauth2/access_token", strings.NewReader(form.Encode()))
	request.SetBasicAuth(url.QueryEscape(simulator.ClientID), simulator.ClientSecret)
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, request)
	var issued struct {
		Token string `json:"access_token"`
	}
	decode(t, answer.Body.Bytes(), &issued)
	return issued.Token
}

// profileStatus is the status of a profile that is read without a connection.
func profileStatus(t *testing.T, s http.Handler, token string) int {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/sdwan/v2.1/api/profile", http.NoBody)
	request.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, request)
	return answer.Code
}

func TestProfileFaultsLeaveTheSessionUnprimed(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{})
	c := newClient(t, server, simulator.Unified)
	c.token = c.newToken()
	setFaults(t, server, simulator.Fault{Kind: "profile_fails", Nth: 1})
	for _, want := range []struct{ profile, query int }{{500, 403}, {200, 200}} {
		profile, query := c.profile(), c.query(`{}`)
		if profile.status != want.profile || query.status != want.query {
			t.Errorf("got %d and %d, want %v", profile.status, query.status, want)
		}
	}
}

func TestProfileFaultsOfSpellingPrimeTheSession(t *testing.T) {
	t.Parallel()
	for kind, want := range map[simulator.FaultKind]string{
		"profile_byte_order_mark": "\ufeff{", "profile_numeric_tenant": `"tenant_id":` + simulator.TenantID,
	} {
		server := start(t, simulator.Options{})
		c := newClient(t, server, simulator.Unified)
		c.token = c.newToken()
		setFaults(t, server, simulator.Fault{Kind: kind})
		has(want)(t, c.profile())
		if answer := c.query(`{}`); answer.status != http.StatusOK {
			t.Errorf("%s: the query gets %d", kind, answer.status)
		}
	}
}

func TestFaultsChooseTheirRequests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		faults []simulator.Fault
		want   []int
	}{
		{"every request", []simulator.Fault{{Kind: "unavailable_503"}}, []int{1, 2, 3, 4, 5, 6, 7, 8}},
		{"the third", []simulator.Fault{{Kind: "unavailable_503", Nth: 3}}, []int{3}},
		{"each third", []simulator.Fault{{Kind: "unavailable_503", Every: 3}}, []int{3, 6}},
		{"the first two", []simulator.Fault{{Kind: "unavailable_503", Times: 2}}, []int{1, 2}},
		{"two faults", []simulator.Fault{{Kind: "unavailable_503", Nth: 2}, {Kind: "bad_gateway_502", Nth: 5}}, []int{2, 5}},
		{"another kind of request", []simulator.Fault{{Kind: "unavailable_503", On: simulator.RequestProfile}}, nil},
		{"none", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{})
			c := signedIn(t, server, simulator.Legacy)
			setFaults(t, server, test.faults...)
			var got []int
			for number := 1; number <= 8; number++ {
				if answer := c.query(`{}`); answer.status != http.StatusOK {
					got = append(got, number)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestShareOfFaultsIsAboutRightAndRepeats(t *testing.T) {
	t.Parallel()
	failed := func() (failed []int) {
		s := simulate(t, simulator.Options{})
		if err := s.SetFaults(simulator.Fault{Kind: "unavailable_503", Share: 0.1, Seed: 7}); err != nil {
			t.Fatal(err)
		}
		for number := range 2000 {
			if handle(t.Context(), s, `{}`).Code != http.StatusOK {
				failed = append(failed, number)
			}
		}
		return failed
	}
	first := failed()
	if len(first) < 140 || len(first) > 260 {
		t.Errorf("%d of 2000 requests failed, want about 200", len(first))
	}
	if diff := cmp.Diff(first, failed()); diff != "" {
		t.Errorf("the same seed picked other requests:\n%s", diff)
	}
}

func TestFaultsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{})
	for _, fault := range []simulator.Fault{
		{Kind: "rain"},
		{Kind: "slow", On: simulator.RequestOther},
		{Kind: "rows_missing", On: simulator.RequestToken},
		{Kind: "token_absent", On: simulator.RequestQuery},
		{Kind: "slow", Share: 1.5},
		{Kind: "slow", Nth: -1},
	} {
		if err := server.SetFaults(fault); err == nil {
			t.Errorf("%+v is taken", fault)
		}
	}
}
