package sdwan

import (
	"net/http"
	"time"
)

// Bounds of one query. "In a row" means without a good answer to any query of the
// client in between. The deadline of the read bounds everything.
//
//	answer                                what is done                   at most
//	429, or 503 with Retry-After          the whole client slows down    MaxRetries times in a row
//	another that is transient             sent again after the backoff   MaxRetries times
//	401, 403: the grant was replaced      sent with the current grant    as often as it is replaced
//	401, 403: the token never worked      sent again after the backoff   settling from its issue, MaxRetries times
//	401, token form                       a new token                    renewalsInARow, maxRenewals
//	403                                   the profile is read again      renewalsInARow, maxRenewals
const (
	// settling is how long a new token may be refused; a second or two was reported.
	settling = 3 * time.Second
	// renewalsInARow bounds each of the two statuses, maxRenewals one query.
	renewalsInARow, maxRenewals = 2, 10
)

type persistence struct {
	// progress is that of the client when slowdowns and renewed were last reset.
	progress   int
	slowdowns  int
	renewed    map[int]int
	renewals   int
	tokenWaits int
	settles    time.Time
}

func (p *persistence) resetOnProgress(progress int) {
	if p.progress != progress || p.renewed == nil {
		p.progress, p.slowdowns, p.renewed = progress, 0, make(map[int]int)
	}
}

// waitForToken returns how long to wait for a token that comes into force by
// settles at the latest; 0 is no wait. A query waits for one token only.
func (p *persistence) waitForToken(settles time.Time, config Config) time.Duration {
	if p.tokenWaits == 0 {
		p.settles = settles
	}
	left := time.Until(p.settles)
	if left <= 0 || p.tokenWaits >= config.MaxRetries {
		return 0
	}
	p.tokenWaits++
	return min(left, jittered(config.RetryWaitMin, config.RetryWaitMax, p.tokenWaits-1))
}

func (p *persistence) mayRenew(status int) bool {
	return p.renewed[status] < renewalsInARow && p.renewals < maxRenewals
}

func (p *persistence) renew(status int) {
	p.renewed[status]++
	p.renewals++
}

// limit reports an answer that asks to slow down; asked is 0 if it names no wait.
func (a *answer) limit() (asked time.Duration, limited bool) {
	asked, present := retryAfter(a.header.Get("Retry-After"), time.Now())
	return asked, limits(a.status, present)
}

func limits(status int, present bool) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable && present
}

func isRefusal(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}
