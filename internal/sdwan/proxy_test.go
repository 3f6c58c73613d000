package sdwan

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// throughProxy leads every request to a proxy, whose sign-in is part of its URL.
func throughProxy(scheme, address string) func(*Config) {
	proxy := &url.URL{Scheme: scheme, Host: address, User: url.UserPassword("operator", "proxy-password")}
	return func(c *Config) { c.Transport, c.Proxy = nil, http.ProxyURL(proxy) }
}

func TestProxyThatRefusesIsNamed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer string
		want   Kind
		// attempts is more than 1 where another attempt may succeed.
		attempts int
		text     string
	}{
		"sign-in refused":        {"407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"", KindProxy, 1, " answers 407 Proxy Authentication Required"},
		"another way to sign in": {"407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM", KindProxy, 1, " answers 407 Proxy Authentication Required and takes a sign-in by Negotiate or NTLM"},
		"host not allowed":       {"403 Forbidden", KindProxy, 1, " answers 403 Forbidden"},
		"another refusal":        {"451 Unavailable For Legal Reasons", KindProxy, 1, " answers 451 Unavailable For Legal Reasons"},
		"too many requests":      {"429 Too Many Requests", KindUnreachable, 3, " answers 429 Too Many Requests"},
		"no way to the host":     {"502 Bad Gateway", KindUnreachable, 3, " answers 502 Bad Gateway"},
		"overload":               {"503 Service Unavailable", KindUnreachable, 3, " answers 503 Service Unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			proxy := serveConnections(t, func(connection net.Conn) {
				if request, err := http.ReadRequest(bufio.NewReader(connection)); err == nil && request.Method == http.MethodConnect {
					asked.Add(1)
				}
				_, _ = io.WriteString(connection, "HTTP/1.1 "+test.answer+"\r\nContent-Length: 0\r\n\r\n")
			})
			failure := wantKind(t, readOnce(t.Context(), clientOf(t, inMemoryConfig(nil), throughProxy("http", proxy))), test.want)
			wantText(t, failure.Problem, "the proxy http://"+proxy+test.text)
			wantNoPassword(t, failure)
			if got := int(asked.Load()); got != test.attempts || failure.Attempts != test.attempts {
				t.Errorf("the proxy was asked %d times and %d are told, want %d", got, failure.Attempts, test.attempts)
			}
		})
	}
}

func wantNoPassword(t *testing.T, failure *Error) {
	t.Helper()
	if text := failure.Error() + failure.Unwrap().Error(); strings.Contains(text, "proxy-password") {
		t.Errorf("the proxy's password is shown: %v", failure)
	}
}

func TestWrongSignInAtASOCKSProxyIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// method is the way to sign in that the proxy chooses (RFC 1928), reply
		// how it answers the sign-in (RFC 1929).
		method byte
		reply  []byte
	}{
		"wrong password": {2, []byte{1, 1}},
		"no common way":  {0xff, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			proxy := serveConnections(t, func(connection net.Conn) {
				asked.Add(1)
				buffer := make([]byte, 512)
				_, _ = connection.Read(buffer)
				_, _ = connection.Write([]byte{5, test.method})
				if test.reply != nil {
					_, _ = connection.Read(buffer)
					_, _ = connection.Write(test.reply)
				}
			})
			failure := wantKind(t, readOnce(t.Context(), clientOf(t, inMemoryConfig(nil), throughProxy("socks5", proxy))), KindProxy)
			wantText(t, failure.Problem, "socks connect tcp "+proxy, "authentication")
			wantNoPassword(t, failure)
			if got := asked.Load(); got != 1 {
				t.Errorf("the proxy was asked %d times, want once", got)
			}
		})
	}
}
