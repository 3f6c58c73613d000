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

// listElements lists the elements with the fields that tell them apart.
func (s *Simulator) listElements(*call) ([]byte, error) {
	reader, done := s.read(s.Switches())
	defer done()
	items := make([]map[string]any, 0, len(s.fleet.byElement))
	for i, record := range s.fleet.byElement {
		if i == 0 || s.fleet.byElement[i-1].base.Element() != record.base.Element() {
			items = append(items, elementBody(record, reader.now))
		}
	}
	return s.bulk(items)
}

func (s *Simulator) getElement(c *call) ([]byte, error) {
	var body []byte
	err := s.withElement(c, func(r *record, now time.Time) error {
		var err error
		body, err = json.Marshal(elementBody(r, now))
		return err
	})
	return body, err
}

var models = []string{"ion 1200", "ion 3000", "ion 3200", "ion 9000"}

// rebooting are the states in which an element is not connected (inferred).
var rebooting = []imagestatus.State{"upgrading", "upgrade", "in-progress"}

func elementBody(r *record, now time.Time) map[string]any {
	row := r.at(now)
	number := r.ordinal + 1
	return map[string]any{
		"id": row.Element(), "name": fmt.Sprintf("branch-%05d", number), "site_id": identifier(imagesEpoch.Add(time.Duration(number)*time.Minute), number),
		"software_version": row.ActiveVersion, "model_name": models[number%len(models)], "state": "bound", "role": "SPOKE",
		"connected": !slices.Contains(rebooting, row.State()), "tenant_id": TenantID, "tags": nil,
		"_etag": row.Etag, "_schema": 1, "_created_on_utc": row.CreatedOnUTC, "_updated_on_utc": row.UpdatedOnUTC,
		"_debug": nil, "_info": nil, "_warning": nil, "_error": nil,
	}
}

func (s *Simulator) listImages(*call) ([]byte, error) {
	var items []map[string]any
	for i := range imageTable {
		items = append(items, imageBody(i))
	}
	return s.bulk(items)
}

func (s *Simulator) getImage(c *call) ([]byte, error) {
	index := slices.IndexFunc(Images(), func(image Image) bool { return image.ID == c.request.PathValue("id") })
	if index < 0 {
		return nil, refuse(http.StatusNotFound, "ELEMENT_IMAGE_NOT_FOUND", "The image is not known.")
	}
	return json.Marshal(imageBody(index))
}

func imageBody(index int) map[string]any {
	image := Images()[index]
	return map[string]any{
		"id": image.ID, "version": image.Version, "state": imageTable[index].state, "type": "element", "is_lts": false,
		"recommended_release": image.Version == versionTarget, "eol_date": nil, "release_url": nil,
		"_etag": 1, "_schema": 4, "_created_on_utc": stamp(imagesEpoch), "_updated_on_utc": stamp(imagesEpoch),
	}
}

// getHistory lists the last upgrades of one element; its items have no
// element_id (observed).
func (s *Simulator) getHistory(c *call) ([]byte, error) {
	var rows []Row
	err := s.withElement(c, func(r *record, _ time.Time) error {
		rows = r.upgrades()
		return nil
	})
	if err != nil {
		return nil, err
	}
	items := make([]map[string]any, len(rows))
	for i := range rows {
		encoded := c.switches.style().appendItem(nil, valuesOf(&rows[i]), "")
		if err := json.Unmarshal(encoded, &items[i]); err != nil {
			return nil, fmt.Errorf("read an item back: %w", err)
		}
		delete(items[i], imagestatus.FieldElementID)
	}
	return s.bulk(items)
}
