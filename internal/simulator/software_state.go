package simulator

import (
	"encoding/json"
	"time"
)

// wanted is the object of software/state: what operators want an element to run. The
// zero value is that of an element for which nothing was requested.
type wanted struct {
	puts              int64
	ImageID           *string  `json:"image_id"`
	ScheduledDownload *string  `json:"scheduled_download"`
	ScheduledUpgrade  *string  `json:"scheduled_upgrade"`
	DownloadInterval  *int64   `json:"download_interval"`
	UpgradeInterval   *int64   `json:"upgrade_interval"`
	InterfaceIDs      []string `json:"interface_ids"`
}

// Bounds of the wanted state (documented).
const (
	maxInterval   = 59
	maxInterfaces = 4
)

func (w *wanted) etag() int64 { return w.puts + 1 }

func (s *Simulator) getState(c *call) ([]byte, error) {
	return s.onElement(c, func(r *record, _ time.Time) ([]byte, error) { return s.stateBody(r) })
}

// putState upgrades an element: at once, at the scheduled times, or only its
// download (observed).
func (s *Simulator) putState(c *call) ([]byte, error) {
	var asked struct {
		wanted
		Etag   *int64 `json:"_etag"`
		Schema *int64 `json:"_schema"`
	}
	if _, err := objectOf(c.body); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(c.body, &asked); err != nil {
		return nil, badRequest("INVALID_JSON_INPUT", "A member of the state has the wrong type.")
	}
	plan, image, err := asked.plan(s)
	if err != nil {
		return nil, err
	}
	return s.onElement(c, func(r *record, now time.Time) ([]byte, error) {
		if value(asked.Etag) != r.wanted.etag() || asked.Schema == nil {
			return nil, badRequest("INVALID_JSON_COMMON_ATTR_MISMATCH", "_etag and _schema are not those of the current state.")
		}
		if err := s.fleet.upgrade(r.base.Element(), image, plan, now); err != nil {
			return nil, err
		}
		asked.puts = r.wanted.puts + 1
		r.wanted = asked.wanted
		return s.stateBody(r)
	})
}

// plan turns the wanted state into the plan of an upgrade.
func (w *wanted) plan(s *Simulator) (Plan, Image, error) {
	image, known := s.image(value(w.ImageID))
	if !known {
		return Plan{}, Image{}, badRequest("ELEMENT_STATE_UPDATE_INVALID_IMAGE", "image_id %q is not an image of the tenant.", value(w.ImageID))
	}
	plan, err := w.schedule()
	if err != nil {
		return Plan{}, Image{}, err
	}
	switch {
	case len(w.InterfaceIDs) > maxInterfaces:
		return Plan{}, Image{}, badRequest("SOFTWARE_CONFIG_INVALID_INTERFACES", "interface_ids has more than %d entries.", maxInterfaces)
	case w.ScheduledUpgrade != nil && plan.UpgradeAt.Before(plan.DownloadAt):
		return Plan{}, Image{}, badRequest("SOFTWARE_CONFIG_INCOMPATIBLE_SCHEDULES", "scheduled_upgrade is before scheduled_download.")
	case w.ScheduledUpgrade != nil:
		plan.Path = PathScheduled
	case w.ScheduledDownload != nil:
		plan.Path = PathDownloadScheduled
	}
	return plan, image, nil
}

func (w *wanted) schedule() (plan Plan, err error) {
	plan.DownloadInterval, plan.UpgradeInterval = w.DownloadInterval, w.UpgradeInterval
	if plan.DownloadAt, err = scheduled(w.ScheduledDownload, w.DownloadInterval, "DOWNLOAD"); err != nil {
		return plan, err
	}
	plan.UpgradeAt, err = scheduled(w.ScheduledUpgrade, w.UpgradeInterval, "UPGRADE")
	return plan, err
}

// scheduled reads a time with its interval, which needs a time (documented).
func scheduled(text *string, interval *int64, what string) (time.Time, error) {
	moment, err := time.Parse(scheduleLayout, value(text))
	if text != nil && err != nil {
		return time.Time{}, badRequest("SOFTWARE_CONFIG_INVALID_"+what+"_TIME", "%q is not of the form MM-DD-YYYY HH:MM:SS.", *text)
	}
	if interval != nil && (text == nil || *interval < 0 || *interval > maxInterval) {
		return time.Time{}, badRequest("SOFTWARE_CONFIG_INVALID_"+what+"_INTERVAL", "The interval is outside 0 to %d or has no time.", maxInterval)
	}
	return moment, nil
}

func (s *Simulator) stateBody(r *record) ([]byte, error) {
	return json.Marshal(struct {
		wanted
		ID        string `json:"id"`
		Etag      int64  `json:"_etag"`
		Schema    int64  `json:"_schema"`
		RequestID string `json:"_request_id"`
		Status    string `json:"_status_code"`
		Length    string `json:"_content_length"`
	}{r.wanted, r.base.Element(), r.wanted.etag(), 1, s.nextRequestID(), "200", "0"})
}
