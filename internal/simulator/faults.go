package simulator

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// FaultKind names one way in which a controller or its gateway goes wrong.
type FaultKind string

// Fault plays a kind of fault on chosen requests: on each of them, or on those that
// any of Nth, Every and Share chooses.
type Fault struct {
	Kind     FaultKind
	On       RequestKind   `json:",omitempty"` // empty means the kind's own
	Nth      int           `json:",omitempty"` // request of that kind since SetFaults, from 1
	Every    int           `json:",omitempty"` // requests whose number is a multiple
	Share    float64       `json:",omitempty"` // of the requests, about, 0 to 1
	Seed     uint64        `json:",omitempty"` // picks the requests of the share
	Times    int           `json:",omitempty"` // at most; 0 means no end
	Delay    time.Duration `json:",omitempty"` // real time of a slow answer; 0 means 3 s
	Location string        `json:",omitempty"` // of a redirect, a URL without a path; empty means a host that does not exist
}

// FaultInfo describes a kind of fault.
type FaultInfo struct {
	Kind        FaultKind
	On          RequestKind // unless a Fault says otherwise
	Description string
	// Alters says that the fault is in the list of an answer. On must then be the query,
	// or, unless the fault is in a row, another read of a list.
	Alters bool
}

// FaultKinds lists every kind of fault.
func FaultKinds() []FaultInfo {
	infos := make([]FaultInfo, len(faultTable))
	for i := range faultTable {
		infos[i] = faultTable[i].info()
	}
	return infos
}

func (f *faultRow) info() FaultInfo {
	return FaultInfo{
		Kind: f.kind, On: cmp.Or(f.on, RequestQuery), Description: f.description,
		Alters: f.before != nil || f.row != nil || f.after != nil,
	}
}

func (f *faultRow) fits(on RequestKind) bool {
	switch {
	case f.row != nil:
		return on == RequestQuery
	case f.before != nil || f.after != nil:
		return on.reads()
	default:
		return f.token == nil || on == RequestToken
	}
}

// SetFaults replaces all faults and counts requests from 1 again. An impossible fault
// is an error that names it, and nothing changes.
func (s *Simulator) SetFaults(wanted ...Fault) error {
	set := make([]*armedFault, len(wanted))
	for i, fault := range wanted {
		armed, err := arm(fault)
		if err != nil {
			return fmt.Errorf("fault %d: %w", i+1, err)
		}
		set[i] = armed
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed, s.faults.counts = set, make(map[RequestKind]int)
	return nil
}

// FaultsPlayed counts the faults played since SetFaults.
func (s *Simulator) FaultsPlayed() int {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	played := 0
	for _, fault := range s.faults.armed {
		played += fault.played
	}
	return played
}

type faults struct {
	mu     sync.Mutex
	armed  []*armedFault
	counts map[RequestKind]int // requests so far
}

type armedFault struct {
	Fault
	row    *faultRow
	played int
}

func arm(fault Fault) (*armedFault, error) {
	index := slices.IndexFunc(faultTable, func(row faultRow) bool { return row.kind == fault.Kind })
	if index < 0 {
		return nil, fmt.Errorf("kind %q is not known; FaultKinds lists the kinds", fault.Kind)
	}
	info := faultTable[index].info()
	fault.On = cmp.Or(fault.On, info.On)
	switch {
	case fault.On == RequestOther || !slices.Contains(requestKinds, fault.On):
		return nil, fmt.Errorf("kind %q cannot be played on %q; use query, elements, sites, images, token or profile", fault.Kind, fault.On)
	case !faultTable[index].fits(fault.On):
		return nil, fmt.Errorf("kind %q can be played on %q only", fault.Kind, info.On)
	case fault.Nth < 0 || fault.Every < 0 || fault.Times < 0 || fault.Delay < 0 || fault.Share < 0 || fault.Share > 1:
		return nil, fmt.Errorf("kind %q has a negative number or a share outside 0 to 1", fault.Kind)
	}
	return &armedFault{Fault: fault, row: &faultTable[index]}, nil
}

// next returns the first fault that applies to the next request of a kind, or none.
func (f *faults) next(kind RequestKind) *playing {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.armed) == 0 {
		return &playing{row: &faultRow{}}
	}
	f.counts[kind]++
	number := f.counts[kind]
	for _, fault := range f.armed {
		if fault.On == kind && fault.applies(number) {
			fault.played++
			return &playing{Fault: fault.Fault, row: fault.row, number: number}
		}
	}
	return &playing{row: &faultRow{}}
}

func (f *armedFault) applies(number int) bool {
	if f.Times > 0 && f.played >= f.Times {
		return false
	}
	if f.Nth == 0 && f.Every == 0 && f.Share == 0 {
		return true
	}
	return number == f.Nth ||
		f.Every > 0 && number%f.Every == 0 ||
		rand.New(rand.NewPCG(f.Seed, uint64(number))).Float64() < f.Share
}

// playing is a fault that is played on one request. If there is none, its row has no
// functions.
type playing struct {
	Fault
	row    *faultRow
	number int
}

func (p *playing) reply(s *Simulator, w http.ResponseWriter, r *http.Request) bool {
	return p.row.reply != nil && p.row.reply(&reply{s, w, r, p.Fault})
}

func (p *playing) twistToken(answer map[string]any, opened *session) {
	if p.row.token != nil {
		p.row.token(answer, opened)
	}
}

func (p *playing) twistBefore(a *answer) {
	if p.row.before != nil {
		p.row.before(a)
	}
}

// twistRow changes the row at a position of the page; nil if the fault changes no rows.
func (p *playing) twistRow() func(position int, row *imagestatus.Status) *imagestatus.Status {
	if p.row.row == nil {
		return nil
	}
	return func(position int, row *imagestatus.Status) *imagestatus.Status {
		twisted := *row
		p.row.row(position, &twisted)
		return &twisted
	}
}

func (p *playing) twistAfter(a *answer) {
	if p.row.after != nil {
		p.row.after(a, p.number)
	}
}

func (p *playing) send(w http.ResponseWriter, r *http.Request, body []byte) {
	if p.row.send == nil {
		writeJSON(w, http.StatusOK, body)
		return
	}
	p.row.send(w, r, body)
}
