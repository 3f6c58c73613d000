package simulator

import (
	"fmt"
	"time"
)

// tenantSuffix ends every identifier of the tenant: the last digits of real
// identifiers are constant per tenant or region (observed).
const tenantSuffix = "945"

// identifier makes a 19-digit identifier: milliseconds since 1970 in 13
// digits, a sequence of 0 to 999 and the tenant's suffix (observed).
func identifier(moment time.Time, sequence int) string {
	return fmt.Sprintf("%013d%03d%s", moment.UnixMilli(), sequence%1000, tenantSuffix)
}

// stamp is the controller's 17-digit form of a time: units of 100 ns since
// 1970 (observed).
func stamp(moment time.Time) int64 {
	return moment.UnixNano() / 100
}

// requestID makes the text of about 40 digits that identifies one answer
// (observed).
func requestID(moment time.Time, ordinal uint64) string {
	return fmt.Sprintf("%013d%020d%07d", moment.UnixMilli(), ordinal*0x9E3779B97F4A7C15, ordinal%10_000_000)
}

// scheduleLayout is the form of scheduled_download and scheduled_upgrade, in
// UTC (documented for the wanted state, inferred for the status).
const scheduleLayout = "01-02-2006 15:04:05"
