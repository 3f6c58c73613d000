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

type proxyError struct {
	proxy   string // without the credentials that its URL may hold
	status  int
	schemes []string // offered for the sign-in, such as Basic
}

func (e *proxyError) Error() string {
	text := fmt.Sprintf("the proxy %s answers %d %s", e.proxy, e.status, http.StatusText(e.status))
	if len(e.schemes) > 0 {
		text += " and takes a sign-in by " + strings.Join(e.schemes, " or ")
	}
	return text
}

// transient excludes a refused sign-in: proxies lock accounts after a few of them.
func (e *proxyError) transient() bool {
	return e.status >= http.StatusInternalServerError || e.status == http.StatusRequestTimeout || e.status == http.StatusTooManyRequests
}

// proxyAnswer turns every answer to CONNECT except 200 into an error.
func proxyAnswer(_ context.Context, proxy *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	failure := &proxyError{proxy: proxy.Scheme + "://" + proxy.Host, status: response.StatusCode}
	for _, challenge := range response.Header.Values("Proxy-Authenticate") {
		if scheme, _, _ := strings.Cut(challenge, " "); scheme != "" {
			failure.schemes = append(failure.schemes, snippet([]byte(scheme)))
		}
	}
	return failure
}

func proxyRefusal(err error) (problem string) {
	if refused, ok := errors.AsType[*proxyError](err); ok && !refused.transient() {
		return refused.Error()
	}
	// net/http shows a refused sign-in at a SOCKS proxy by its text only.
	if dialed, ok := errors.AsType[*net.OpError](err); ok && dialed.Op == "socks connect" && strings.Contains(dialed.Error(), "authentication") {
		return dialed.Error()
	}
	return ""
}
