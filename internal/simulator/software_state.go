package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// wanted is what operators asked of an element: the object of software/state.
// Its zero value is the state of an element that nothing was asked of.
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

// getState reads the wanted state of one element.
func (s *Simulator) getState(c *call) ([]byte, error) {
	var body []byte
	err := s.withElement(c, func(r *record, _ time.Time) error {
		var err error
		body, err = s.stateBody(r)
		return err
	})
	return body, err
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
	plan, image, err := asked.plan()
	if err != nil {
		return nil, err
	}
	var body []byte
	err = s.withElement(c, func(r *record, now time.Time) error {
		if value(asked.Etag) != r.wanted.etag() || asked.Schema == nil {
			return badRequest("INVALID_JSON_COMMON_ATTR_MISMATCH", "_etag and _schema are not those of the current state.")
		}
		if err := s.fleet.upgrade(r.base.Element(), image, plan, now); err != nil {
			return err
		}
		asked.puts = r.wanted.puts + 1
		r.wanted = asked.wanted
		body, err = s.stateBody(r)
		return err
	})
	return body, err
}

// plan turns the wanted state into the upgrade that it asks for.
func (w *wanted) plan() (Plan, Image, error) {
	image, err := ImageByID(value(w.ImageID))
	if err != nil {
		return Plan{}, Image{}, badRequest("ELEMENT_STATE_UPDATE_INVALID_IMAGE", "image_id %q is not an image of the tenant.", value(w.ImageID))
	}
	plan := Plan{Path: PathImmediate, DownloadInterval: w.DownloadInterval, UpgradeInterval: w.UpgradeInterval}
	if plan.DownloadAt, err = scheduled(w.ScheduledDownload, w.DownloadInterval, "DOWNLOAD"); err != nil {
		return Plan{}, Image{}, err
	}
	if plan.UpgradeAt, err = scheduled(w.ScheduledUpgrade, w.UpgradeInterval, "UPGRADE"); err != nil {
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

// operate takes the one element operation that is played: abort_upgrade.
func (s *Simulator) operate(c *call) ([]byte, error) {
	var asked struct{ Action string }
	if err := json.Unmarshal(c.body, &asked); err != nil {
		return nil, badRequest("INVALID_JSON", "The request body is not JSON.")
	}
	if asked.Action != "abort_upgrade" {
		return nil, badRequest("COMMAND_NOT_SUPPORTED", "The action %q is not supported.", asked.Action)
	}
	err := s.withElement(c, func(r *record, now time.Time) error {
		possible, err := s.fleet.abort(r.base.Element(), now)
		if err == nil && !possible {
			return badRequest("COMMAND_NOT_SUPPORTED", "There is no upgrade to abort.")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `{"_request_id":%q,"_status_code":"200","action":%q,"parameters":null}`, s.nextRequestID(), asked.Action), nil
}

// withElement works on the element in the path, under the fleet's lock.
func (s *Simulator) withElement(c *call, work func(r *record, now time.Time) error) error {
	return s.change(func(now time.Time) error {
		r, err := s.fleet.find(c.request.PathValue("id"))
		if err != nil {
			return refuse(http.StatusNotFound, "ELEMENT_NOT_FOUND", "The element is not known.")
		}
		r.at(now)
		return work(r, now)
	})
}
