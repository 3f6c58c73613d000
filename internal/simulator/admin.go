package simulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// admin serves the API for people who run the simulator by hand. It needs no sign-in,
// as the server is on a loopback address.
func (s *Simulator) admin() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(*http.Request) (any, error){
		"GET /_simulator/status":      s.adminStatus,
		"POST /_simulator/advance":    s.adminAdvance,
		"GET /_simulator/elements":    s.adminElements,
		"POST /_simulator/upgrade":    s.adminUpgrade,
		"POST /_simulator/fail":       s.adminFail,
		"POST /_simulator/connect":    s.adminConnect(true),
		"POST /_simulator/disconnect": s.adminConnect(false),
		"GET /_simulator/switches":    func(*http.Request) (any, error) { return s.Switches(), nil },
		"POST /_simulator/switches":   s.adminSwitches,
		"GET /_simulator/faults":      func(*http.Request) (any, error) { return FaultKinds(), nil },
		"POST /_simulator/faults":     s.adminFaults,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := handle(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			writeIndented(w, answer)
		})
	}
	return mux
}

func writeIndented(w http.ResponseWriter, answer any) {
	body, err := json.MarshalIndent(answer, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusOK, append(body, '\n'))
}

type overview struct {
	Time         time.Time           `json:"time"`
	Rows         int                 `json:"rows"`
	Disconnected int                 `json:"disconnected"`
	ByState      map[string]int      `json:"by_state"`
	ByVersion    map[string]int      `json:"by_version"`
	Requests     map[RequestKind]int `json:"requests"`
}

func (s *Simulator) adminStatus(*http.Request) (any, error) {
	rows := s.Rows()
	status := overview{
		Time: s.Now(), Rows: len(rows), Disconnected: s.disconnected(),
		ByState: make(map[string]int), ByVersion: make(map[string]int), Requests: make(map[RequestKind]int),
	}
	for i := range rows {
		status.ByState[shown(rows[i].UpgradeState)]++
		status.ByVersion[shown(rows[i].ActiveVersion)]++
	}
	for _, kind := range requestKinds {
		status.Requests[kind] = s.Count(kind)
	}
	return status, nil
}

func shown(text *string) string {
	if text == nil {
		return "null"
	}
	return *text
}

func (s *Simulator) adminAdvance(r *http.Request) (any, error) {
	values, err := parameters(r, "by")
	if err != nil {
		return nil, err
	}
	by, err := time.ParseDuration(values.Get("by"))
	if err != nil || by < 0 {
		return nil, fmt.Errorf("by=%q is not a duration of 0 or more; use for example by=10m", values.Get("by"))
	}
	s.Advance(by)
	return s.adminStatus(r)
}

// adminSwitches changes only the switches that the body names.
func (s *Simulator) adminSwitches(r *http.Request) (any, error) {
	switches := s.Switches()
	if err := decodeStrictly(r, &switches); err != nil {
		return nil, err
	}
	if err := switches.Validate(); err != nil {
		return nil, err
	}
	s.SetSwitches(switches)
	return switches, nil
}

func (s *Simulator) adminFaults(r *http.Request) (any, error) {
	var wanted []Fault
	if err := decodeStrictly(r, &wanted); err != nil {
		return nil, err
	}
	if err := s.SetFaults(wanted...); err != nil {
		return nil, err
	}
	return wanted, nil
}

// parameters reads the query of a request and the form in its body. An unknown name is
// an error.
func parameters(r *http.Request, known ...string) (url.Values, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxRequestBody)
	if err := r.ParseForm(); err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Form)) {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("parameter %q is not known; use %s", name, strings.Join(known, ", "))
		}
	}
	return r.Form, nil
}

func decodeStrictly(r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxRequestBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	return nil
}
