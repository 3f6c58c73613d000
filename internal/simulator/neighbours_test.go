package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// neighbour is the path of a neighbouring endpoint in the client's form.
func (c *client) neighbour(version, path string) string {
	if c.form == simulator.Legacy {
		return "/" + version + "/api/tenants/" + simulator.TenantID + "/" + path
	}
	return "/sdwan/" + version + "/api/" + path
}

func TestWantedStateDrivesTheLifecycle(t *testing.T) {
	t.Parallel()
	for _, form := range bothForms {
		server := start(t, simulator.Options{Elements: 3})
		c := signedIn(t, server, form)
		element := server.ElementIDs()[0]
		path := c.neighbour("v2.0", "elements/"+element+"/software/state")
		put := func(etag int, rest string) reply {
			return c.do(http.MethodPut, path, fmt.Sprintf(`{"_etag":%d,"_schema":1,%s}`, etag, rest))
		}
		image := `"image_id":"` + simulator.TargetImage().ID + `"`
		for _, test := range []struct {
			name   string
			etag   int
			rest   string
			status int
			code   string
		}{
			{"stale", 7, image, 400, "INVALID_JSON_COMMON_ATTR_MISMATCH"},
			{"no such image", 1, `"image_id":"1"`, 400, "ELEMENT_STATE_UPDATE_INVALID_IMAGE"},
			{"no such time", 1, image + `,"scheduled_download":"tomorrow"`, 400, "SOFTWARE_CONFIG_INVALID_DOWNLOAD_TIME"},
			{"interval without a time", 1, image + `,"upgrade_interval":5`, 400, "SOFTWARE_CONFIG_INVALID_UPGRADE_INTERVAL"},
			{"interval too long", 1, image + `,"scheduled_download":"08-21-2026 03:00:00","download_interval":60`, 400, "SOFTWARE_CONFIG_INVALID_DOWNLOAD_INTERVAL"},
			{"upgrade before download", 1, image + `,"scheduled_download":"08-21-2026 03:00:00","scheduled_upgrade":"08-21-2026 02:30:00"`, 400, "SOFTWARE_CONFIG_INCOMPATIBLE_SCHEDULES"},
			{"too many interfaces", 1, image + `,"interface_ids":["1","2","3","4","5"]`, 400, "SOFTWARE_CONFIG_INVALID_INTERFACES"},
			{"download only", 1, image + `,"scheduled_download":"08-21-2026 03:00:00","download_interval":30`, 200, ""},
		} {
			if answer := put(test.etag, test.rest); answer.status != test.status || answer.code() != test.code {
				t.Errorf("%s: got %d %s, want %d %s", test.name, answer.status, answer.body, test.status, test.code)
			}
		}
		if object := c.do(http.MethodGet, path, "").object(); object["_etag"] != json.Number("2") || object["image_id"] != simulator.TargetImage().ID {
			t.Errorf("state is %v", object)
		}
		server.Advance(2 * time.Hour)
		if row := server.Rows()[0]; row.State() != "download_complete" || *row.DownloadInterval != 30 {
			t.Errorf("download only ends in %s", row.State())
		}
		if answer := put(2, image); answer.status != http.StatusOK {
			t.Errorf("immediate upgrade: %d %s", answer.status, answer.body)
		}
		server.Advance(time.Hour)
		if row := server.Rows()[0]; row.State() != "complete" || *row.ActiveVersion != simulator.TargetImage().Version {
			t.Errorf("immediate upgrade ends in %s on %s", row.State(), *row.ActiveVersion)
		}
	}
}

func TestAbortEndsAnUpgradeInItsPhase(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]imagestatus.State{
		0: "download_abort", 2 * time.Minute: "download_abort", 4*time.Minute + 50*time.Second: "upgrade_abort", 6 * time.Minute: "upgrade_cancelled",
	} {
		server := start(t, simulator.Options{Elements: 1})
		c := signedIn(t, server, simulator.Unified)
		element := server.ElementIDs()[0]
		path := c.neighbour("v2.0", "elements/"+element+"/operations")
		const abort = `{"action":"abort_upgrade","parameters":null}`
		if answer := c.do(http.MethodPost, path, abort); answer.code() != "COMMAND_NOT_SUPPORTED" {
			t.Errorf("nothing to abort: %d %s", answer.status, answer.body)
		}
		upgrade(t, server.Simulator, []string{element}, simulator.Plan{})
		server.Advance(after)
		before := *server.Rows()[0].DownloadPercent
		if answer := c.do(http.MethodPost, path, abort); answer.status != http.StatusOK {
			t.Errorf("abort: %d %s", answer.status, answer.body)
		}
		if phase := server.Rows()[0].Phase(); phase != imagestatus.PhaseAborting {
			t.Errorf("after %s the phase is %s", after, phase)
		}
		server.Advance(time.Minute)
		if row := server.Rows()[0]; row.State() != want || *row.DownloadPercent != before || *row.ActiveVersion != simulator.CurrentImage().Version {
			t.Errorf("after %s the abort ends in %s at %d %%, want %s at %d %%", after, row.State(), *row.DownloadPercent, want, before)
		}
	}
}

func TestHistoryHoldsTheLastFiveUpgrades(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 2})
	c := signedIn(t, server, simulator.Unified)
	element := server.ElementIDs()[0]
	for range 7 {
		upgrade(t, server.Simulator, []string{element}, simulator.Plan{})
		server.Advance(time.Hour)
	}
	var one, all page
	decode(t, c.do(http.MethodGet, c.neighbour("v2.1", "elements/"+element+"/software/status"), "").body, &one)
	decode(t, c.do(http.MethodPost, c.neighbour("v2.1", "software/status/query"), `{"query_params":{"element_id":{"eq":"`+element+`"}}}`).body, &all)
	if diff := cmp.Diff(one.values("id"), all.values("id")); diff != "" || len(one.Items) != 5 {
		t.Errorf("got %d rows of one element (-get +query):\n%s", len(one.Items), diff)
	}
	ids := make(map[string]bool)
	for _, item := range one.Items {
		ids[string(item["id"])] = true
		if _, present := item["element_id"]; present {
			t.Error("a row of one element names the element")
		}
	}
	if len(ids) != 5 {
		t.Errorf("rows share identifiers: %v", ids)
	}
	if got := c.rows(`{}`); len(got.Items) != 2 {
		t.Errorf("the current status has %d rows, want one per element", len(got.Items))
	}
}

func TestElementsAndImagesAreListed(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 3})
	c := signedIn(t, server, simulator.Legacy)
	element := server.ElementIDs()[0]
	upgrade(t, server.Simulator, []string{element}, simulator.Plan{})
	server.Advance(9 * time.Minute)
	one := c.do(http.MethodGet, c.neighbour("v3.2", "elements/"+element), "").object()
	if one["connected"] != any(false) || one["software_version"] != simulator.CurrentImage().Version || one["tenant_id"] != simulator.TenantID {
		t.Errorf("an element that reboots is %v", one)
	}
	var elements, images page
	decode(t, c.do(http.MethodGet, c.neighbour("v3.2", "elements"), "").body, &elements)
	decode(t, c.do(http.MethodGet, c.neighbour("v2.4", "element_images"), "").body, &images)
	if len(elements.Items) != 3 || len(images.Items) != len(server.Images()) {
		t.Errorf("%d elements and %d images", len(elements.Items), len(images.Items))
	}
	image := c.do(http.MethodGet, c.neighbour("v2.4", "element_images/"+simulator.TargetImage().ID), "").object()
	if image["version"] != simulator.TargetImage().Version {
		t.Errorf("image is %v", image)
	}
	for _, path := range []string{"v3.2 elements/1", "v2.4 element_images/1", "v2.0 elements/1/software/state"} {
		var version, rest string
		if _, err := fmt.Sscan(path, &version, &rest); err != nil {
			t.Fatal(err)
		}
		if answer := c.do(http.MethodGet, c.neighbour(version, rest), ""); answer.status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, answer.status)
		}
	}
}
