package simulator

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"
)

type call struct {
	request  *http.Request
	form     Form
	body     []byte
	switches Switches
	playing  *playing
	header   http.Header // of the answer
}

// handler answers a call with a JSON body, or refuses it with a *refusal.
type handler func(*Simulator, *call) ([]byte, error)

// maxBody bounds what is read of a request.
const maxBody = 32 << 20

// endpoint adds to a route's handler what all endpoints have in common.
func (s *Simulator) endpoint(served route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, readErr := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		playing := s.faults.next(served.kind)
		recorded := &recordedWriter{w, s.requests.begin(served.kind, r, body)}
		defer recorded.end(0)

		if readErr != nil {
			s.writeError(recorded, badRequest("INVALID_JSON", "The request body cannot be read."))
			return
		}
		if served.kind.reads() && !wait(r.Context(), s.latency) {
			return
		}
		if playing.reply(s, recorded, r) {
			return
		}
		c := &call{request: r, form: served.form, body: body, switches: s.Switches(), playing: playing, header: w.Header()}
		answer, err := s.answer(c, served)
		if err != nil {
			s.writeError(recorded, err)
			return
		}
		playing.send(recorded, r, answer)
	})
}

func (s *Simulator) answer(c *call, served route) ([]byte, error) {
	if served.kind.reads() {
		if err := s.limit.admit(c); err != nil {
			return nil, err
		}
	}
	if err := s.admit(c, served.access); err != nil {
		return nil, err
	}
	return served.handle(s, c)
}

// notFound answers every path that is not served; its code is inferred.
func (*Simulator) notFound(c *call) ([]byte, error) {
	return nil, refuse(http.StatusNotFound, "RESOURCE_NOT_FOUND", "%s %s is not served.", c.request.Method, c.request.URL.Path)
}

const jsonType = "application/json; charset=utf-8"

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	header.Set("Content-Type", jsonType)
	header.Set("Server", "nginx")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	// That the client has gone away is no error of the simulator.
	_, _ = w.Write(body)
}

func (s *Simulator) writeError(w http.ResponseWriter, err error) {
	refused := asRefusal(err)
	writeJSON(w, refused.status, s.errorBody(refused))
}

// wait lets real time pass and reports false if the client went away first.
func wait(ctx context.Context, duration time.Duration) bool {
	if duration <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
