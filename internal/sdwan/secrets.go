package sdwan

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html"
	"net/url"
	"slices"
	"strings"
)

// spellings are how an answer may echo a secret: unchanged, or encoded for URL, JSON, HTML.
func spellings(secret string) []string {
	if secret == "" {
		return nil
	}
	ways := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret)}
	if quoted, err := json.Marshal(secret); err == nil {
		ways = append(ways, string(quoted[1:len(quoted)-1]))
	}
	slices.Sort(ways)
	return slices.Compact(ways)
}

// basic is the Authorization of a token request (RFC 6749, section 2.3.1).
func (u Unified) basic() string {
	return base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(u.ClientID) + ":" + url.QueryEscape(u.ClientSecret)))
}

func (c *Client) keepToken(token string) {
	c.secretsLock.Lock()
	defer c.secretsLock.Unlock()
	const remembered = 32 // Spellings of tokens; requests with older ones are long over.
	c.issuedTokens = append(c.issuedTokens, spellings(token)...)
	c.issuedTokens = slices.Clone(c.issuedTokens[max(0, len(c.issuedTokens)-remembered):])
}

func (c *Client) conceal(text string) string {
	c.secretsLock.Lock()
	secrets := slices.Concat(c.configuredSecrets, c.issuedTokens)
	c.secretsLock.Unlock()
	pairs := make([]string, 0, 2*len(secrets))
	for _, secret := range secrets {
		pairs = append(pairs, secret, "***")
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func (c *Client) redacted(failure *Error) *Error {
	shown := func(text string) string { return snippet([]byte(c.conceal(text))) }
	failure.RequestID = shown(failure.RequestID)
	failure.Snippet = c.conceal(failure.Snippet)
	failure.Problem = c.conceal(failure.Problem)
	failure.URL = c.conceal(failure.URL)
	failure.Codes = slices.Clone(failure.Codes[:min(len(failure.Codes), maxCodes)])
	for i, code := range failure.Codes {
		failure.Codes[i] = Code{Code: shown(code.Code), Message: shown(code.Message)}
	}
	if failure.err != nil && c.conceal(failure.err.Error()) != failure.err.Error() {
		failure.err = nil
	}
	return failure
}

// maxCodes is far more than any controller was observed to return at once.
const maxCodes = 8

func (c *Client) concealing(observe func(context.Context, Attempt)) func(context.Context, Attempt) {
	if observe == nil {
		return nil
	}
	return func(ctx context.Context, attempt Attempt) {
		attempt.URL = c.conceal(attempt.URL)
		attempt.RequestBody, attempt.ResponseBody = c.conceal(attempt.RequestBody), c.conceal(attempt.ResponseBody)
		if attempt.Err != nil {
			if text := attempt.Err.Error(); c.conceal(text) != text {
				attempt.Err = errors.New(c.conceal(text))
			}
		}
		observe(ctx, attempt)
	}
}
