package simulator

import (
	"sync"
	"time"
)

// clock is the fleet's virtual time, which only moves forward.
type clock struct {
	mu    sync.Mutex
	base  time.Time
	since time.Time
	speed float64
}

func newClock(start time.Time, speed float64) *clock {
	return &clock{base: start.UTC(), since: time.Now(), speed: speed}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speed == 0 {
		return c.base
	}
	return c.base.Add(time.Duration(float64(time.Since(c.since)) * c.speed))
}

func (c *clock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base = c.base.Add(max(by, 0))
}
