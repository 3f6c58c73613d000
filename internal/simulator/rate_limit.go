package simulator

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// rateLimit counts the queries of the last second. The controller's own limit is not
// published.
type rateLimit struct {
	mu     sync.Mutex
	served []time.Time
}

// admit refuses a query beyond the limit. Its Retry-After is the whole seconds until
// the next query is accepted. Refused queries do not count.
func (l *rateLimit) admit(c *call) error {
	limit := c.switches.QueriesPerSecond
	if limit == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for len(l.served) > 0 && now.Sub(l.served[0]) >= time.Second {
		l.served = l.served[1:]
	}
	if len(l.served) < limit {
		l.served = append(l.served, now)
		return nil
	}
	wait := time.Second - now.Sub(l.served[len(l.served)-limit])
	c.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return refuse(http.StatusTooManyRequests, "TOO_MANY_REQUESTS", "More than %d queries within one second.", limit)
}
