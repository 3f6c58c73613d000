package sdwan

import (
	"context"
	"net/http"
)

// Endpoint is a method and path that this client reads.
type Endpoint struct{ asked request }

// The endpoints, which both forms of sign-in have.
var (
	StatusQuery  = &Endpoint{statusCollection.query(nil)}
	ElementQuery = &Endpoint{elementCollection.query(nil)}
	ElementList  = &Endpoint{elementCollection.unpaged()}
	SiteQuery    = &Endpoint{siteCollection.query(nil)}
	SiteList     = &Endpoint{siteCollection.unpaged()}
	ImageList    = &Endpoint{imageCollection.unpaged()}
)

// Answer is an answer of any status. Its Body has no byte order mark, and secrets in
// it are not concealed.
type Answer struct {
	Status int
	Body   []byte
}

// Ask sends one request unchanged, after signing in if needed, and returns the answer
// of any status: it does not page, check or renew anything. A nil body is none. The
// error is always an *Error.
func (c *Client) Ask(ctx context.Context, of *Endpoint, body []byte) (Answer, error) {
	asked := of.asked
	ctx, exchange := withExchange(ctx, asked.resource.operation())
	exchange.subject = asked.resource.subject
	granted, err := c.session.grant(ctx)
	if err != nil {
		return Answer{}, c.redacted(exchange.fromNetwork(ctx, err))
	}
	answer, err := c.send(ctx, exchange, asked.method, granted.base.path(asked), granted, body)
	if err != nil {
		return Answer{}, c.redacted(exchange.fromNetwork(ctx, err))
	}
	return Answer{Status: answer.status, Body: answer.body}, nil
}

// NewNetwork returns the default transport of a client, for a caller that wraps it as
// Config.Transport.
func NewNetwork(config Config) http.RoundTripper { return newNetwork(config.WithDefaults()) }
