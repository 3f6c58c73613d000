package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Options describe a simulator. The same options make the same fleet.
type Options struct {
	Elements int           // size of the fleet; 0 is a tenant without elements
	Seed     uint64        // picks the identifiers
	Scenario string        // one of Scenarios; empty means "steady"
	Start    time.Time     // virtual time at the start; zero means DefaultStart
	Speed    float64       // virtual seconds per real second; with 0 only Advance moves the clock
	Switches Switches      // their positions at the start
	Latency  time.Duration // real delay before each read of a list; it ends early if the client goes away
	// Address is the loopback address that Start listens on; empty means a
	// free port of 127.0.0.1. New does not use it.
	Address string
}

// DefaultStart is the virtual time at which a simulator starts by default.
var DefaultStart = time.Date(2026, time.August, 21, 2, 0, 0, 0, time.UTC)

// Simulator is a controller with its fleet. It is safe for concurrent use.
type Simulator struct {
	seed     uint64
	latency  time.Duration
	clock    *clock
	fleet    *fleet
	sessions *sessions
	requests *requestLog
	faults   *faults
	limit    *rateLimit
	mux      *http.ServeMux
	answers  atomic.Uint64

	switchesLock sync.Mutex
	switches     Switches
}

// New makes a simulator. Its errors name the option, the value and the remedy.
func New(options Options) (*Simulator, error) {
	options.Scenario = cmp.Or(options.Scenario, scenarioTable[0].name)
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
		limit:    &rateLimit{},
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

// Switches returns the positions of the switches.
func (s *Simulator) Switches() Switches {
	s.switchesLock.Lock()
	defer s.switchesLock.Unlock()
	return s.switches
}

// SetSwitches sets all switches at once. A position that does not exist acts as the
// default.
func (s *Simulator) SetSwitches(switches Switches) {
	s.switchesLock.Lock()
	defer s.switchesLock.Unlock()
	s.switches = switches
}

// Rows returns the rows at this virtual moment, ordered by element: the right result of
// an unfiltered read with the present switches.
func (s *Simulator) Rows() []imagestatus.Status {
	snapshot, done := s.read(s.Switches())
	defer done()
	rows := make([]imagestatus.Status, 0, len(s.fleet.byElement))
	for _, record := range s.fleet.byElement {
		if row, visible := snapshot.row(record); visible {
			rows = append(rows, clone(row))
		}
	}
	return rows
}

// ElementIDs lists the elements that have a status row, in ascending order.
func (s *Simulator) ElementIDs() []string {
	s.fleet.Lock()
	defer s.fleet.Unlock()
	return s.fleet.elementIDs()
}

// Wave lists the elements of a wave as the fleet was split at its start; none for an
// unknown name.
func (s *Simulator) Wave(name string) []string {
	s.fleet.Lock()
	defer s.fleet.Unlock()
	return slices.Clone(s.fleet.waves[name])
}

// Upgrade starts an upgrade of elements. An element that is not in the fleet, or an
// impossible plan, is an error, and no upgrade begins.
func (s *Simulator) Upgrade(elements []string, target Image, plan Plan) error {
	return s.change(func(now time.Time) error {
		if err := s.fleet.holds(elements); err != nil {
			return fmt.Errorf("upgrade to %s: %w", target.Version, err)
		}
		for _, element := range elements {
			if err := s.fleet.upgrade(element, target, plan, now); err != nil {
				return fmt.Errorf("upgrade to %s: %w", target.Version, err)
			}
			plan.Delay += plan.Stagger
		}
		return nil
	})
}

// Fail ends an element's upgrade in the failed state of its phase.
func (s *Simulator) Fail(element, info string) error {
	return s.Update(element, func(row *imagestatus.Status) {
		row.UpgradeState = new(string(failedState(row.Phase())))
		row.FailureInfo = &info
	})
}

// SetConnected connects elements to the controller, or disconnects them. Only the list
// of elements shows it: an upgrade continues nevertheless. An element that is not in the
// fleet is an error, and nothing changes.
func (s *Simulator) SetConnected(connected bool, elements ...string) error {
	return s.change(func(time.Time) error {
		devices := make([]*element, len(elements))
		for i, id := range elements {
			var err error
			if devices[i], err = s.fleet.device(id); err != nil {
				return err
			}
		}
		for _, device := range devices {
			device.disconnected = !connected
		}
		return nil
	})
}

// SetState ends an element's upgrade in a state, known or not; imagestatus.StateNone is
// null.
func (s *Simulator) SetState(element string, state imagestatus.State) error {
	return s.Update(element, func(row *imagestatus.Status) { row.UpgradeState = optional(string(state)) })
}

// Update edits an element's row and ends its upgrade. _etag and _updated_on_utc advance
// before the edit, which cannot change element_id and must not call the simulator. An
// unknown element is an error.
func (s *Simulator) Update(element string, edit func(*imagestatus.Status)) error {
	return s.change(func(now time.Time) error { return s.fleet.edit(element, now, edit) })
}

// AddRow adds a row unchecked. It may be a second row of its element, or of an element
// that the list of elements lacks.
func (s *Simulator) AddRow(row imagestatus.Status) {
	_ = s.change(func(time.Time) error {
		s.fleet.insert(clone(&row))
		return nil
	})
}

// Remove removes an element with all its rows from the fleet.
func (s *Simulator) Remove(element string) error {
	return s.change(func(now time.Time) error { return s.fleet.remove(element, now) })
}

func (s *Simulator) disconnected() int {
	count := 0
	for _, listed := range s.Elements() {
		if !*listed.Connected {
			count++
		}
	}
	return count
}

func (s *Simulator) holds(elements []string) error {
	s.fleet.Lock()
	defer s.fleet.Unlock()
	return s.fleet.holds(elements)
}

func (s *Simulator) change(change func(now time.Time) error) error {
	s.fleet.Lock()
	defer s.fleet.Unlock()
	s.fleet.selections.forget()
	return change(s.Now())
}

func (s *Simulator) read(switches Switches) (_ *snapshot, done func()) {
	s.fleet.Lock()
	return &snapshot{fleet: s.fleet, now: s.Now(), switches: switches, seed: s.seed, ordinal: s.answers.Load()}, s.fleet.Unlock
}

func (s *Simulator) nextRequestID() string {
	return requestID(s.Now(), s.answers.Add(1))
}
