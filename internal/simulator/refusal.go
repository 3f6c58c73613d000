package simulator

import (
	"errors"
	"fmt"
	"net/http"
)

// refusal is an answer other than success. Codes are documented unless a
// comment where they are used says otherwise.
type refusal struct {
	status  int
	code    string
	message string
	body    []byte // if not nil, instead of the API's body
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

// asRefusal reports an error that is not a refusal as a defect of the simulator.
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
