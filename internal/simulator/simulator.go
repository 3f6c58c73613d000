package simulator

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Options describe a simulator.
type Options struct {
	// Elements is the size of the fleet; 0 is a tenant without elements.
	Elements int
	// Seed picks the identifiers; the same options make the same fleet.
	Seed uint64
	// Scenario is one of Scenarios; empty means "steady".
	Scenario string
	// Start is the virtual time at the start; zero means DefaultStart.
	Start time.Time
	// Speed is how many virtual seconds pass in a real second; with 0 the
	// clock moves by Advance alone.
	Speed float64
	// Switches are the switches at the start.
	Switches Switches
	// Latency is a real delay before each query is looked at; it ends early
	// when the client goes away.
	Latency time.Duration
	// Address is the loopback address that Start listens on; empty means a
	// free port of 127.0.0.1. New does not use it.
	Address string
}

// DefaultStart is the virtual time at which a simulator starts when no other is
// asked for.
var DefaultStart = time.Date(2026, time.August, 21, 2, 0, 0, 0, time.UTC)

// Simulator is a controller with its fleet. It is an http.Handler, and all its
// methods may be called at the same time.
type Simulator struct {
	seed     uint64
	latency  time.Duration
	clock    *clock
	fleet    *fleet
	sessions *sessions
	requests *requestLog
	faults   *faults
	mux      *http.ServeMux
	answers  atomic.Uint64

	switchesLock sync.Mutex
	switches     Switches
}

// New makes a simulator. An option that cannot be is an error that names it,
// its value and the remedy.
func New(options Options) (*Simulator, error) {
	if options.Scenario == "" {
		options.Scenario = scenarioTable[0].name
	}
	if options.Start.IsZero() {
		options.Start = DefaultStart
	}
	if err := options.validate(); err != nil {
		return nil, err
	}
	fleet, err := newFleet(options)
	if err != nil {
		return nil, err
	}
	simulator := &Simulator{
		seed:     options.Seed,
		latency:  options.Latency,
		clock:    newClock(options.Start, options.Speed),
		fleet:    fleet,
		sessions: &sessions{byToken: make(map[string]*session)},
		requests: &requestLog{counts: make(map[RequestKind]int)},
		faults:   &faults{},
		switches: options.Switches,
	}
	simulator.mux = simulator.routes()
	return simulator, nil
}

func (o Options) validate() error {
	switch {
	case o.Elements < 0:
		return fmt.Errorf("option Elements: %d is negative; give the number of elements, 0 or more", o.Elements)
	case o.Speed < 0:
		return fmt.Errorf("option Speed: %g is negative; give virtual seconds per real second, 0 or more", o.Speed)
	case o.Latency < 0:
		return fmt.Errorf("option Latency: %s is negative; give a delay of 0 or more", o.Latency)
	}
	if err := o.Switches.Validate(); err != nil {
		return fmt.Errorf("option Switches: %w", err)
	}
	return nil
}

// ServeHTTP answers as the controller does.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Now is the virtual time.
func (s *Simulator) Now() time.Time { return s.clock.now() }

// Advance moves the virtual time forward. A negative duration does nothing.
func (s *Simulator) Advance(by time.Duration) { s.clock.advance(by) }

// Switches gives the positions of the switches.
func (s *Simulator) Switches() Switches {
	s.switchesLock.Lock()
	defer s.switchesLock.Unlock()
	return s.switches
}

// SetSwitches puts all switches into position at once. A position that does
// not exist acts as the default; Switches.Validate finds it.
func (s *Simulator) SetSwitches(switches Switches) {
	s.switchesLock.Lock()
	defer s.switchesLock.Unlock()
	s.switches = switches
}

// Rows is the truth at this virtual moment, ordered by element: the rows that
// an unfiltered read must come to with the switches as they are. It is made
// from the fleet without HTTP or JSON.
func (s *Simulator) Rows() []imagestatus.Status {
	reader, done := s.read(s.Switches())
	defer done()
	rows := make([]imagestatus.Status, 0, len(s.fleet.byElement))
	for _, record := range s.fleet.byElement {
		if row, visible := reader.row(record); visible {
			rows = append(rows, clone(row))
		}
	}
	return rows
}

// ElementIDs lists the elements in ascending order.
func (s *Simulator) ElementIDs() []string {
	s.fleet.Lock()
	defer s.fleet.Unlock()
	return s.fleet.elementIDs()
}

// Wave lists the elements of WaveCanary, WaveEarly or WaveRest as the fleet was
// parted at its start; it is empty for any other name.
func (s *Simulator) Wave(name string) []string {
	s.fleet.Lock()
	defer s.fleet.Unlock()
	return append([]string(nil), s.fleet.waves[name]...)
}

// Upgrade starts a lifecycle on elements. An element that is not in the fleet,
// an unknown path and a negative time are errors; the elements before the
// faulty one have then begun.
func (s *Simulator) Upgrade(elements []string, target Image, plan Plan) error {
	return s.change(func(now time.Time) error {
		for _, element := range elements {
			if err := s.fleet.upgrade(element, target, plan, now); err != nil {
				return fmt.Errorf("upgrade to %s: %w", target.Version, err)
			}
			plan.Delay += plan.Stagger
		}
		return nil
	})
}

// Fail ends an element's lifecycle in the failed state of its phase, with the
// text as failure_info. An element that is not in the fleet is an error.
func (s *Simulator) Fail(element, info string) error {
	return s.Update(element, func(row *Row) {
		row.UpgradeState = new(string(failedState(row.Phase())))
		row.FailureInfo = &info
	})
}

// SetState ends an element's lifecycle in a state, listed or not;
// imagestatus.StateNone stands for null. An element that is not in the fleet is
// an error.
func (s *Simulator) SetState(element string, state imagestatus.State) error {
	return s.Update(element, func(row *Row) { row.UpgradeState = optional(string(state)) })
}

// Update edits an element's row by hand and ends its lifecycle there. The edit
// must not call the simulator, and it cannot change element_id. _etag and
// _updated_on_utc move on before the edit. An element that is not in the fleet
// is an error.
func (s *Simulator) Update(element string, edit func(*Row)) error {
	return s.change(func(now time.Time) error { return s.fleet.edit(element, now, edit) })
}

// AddRow adds a row as it is: a new element, or one more row for an element
// that has one, as nothing rules out.
func (s *Simulator) AddRow(row Row) {
	_ = s.change(func(time.Time) error {
		s.fleet.insert(clone(&row))
		return nil
	})
}

// Remove takes an element with all its rows out of the fleet. An element that
// is not in the fleet is an error.
func (s *Simulator) Remove(element string) error {
	return s.change(func(now time.Time) error { return s.fleet.remove(element, now) })
}

func (s *Simulator) change(change func(now time.Time) error) error {
	s.fleet.Lock()
	defer s.fleet.Unlock()
	s.fleet.selections.forget()
	return change(s.Now())
}

// read locks the fleet for reading at this moment; done unlocks it.
func (s *Simulator) read(switches Switches) (_ *reader, done func()) {
	s.fleet.Lock()
	return &reader{fleet: s.fleet, now: s.Now(), switches: switches, seed: s.seed, ordinal: s.answers.Load()}, s.fleet.Unlock
}

func (s *Simulator) nextRequestID() string {
	return requestID(s.Now(), s.answers.Add(1))
}

// call is one request on its way through the simulator.
type call struct {
	request  *http.Request
	form     Form
	body     []byte
	switches Switches
	playing  *playing
	// header takes what the answer carries besides its body.
	header http.Header
}

// handler answers a call with a JSON body, or refuses it with a *refusal.
type handler func(*call) ([]byte, error)

// maxBody bounds what is read of a request.
const maxBody = 32 << 20

// endpoint wraps a handler in what all endpoints have in common.
func (s *Simulator) endpoint(kind RequestKind, form Form, wanted access, handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, readErr := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		playing := s.faults.next(kind)
		recorded := &recordedWriter{w, s.requests.begin(kind, r, body)}
		defer recorded.end(0)

		if readErr != nil {
			s.writeError(recorded, badRequest("INVALID_JSON", "The request body cannot be read."))
			return
		}
		if kind == RequestQuery && !wait(r.Context(), s.latency) {
			return
		}
		if playing.reply(s, recorded, r) {
			return
		}
		c := &call{request: r, form: form, body: body, switches: s.Switches(), playing: playing, header: w.Header()}
		answer, err := s.answer(c, wanted, handle)
		if err != nil {
			s.writeError(recorded, err)
			return
		}
		playing.send(recorded, r, answer)
	})
}

func (s *Simulator) answer(c *call, wanted access, handle handler) ([]byte, error) {
	if err := s.admit(c, wanted); err != nil {
		return nil, err
	}
	return handle(c)
}

func (s *Simulator) writeError(w http.ResponseWriter, err error) {
	refused := asRefusal(err)
	writeJSON(w, refused.status, s.errorBody(refused))
}

// wait lets real time pass and reports false when the client went away first.
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
