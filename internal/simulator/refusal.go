package simulator

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// refusal is an answer other than success, in the form of the API: a status
// and one code with its message. Codes are documented unless a comment where
// they are used says otherwise.
type refusal struct {
	status  int
	code    string
	message string
	// body replaces the form of the API where it is not nil.
	body []byte
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%d %s: %s", r.status, r.code, r.message)
}

func refuse(status int, code, format string, arguments ...any) *refusal {
	return &refusal{status: status, code: code, message: fmt.Sprintf(format, arguments...)}
}

func badRequest(code, format string, arguments ...any) *refusal {
	return refuse(http.StatusBadRequest, code, format, arguments...)
}

// asRefusal gives the refusal in an error. Any other error is a defect of the
// simulator and is shown as one.
func asRefusal(err error) *refusal {
	if refused, is := errors.AsType[*refusal](err); is {
		return refused
	}
	return refuse(http.StatusInternalServerError, "INTERNAL_ERROR", "%v", err)
}

// problem is one entry of _error and _warning (documented).
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (s *Simulator) errorBody(refused *refusal) []byte {
	if refused.body != nil {
		return refused.body
	}
	return appendJSON(nil, map[string]any{
		"_error":      []problem{{refused.code, refused.message}},
		"_request_id": s.nextRequestID(),
	})
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Server", "nginx")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	// A client that has gone away is no error of the simulator.
	_, _ = w.Write(body)
}
