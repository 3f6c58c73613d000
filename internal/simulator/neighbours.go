package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// bulk is the envelope of a list that is read with GET: all in one page
// (observed).
func (s *Simulator) bulk(items []map[string]any) ([]byte, error) {
	return json.Marshal(map[string]any{
		"_content_length": "0", "_created_on_utc": 0, "_etag": 0, "_request_id": s.nextRequestID(), "_schema": 0,
		"_status_code": "200", "_updated_on_utc": 0, "count": len(items), "items": items,
	})
}

func (s *Simulator) listElements(*call) ([]byte, error) {
	reader, done := s.read(s.Switches())
	defer done()
	items := make([]map[string]any, 0, len(s.fleet.byElement))
	for i, record := range s.fleet.byElement {
		if i == 0 || s.fleet.byElement[i-1].base.Element() != record.base.Element() {
			items = append(items, s.fleet.elementBody(record, reader.now))
		}
	}
	return s.bulk(items)
}

func (s *Simulator) getElement(c *call) ([]byte, error) {
	return s.onElement(c, func(r *record, now time.Time) ([]byte, error) { return json.Marshal(s.fleet.elementBody(r, now)) })
}

var models = []string{"ion 1200", "ion 3000", "ion 3200", "ion 9000"}

// rebooting are the states in which an element is not connected (inferred).
var rebooting = []imagestatus.State{"upgrading", "upgrade", "in-progress"}

// connected reports whether an element can be reached at a moment.
func (f *fleet) connected(r *record, now time.Time) bool {
	return !f.disconnected[r.base.Element()] && !slices.Contains(rebooting, r.at(now).State())
}

func (f *fleet) elementBody(r *record, now time.Time) map[string]any {
	row := r.at(now)
	number := r.ordinal + 1
	return map[string]any{
		"id": row.Element(), "name": fmt.Sprintf("branch-%05d", number), "site_id": identifier(imagesEpoch.Add(time.Duration(number)*time.Minute), number),
		"software_version": row.ActiveVersion, "model_name": models[number%len(models)], "state": "bound", "role": "SPOKE",
		"connected": f.connected(r, now), "tenant_id": TenantID, "tags": nil,
		"_etag": row.Etag, "_schema": 1, "_created_on_utc": row.CreatedOnUTC, "_updated_on_utc": row.UpdatedOnUTC,
		"_debug": nil, "_info": nil, "_warning": nil, "_error": nil,
	}
}

func (s *Simulator) listImages(*call) ([]byte, error) {
	items := make([]map[string]any, len(tenantImages))
	for i, image := range tenantImages {
		items[i] = imageBody(image)
	}
	return s.bulk(items)
}

func (s *Simulator) getImage(c *call) ([]byte, error) {
	image, known := imageByID(c.request.PathValue("id"))
	if !known {
		return nil, refuse(http.StatusNotFound, "ELEMENT_IMAGE_NOT_FOUND", "The image is not known.")
	}
	return json.Marshal(imageBody(image))
}

func imageBody(image tenantImage) map[string]any {
	return map[string]any{
		"id": image.ID, "version": image.Version, "state": image.state, "type": "element", "is_lts": false,
		"recommended_release": image.Version == versionTarget, "eol_date": nil, "release_url": nil,
		"_etag": 1, "_schema": 4, "_created_on_utc": stamp(imagesEpoch), "_updated_on_utc": stamp(imagesEpoch),
	}
}

// getHistory lists the last upgrades of one element; its items have no
// element_id (observed).
func (s *Simulator) getHistory(c *call) ([]byte, error) {
	return s.onElement(c, func(r *record, _ time.Time) ([]byte, error) {
		rows := r.upgrades()
		items := make([]map[string]any, len(rows))
		for i := range rows {
			encoded := c.switches.style().appendItem(nil, valuesOf(&rows[i]), "")
			if err := json.Unmarshal(encoded, &items[i]); err != nil {
				return nil, fmt.Errorf("read an item back: %w", err)
			}
			delete(items[i], imagestatus.FieldElementID)
		}
		return s.bulk(items)
	})
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
	return s.onElement(c, func(r *record, now time.Time) ([]byte, error) {
		if !r.abort(now) {
			return nil, badRequest("COMMAND_NOT_SUPPORTED", "There is no upgrade to abort.")
		}
		return fmt.Appendf(nil, `{"_request_id":%q,"_status_code":"200","action":%q,"parameters":null}`, s.nextRequestID(), asked.Action), nil
	})
}

// onElement answers from the element in the path, under the fleet's lock.
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
