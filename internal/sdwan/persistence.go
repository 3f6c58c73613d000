package sdwan

import (
	"net/http"
	"time"
)

// Bounds of one query. "In a row" means without a good answer to any query of the
// client in between. The deadline of the read bounds everything.
//
//	answer                                what is done                   at most
//	429, or 503 with Retry-After          the whole client is held back  MaxRetries times in a row
//	another that is transient             sent again after the backoff   MaxRetries times
//	401, 403: the grant was replaced      sent with the current grant    as often as it is replaced
//	401, 403: the token was never of use  sent again after the backoff   settling from its issue, MaxRetries times
//	401, token form                       a new token                    renewalsInARow, maxRenewals
//	403                                   the profile is read again      renewalsInARow, maxRenewals
const (
	// settling is the time in which a new token may still be refused (reported to
	// take a second or two).
	settling = 3 * time.Second
	// renewalsInARow is for each of the two statuses, maxRenewals for one query
	// in all.
	renewalsInARow, maxRenewals = 2, 10
)

// persistence counts what one query has been through.
type persistence struct {
	// progress is the client's when holds and renewed were last begun anew.
	progress int
	holds    int
	renewed  map[int]int
	renewals int
	// settled counts the waits for a new token, which end at settles.
	settled int
	settles time.Time
}

// since begins the counts anew if the client has made progress.
func (p *persistence) since(progress int) {
	if p.progress != progress || p.renewed == nil {
		p.progress, p.holds, p.renewed = progress, 0, make(map[int]int)
	}
}

// patience is the wait for a token that may come into force until a time, 0
// where that is over. A query waits for one token only.
func (p *persistence) patience(settles time.Time, config Config) time.Duration {
	if p.settled == 0 {
		p.settles = settles
	}
	left := time.Until(p.settles)
	if left <= 0 || p.settled >= config.MaxRetries {
		return 0
	}
	p.settled++
	return min(left, jittered(config.RetryWaitMin, config.RetryWaitMax, p.settled-1))
}

// mayRenew reports whether a refusal with this status may renew the session.
func (p *persistence) mayRenew(status int) bool {
	return p.renewed[status] < renewalsInARow && p.renewals < maxRenewals
}

func (p *persistence) renew(status int) {
	p.renewed[status]++
	p.renewals++
}

// limit reports whether an answer asks the client to slow down, and for how
// long; 0 where it does not say.
func (a *answer) limit() (asked time.Duration, limited bool) {
	asked, named := retryAfter(a.header.Get("Retry-After"), time.Now())
	return asked, limits(a.status, named)
}

func limits(status int, named bool) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable && named
}

func isRefusal(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}
