package sdwan

import (
	"context"
	"net/http"
)

// Endpoint is one that this client reads.
type Endpoint struct{ asked request }

// Endpoints, each as it is asked in both forms.
var (
	StatusQuery  = &Endpoint{statusCollection.query(nil)}
	ElementQuery = &Endpoint{elementCollection.query(nil)}
	ElementList  = &Endpoint{elementCollection.whole()}
	SiteQuery    = &Endpoint{siteCollection.query(nil)}
	SiteList     = &Endpoint{siteCollection.whole()}
	ImageList    = &Endpoint{imageCollection.whole()}
)

// Answer is what came back, whatever its status. Body is without a byte order
// mark, and secrets in it are not concealed.
type Answer struct {
	Status int
	Body   []byte
}

// Ask sends one request as it is, once the client is signed in, and leaves it to
// the caller what the answer means: nothing is paged, checked or renewed. A body
// of nil is none. The error is always an *Error.
func (c *Client) Ask(ctx context.Context, of *Endpoint, body []byte) (Answer, error) {
	asked := of.asked
	ctx, tally := withExchange(ctx, asked.resource.operation())
	tally.subject = asked.resource.subject
	granted, err := c.session.grant(ctx)
	if err != nil {
		return Answer{}, c.redacted(tally.fromNetwork(ctx, err))
	}
	answer, err := c.send(ctx, tally, asked.method, granted.base.path(asked), granted, body)
	if err != nil {
		return Answer{}, c.redacted(tally.fromNetwork(ctx, err))
	}
	return Answer{Status: answer.status, Body: answer.body}, nil
}

// NewNetwork is the transport that a client has by default, for a caller that
// sets Config.Transport to something around it.
func NewNetwork(config Config) http.RoundTripper { return newNetwork(config.WithDefaults()) }
