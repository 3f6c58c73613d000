package sdwan

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
)

// tokenAnswers rewrites the answers of a token endpoint into the spelling that
// package oauth2 reads: it has no use for a token whose expires_in is 899.0, for a
// byte order mark, or for JSON that is announced as plain text.
type tokenAnswers struct{ next http.RoundTripper }

// RoundTrip gives any answer but a JSON object as it is.
func (t *tokenAnswers) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var form map[string]json.RawMessage
	if json.Unmarshal(jsonText(body), &form) == nil && form != nil {
		respellLifetime(form)
		if body, err = json.Marshal(form); err != nil {
			return nil, err
		}
		response.Header.Set("Content-Type", "application/json")
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// respellLifetime makes whole seconds of expires_in. One that cannot be read is
// dropped, as a token without a known end serves until it is refused.
func respellLifetime(form map[string]json.RawMessage) {
	const name = "expires_in"
	var number json.Number
	if json.Unmarshal(form[name], &number) != nil {
		delete(form, name)
		return
	}
	seconds, err := number.Float64()
	if err != nil || math.Abs(seconds) > math.MaxInt32 {
		delete(form, name)
		return
	}
	form[name] = strconv.AppendInt(nil, int64(seconds), 10)
}

// byteOrderMark begins what some gateways write, although JSON must not have it
// (RFC 8259, section 8.1).
const byteOrderMark = "\ufeff"

// jsonText is a body without what may stand around JSON.
func jsonText(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte(byteOrderMark)))
}
