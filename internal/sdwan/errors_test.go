package sdwan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestErrorTellsTheWholeStory(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failure Error
		text    string
		facts   []string
	}{
		"all that is known": {
			failure: Error{
				Kind: KindRefused, Operation: "read the image statuses", Method: "POST", URL: "https://c.test/q", Status: 400,
				Codes:     []Code{{"BAD_QUERY_REQUEST", "The field is not known."}, {"BAD_REQUEST", ""}, {"", "A message."}, {"", ""}},
				RequestID: "178", Attempts: 2, Elapsed: 1234567 * time.Microsecond, Snippet: "a \"b\"", Problem: "the answer is 400 Bad Request",
			},
			text: `read the image statuses: query refused: the answer is 400 Bad Request; Request: POST https://c.test/q; Status: 400; ` +
				`Code: BAD_QUERY_REQUEST (The field is not known.); Code: BAD_REQUEST; Code: A message.; Request id: 178; ` +
				`Attempts: 2 in 1.235s; Answer begins: "a \"b\""`,
			facts: []string{
				"Request: POST https://c.test/q", "Status: 400", "Code: BAD_QUERY_REQUEST (The field is not known.)", "Code: BAD_REQUEST",
				"Code: A message.", "Request id: 178", "Attempts: 2 in 1.235s", `Answer begins: "a \"b\""`,
			},
		},
		"nothing but a kind": {Error{Kind: KindCancelled, Operation: "sign in"}, "sign in: cancelled", nil},
		"no request": {
			Error{Kind: KindInconsistent, Operation: "read the image statuses", URL: "https://c.test", Problem: "a page repeats"},
			"read the image statuses: pages do not add up: a page repeats; Endpoint: https://c.test", []string{"Endpoint: https://c.test"},
		},
	} {
		if got := test.failure.Error(); got != test.text {
			t.Errorf("%s: the text is\n%s\nwant\n%s", name, got, test.text)
		}
		if diff := cmp.Diff(test.facts, test.failure.Facts()); diff != "" {
			t.Errorf("%s: the facts differ (-want +got):\n%s", name, diff)
		}
	}
}

func TestErrorIsFoundThroughWrapping(t *testing.T) {
	t.Parallel()
	failure := &Error{Kind: KindTimeout, Codes: []Code{{Code: "A"}, {Code: "B"}}, err: context.DeadlineExceeded}
	wrapped := fmt.Errorf("data source: %w", errors.Join(errors.New("other"), failure))
	if KindOf(wrapped) != KindTimeout || !errors.Is(wrapped, context.DeadlineExceeded) {
		t.Errorf("kind %q, cause found = %v", KindOf(wrapped), errors.Is(wrapped, context.DeadlineExceeded))
	}
	if KindOf(nil) != "" || KindOf(io.EOF) != "" {
		t.Error("an error of another package has a kind")
	}
	if !failure.HasCode("B") || failure.HasCode("") || failure.HasCode("C") {
		t.Error("HasCode does not tell the codes apart")
	}
}

func TestSnippetIsOneShortPrintableLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"nothing":         {"", ""},
		"a page":          {"<html>\r\n<head>\t<title>502</title>\n\n</head>\r\n", "<html> <head> <title>502</title> </head>"},
		"invalid UTF-8":   {"a\xff\xfeb\xc3", "a\uFFFDb\uFFFD"},
		"control letters": {"a\x00b\x1b[31mred\x07\u202e", "a\uFFFDb\uFFFD[31mred\uFFFD\uFFFD"},
		"as long as fits": {strings.Repeat("x", 200), strings.Repeat("x", 200)},
		"too long":        {strings.Repeat("x", 201), strings.Repeat("x", 200) + "…"},
		"huge":            {strings.Repeat("ab ", 1<<20), strings.Repeat("ab ", 66) + "ab…"},
		"wide letters":    {strings.Repeat("é", 300), strings.Repeat("é", 200) + "…"},
	} {
		if got := snippet([]byte(test.body)); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestWhatTheControllerSaysIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\x1b[2Jlong\n", 1<<13)
	body := fmt.Sprintf(`{"_error":[%s{"code":"LAST"}],"_request_id":%s}`,
		strings.Repeat(fmt.Sprintf(`{"code":%s,"message":%s},`, quote(t, long), quote(t, long)), 12), quote(t, long))
	for name, query := range map[string]http.HandlerFunc{
		"codes":         respond(404, "application/json", body),
		"codes and 200": respond(200, "application/json", body),
		"HTML":          respond(404, "text/html", long),
		"HTML and 200":  respond(200, "text/html", long),
		"a number":      respond(200, "application/json", `{"items":[{"_etag":`+strings.Repeat("1", 1<<20)+`}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(&controller{query: query}))))
			if err == nil {
				t.Fatal("no error")
			}
			if text := err.Error(); len(text) > 8<<10 || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("the text has %d bytes: %.300q", len(text), text)
			}
		})
	}
}

// echoed are the secrets that a hostile or helpful server may send back.
var echoed = map[string]string{
	"client secret": simulator.ClientSecret,
	"access token":  fakeAccessToken,
	"static token":  simulator.RegionalAuthToken,
	"basic":         Unified{ClientID: simulator.ClientID, ClientSecret: simulator.ClientSecret}.basic(),
}

// wantSecretsHidden fails where a text holds a secret or a telling part of one.
func wantSecretsHidden(t *testing.T, text string) {
	t.Helper()
	const telling = 10
	for name, secret := range echoed {
		for _, spelling := range spellings(secret) {
			for from := 0; from+telling <= len(spelling); from++ {
				if part := spelling[from : from+telling]; strings.Contains(text, part) {
					t.Errorf("%q, a part of the %s, is shown: %.500s", part, name, text)
					break
				}
			}
		}
	}
}

// textsOf gives everything that can be printed of an error.
func textsOf(err error) string {
	var texts strings.Builder
	if failure, ok := errors.AsType[*Error](err); ok {
		fmt.Fprintf(&texts, "%+v\n%q\n", *failure, failure.Facts())
	}
	for ; err != nil; err = errors.Unwrap(err) {
		fmt.Fprintf(&texts, "%v\n%+v\n", err, err)
	}
	return texts.String()
}

func TestEchoedSecretIsNotShown(t *testing.T) {
	t.Parallel()
	shapes := map[string]func(secret string) (contentType, body string){
		"as it is": func(s string) (string, string) { return "text/plain", "you sent " + s + " and " + s },
		"HTML": func(s string) (string, string) {
			return "text/html", "<pre>X-Auth-Token: " + html.EscapeString(s) + "</pre>"
		},
		"a form":      func(s string) (string, string) { return "text/html", "<a href='?t=" + url.QueryEscape(s) + "'>" },
		"broken JSON": func(s string) (string, string) { return "application/json", `{"token":` + quote(t, s) },
		"error code": func(s string) (string, string) {
			return "application/json", `{"_error":[{"code":` + quote(t, s) + `}]}`
		},
		"message": func(s string) (string, string) {
			return "application/json", `{"_error":[{"code":"A","message":` + quote(t, "bad "+s) + `}]}`
		},
		"request id": func(s string) (string, string) {
			return "application/json", `{"_error":[{"code":"A"}],"_request_id":` + quote(t, s) + `}`
		},
		"OAuth error": func(s string) (string, string) {
			return "application/json", `{"error":"invalid_client","error_description":` + quote(t, "bad "+s) + `}`
		},
		"OAuth code": func(s string) (string, string) { return "application/json", `{"error":` + quote(t, s) + `}` },
		"wrong type": func(s string) (string, string) {
			return "application/json", `{"tenant_id":[` + quote(t, s) + `],"access_token":[` + quote(t, s) + `],"items":` + quote(t, s) + `}`
		},
		"wrong number": func(s string) (string, string) {
			return "application/json", `{"tenant_id":"1","items":[{"_etag":` + quote(t, s) + `}]}`
		},
		"wrong key": func(s string) (string, string) {
			return "application/json", `{` + quote(t, s) + `:1,"items":7,"tenant_id":7}`
		},
		"error in 200": func(s string) (string, string) {
			return "application/json", `{"items":[],"_error":[{"message":` + quote(t, s) + `}],"tenant_id":"1"}`
		},
	}
	for shape, write := range shapes {
		for name, secret := range echoed {
			for _, place := range []string{"token", "profile", "query"} {
				if place == "token" && name == "access token" {
					continue // There is none yet.
				}
				for _, status := range []int{200, 400, 401, 403, 404, 503} {
					t.Run(fmt.Sprintf("%s/%s/%s/%d", shape, name, place, status), func(t *testing.T) {
						t.Parallel()
						contentType, body := write(secret)
						err := readFrom(t.Context(), t, place, name, respond(status, contentType, body))
						wantSecretsHidden(t, textsOf(err))
					})
				}
			}
		}
	}
}

// readFrom reads from a controller one place of which echoes, with the
// credentials to which the secret belongs.
func readFrom(ctx context.Context, t *testing.T, place, secret string, echo http.HandlerFunc) error {
	t.Helper()
	return readOnce(ctx, clientOf(t, inMemoryConfig(inMemory(playing(place, echo))), withCredentialsOf(secret)))
}

func withCredentialsOf(secret string) func(*Config) {
	return func(c *Config) {
		if secret == "static token" {
			c.Unified, c.Legacy = nil, &Legacy{AuthToken: simulator.RegionalAuthToken}
		}
	}
}

// TestSecretEchoedBeforeASignInThatIsGivenUpIsNotShown has one reader wait for
// the sign-in of another, both after a 403 that echoes.
func TestSecretEchoedBeforeASignInThatIsGivenUpIsNotShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hanging := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		echo := respond(403, "application/json", `{"_error":[{"code":"A","message":"you sent `+fakeAccessToken+`"}],"_request_id":"`+fakeAccessToken+`"}`)
		good := new(controller)
		client := clientOf(t, inMemoryConfig(inMemory(&controller{query: slowly(echo), profile: inTurn(good.ServeHTTP, hanging)})), func(c *Config) { c.MaxRetries = 0 })
		if _, err := client.session.grant(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		failures := make([]error, 2)
		var readers sync.WaitGroup
		for i := range failures {
			readers.Go(func() { _, _, failures[i] = readAll(ctx, client, distinct(i)) })
		}
		readers.Wait()
		told := 0
		for _, failure := range failures {
			told += len(wantKind(t, failure, KindTimeout).Codes)
			wantSecretsHidden(t, textsOf(failure))
		}
		if told != 1 {
			t.Errorf("%d of the readers tell the code of the 403, want the one that waited: %v", told, failures)
		}
	})
}

func TestSecretIsNotShownInPart(t *testing.T) {
	t.Parallel()
	// The secret crosses each of the places at which a text is cut.
	for before := range 4*snippetLength + 10 {
		if before%snippetLength > 10 && before%snippetLength < snippetLength-50 {
			continue
		}
		filler := strings.Repeat("x", before)
		fake := &controller{query: respond(400+before%2*4, "text/plain", filler+fakeAccessToken)}
		wantSecretsHidden(t, textsOf(readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(fake))))))
		if t.Failed() {
			t.Fatalf("with %d characters before it", before)
		}
	}
	for before := range snippetLength + 10 {
		if before > 70 && before < snippetLength-50 {
			continue
		}
		number := `{"items":[{"_etag":` + quote(t, strings.Repeat("x", before)+fakeAccessToken) + `}]}`
		message := `{"_error":[{"message":` + quote(t, strings.Repeat("x", before)+fakeAccessToken) + `}]}`
		for _, body := range []string{number, message} {
			fake := &controller{query: respond(200, "application/json", body)}
			wantSecretsHidden(t, textsOf(readOnce(t.Context(), clientOf(t, inMemoryConfig(inMemory(fake))))))
		}
		if t.Failed() {
			t.Fatalf("with %d characters before it", before)
		}
	}
}

func TestSecretInARedirectIsNotShown(t *testing.T) {
	t.Parallel()
	for name, secret := range echoed {
		for _, location := range []string{"https://" + secret + ".test/", "https://other.test/" + secret, "https://u:" + secret + "@other.test/?" + secret} {
			err := readFrom(t.Context(), t, "query", name, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", location)
				w.WriteHeader(http.StatusFound)
			})
			_ = wantKind(t, err, KindRedirected)
			wantSecretsHidden(t, textsOf(err))
		}
	}
}

func TestSecretInABrokenAnswerIsNotShown(t *testing.T) {
	t.Parallel()
	address := serveConnections(t, func(connection net.Conn) {
		if request, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
			// net/http quotes such a line in its error.
			_, _ = io.WriteString(connection, "HTTP/1.1 "+request.Header.Get("X-Auth-Token")+" is no status line\r\n\r\n")
		}
	})
	var told strings.Builder
	client := clientOf(t, inMemoryConfig(nil), withCredentialsOf("static token"), func(c *Config) {
		c.Endpoint = "http://" + address
		c.Observe = func(_ context.Context, attempt Attempt) { fmt.Fprintf(&told, "%+v\n", attempt) }
	})
	failure := wantKind(t, readOnce(t.Context(), client), KindUnreachable)
	wantText(t, failure.Error(), "***")
	wantSecretsHidden(t, textsOf(failure))
	wantText(t, told.String(), "***")
	wantSecretsHidden(t, told.String())
}

func TestSecretsOfManyTokensAreRemembered(t *testing.T) {
	t.Parallel()
	client := clientOf(t, inMemoryConfig(inMemory(new(controller))))
	for i := range 1000 {
		client.keepToken(fmt.Sprintf("token-%08d", i))
	}
	text := client.conceal("token-00000999 token-00000990 " + simulator.ClientSecret)
	if text != "*** *** ***" || len(client.issuedTokens) > 100 {
		t.Errorf("got %q with %d tokens remembered", text, len(client.issuedTokens))
	}
}

// waited are the faults that a client waits for; it does so on virtual time.
var waited = []simulator.FaultKind{
	"hang_before_headers", "hang_in_body", "too_many_requests_seconds", "too_many_requests_date", "unavailable_503_seconds",
}

func TestObserverIsToldNoSecret(t *testing.T) {
	t.Parallel()
	fleet := simulator.Options{Elements: 12, Seed: 1, Scenario: "mixed"}
	for _, form := range forms {
		for _, info := range simulator.FaultKinds() {
			t.Run(fmt.Sprintf("%s/%s", form, info.Kind), func(t *testing.T) {
				t.Parallel()
				fault := simulator.Fault{Kind: info.Kind, Nth: 2, Every: 3, Delay: 10 * time.Millisecond}
				if slices.Contains(waited, info.Kind) {
					synctest.Test(t, func(t *testing.T) {
						simulated := newSimulator(t, fleet)
						setFaults(t, simulated, fault)
						wantNoSecretTold(t, fakeEndpoint, func(edit func(*Config)) *Client {
							return clientOf(t, inMemoryConfig(inMemory(simulated)), formed(form), edit)
						})
					})
					return
				}
				server := startSimulator(t, fleet)
				setFaults(t, server.Simulator, fault)
				wantNoSecretTold(t, server.URL, func(edit func(*Config)) *Client { return newClient(t, server, form, edit) })
			})
		}
	}
}

// wantNoSecretTold reads from an endpoint, and searches what an observer was told,
// with bodies, and the error.
func wantNoSecretTold(t *testing.T, endpoint string, connect func(edit func(*Config)) *Client) {
	t.Helper()
	var lock sync.Mutex
	var observed strings.Builder
	client := connect(func(c *Config) {
		c.PageSize, c.RequestTimeout, c.MaxResponseBytes = 4, 500*time.Millisecond, 1<<20
		c.ObserveBodies = true
		c.Observe = func(_ context.Context, attempt Attempt) {
			lock.Lock()
			defer lock.Unlock()
			fmt.Fprintf(&observed, "%+v\n", attempt)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	err := readOnce(ctx, client)
	lock.Lock()
	defer lock.Unlock()
	fmt.Fprintln(&observed, err)
	told := observed.String()
	for _, secret := range []string{
		"must-never-be-shown", simulator.AccessTokenPrefix, simulator.ClientSecret, simulator.AuthToken, "Bearer", "Basic",
	} {
		if strings.Contains(told, secret) {
			t.Errorf("%q is told: %.1000s", secret, told)
		}
	}
	wantText(t, told, endpoint, queryPath, `"dest_page":1`, `"items":[`)
}

func TestObserverIsToldNoEchoedSecret(t *testing.T) {
	t.Parallel()
	for name, secret := range echoed {
		var told strings.Builder
		page := `{"items":[{"id":"1","failure_info":` + quote(t, "you sent "+secret) + `}],"total_count":1,"next_query":{"t":` + quote(t, url.QueryEscape(secret)) + `}}`
		client := clientOf(t, inMemoryConfig(inMemory(&controller{query: onePage(page, 1)})), withCredentialsOf(name), func(c *Config) {
			c.ObserveBodies = true
			c.Observe = func(_ context.Context, attempt Attempt) { fmt.Fprintf(&told, "%+v\n", attempt) }
		})
		rows, _, err := readAll(t.Context(), client, distinct(1))
		if err != nil || *rows[0].FailureInfo != "you sent "+secret {
			t.Errorf("the row itself was changed: %v, %v", rows, err)
		}
		wantText(t, told.String(), "you sent ***")
		wantSecretsHidden(t, told.String())
	}
}
