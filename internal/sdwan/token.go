package sdwan

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
)

// tokenAnswers rewrites answers for package oauth2, which reads no expires_in of 899.0, no
// byte order mark and no JSON announced as plain text.
type tokenAnswers struct{ next http.RoundTripper }

// RoundTrip returns an answer that is not a JSON object unchanged.
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
	var fields map[string]json.RawMessage
	if json.Unmarshal(jsonText(body), &fields) == nil && fields != nil {
		respellLifetime(fields)
		if body, err = json.Marshal(fields); err != nil {
			return nil, err
		}
		response.Header.Set("Content-Type", "application/json")
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// respellLifetime truncates expires_in to whole seconds, and drops an unreadable one.
func respellLifetime(fields map[string]json.RawMessage) {
	const name = "expires_in"
	var number json.Number
	if json.Unmarshal(fields[name], &number) != nil {
		delete(fields, name)
		return
	}
	seconds, err := number.Float64()
	if err != nil || math.Abs(seconds) > math.MaxInt32 {
		delete(fields, name)
		return
	}
	fields[name] = strconv.AppendInt(nil, int64(seconds), 10)
}

// byteOrderMark is what some gateways put before JSON, against RFC 8259, section 8.1.
const byteOrderMark = "\ufeff"

func jsonText(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte(byteOrderMark)))
}
