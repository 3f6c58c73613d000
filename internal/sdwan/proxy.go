package sdwan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// proxyError is the answer of a proxy that opens no connection to the controller.
type proxyError struct {
	// proxy is without the sign-in that its URL may hold.
	proxy  string
	status int
	// ways are those to sign in that the proxy offers, such as Basic.
	ways []string
}

func (e *proxyError) Error() string {
	text := fmt.Sprintf("the proxy %s answers %d %s", e.proxy, e.status, http.StatusText(e.status))
	if len(e.ways) > 0 {
		text += " and takes a sign-in by " + strings.Join(e.ways, " or ")
	}
	return text
}

// transient: another attempt may succeed. No other refusal is tried again, as
// proxies lock accounts after a few wrong passwords.
func (e *proxyError) transient() bool {
	return e.status >= http.StatusInternalServerError || e.status == http.StatusRequestTimeout || e.status == http.StatusTooManyRequests
}

// proxyAnswer makes an error of every answer to CONNECT but success.
func proxyAnswer(_ context.Context, proxy *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	failure := &proxyError{proxy: proxy.Scheme + "://" + proxy.Host, status: response.StatusCode}
	for _, challenge := range response.Header.Values("Proxy-Authenticate") {
		if way, _, _ := strings.Cut(challenge, " "); way != "" {
			failure.ways = append(failure.ways, snippet([]byte(way)))
		}
	}
	return failure
}

// proxyRefusal is "" unless a proxy refused for good.
func proxyRefusal(err error) string {
	if refused, ok := errors.AsType[*proxyError](err); ok && !refused.transient() {
		return refused.Error()
	}
	// net/http has no other sign of a refused sign-in at a SOCKS proxy than its text.
	if dialed, ok := errors.AsType[*net.OpError](err); ok && dialed.Op == "socks connect" && strings.Contains(dialed.Error(), "authentication") {
		return dialed.Error()
	}
	return ""
}
