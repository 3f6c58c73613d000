package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// bulk answers with the envelope of a list that is read with GET.
func (s *Simulator) bulk(c *call, items [][]byte) []byte {
	answer := s.newAnswer(c, &paging{})
	c.playing.twistBefore(answer)
	answer.items = items
	c.playing.twistAfter(answer)
	return answer.encodeAll()
}

// getHistory lists the last upgrades of one element; its items have no
// element_id (observed).
func (s *Simulator) getHistory(c *call) ([]byte, error) {
	return s.onElement(c, func(r *record, _ time.Time) ([]byte, error) {
		rows := r.upgrades()
		items := make([][]byte, len(rows))
		for i := range rows {
			var members map[string]json.RawMessage
			encoded := statusSchema.appendItem(nil, c.switches.style(), &rows[i], unreplaced, "")
			if err := json.Unmarshal(encoded, &members); err != nil {
				return nil, fmt.Errorf("read an item back: %w", err)
			}
			delete(members, imagestatus.FieldElementID)
			items[i] = appendJSON(nil, members)
		}
		return s.bulk(c, items), nil
	})
}

// operate accepts the only element operation that is simulated: abort_upgrade.
func (s *Simulator) operate(c *call) ([]byte, error) {
	var asked struct{ Action string }
	if err := json.Unmarshal(c.body, &asked); err != nil {
		return nil, badRequest("INVALID_JSON", "The request body is not JSON.")
	}
	if asked.Action != "abort_upgrade" {
		return nil, badRequest("COMMAND_NOT_SUPPORTED", "The action %q is not supported.", asked.Action)
	}
	return s.onElement(c, func(r *record, now time.Time) ([]byte, error) {
		if !r.abort(now) {
			return nil, badRequest("COMMAND_NOT_SUPPORTED", "There is no upgrade to abort.")
		}
		return fmt.Appendf(nil, `{"_request_id":%q,"_status_code":"200","action":%q,"parameters":null}`, s.nextRequestID(), asked.Action), nil
	})
}

// onElement answers about the element in the path, under the fleet's lock.
func (s *Simulator) onElement(c *call, work func(r *record, now time.Time) ([]byte, error)) (answer []byte, err error) {
	err = s.change(func(now time.Time) error {
		r, err := s.fleet.find(c.request.PathValue("id"))
		if err != nil {
			return refuse(http.StatusNotFound, "ELEMENT_NOT_FOUND", "The element is not known.")
		}
		r.at(now)
		answer, err = work(r, now)
		return err
	})
	return answer, err
}
