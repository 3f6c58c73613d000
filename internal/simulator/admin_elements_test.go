package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// listed is an element as GET /_simulator/elements shows it.
type listed struct {
	ElementID     string `json:"element_id"`
	Wave          string `json:"wave"`
	UpgradeState  string `json:"upgrade_state"`
	ActiveVersion string `json:"active_version"`
	Connected     bool   `json:"connected"`
}

// admin posts a form to the admin surface.
func (c *client) admin(operation, form string) reply {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.server.URL+"/_simulator/"+operation, strings.NewReader(form))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.send(request)
}

func TestAdminActsOnTheElementsNamed(t *testing.T) {
	t.Parallel()
	current, target, previous := simulator.CurrentImage().Version, simulator.TargetImage().Version, "6.3.3-b4"
	for name, test := range map[string]struct {
		operation, further string
		want               listed
	}{
		"upgrade to the target":      {"upgrade", "", listed{UpgradeState: "complete", ActiveVersion: target, Connected: true}},
		"upgrade to a version":       {"upgrade", "&version=" + previous, listed{UpgradeState: "complete", ActiveVersion: previous, Connected: true}},
		"upgrade to an image":        {"upgrade", "&image=" + simulator.CurrentImage().ID, listed{UpgradeState: "complete", ActiveVersion: current, Connected: true}},
		"upgrade on a path":          {"upgrade", "&path=install_fails", listed{UpgradeState: "install_failed", ActiveVersion: current, Connected: true}},
		"fail":                       {"fail", "&info=disk+full", listed{UpgradeState: "failed", ActiveVersion: current, Connected: true}},
		"fail for no special reason": {"fail", "", listed{UpgradeState: "failed", ActiveVersion: current, Connected: true}},
		"disconnect":                 {"disconnect", "", listed{UpgradeState: "complete", ActiveVersion: current}},
		"connect":                    {"connect", "", listed{UpgradeState: "complete", ActiveVersion: current, Connected: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{Elements: 20, Scenario: "steady"})
			c := newClient(t, server, simulator.Unified)
			var before, after []listed
			for _, id := range server.ElementIDs() {
				if err := server.SetState(id, "complete"); err != nil {
					t.Fatal(err)
				}
			}
			decode(t, c.do(http.MethodGet, "/_simulator/elements", "").body, &before)
			for _, i := range []int{3, 7} {
				test.want.ElementID, test.want.Wave = before[i].ElementID, before[i].Wave
				before[i] = test.want
			}
			form := "elements=" + before[3].ElementID + ",+" + before[7].ElementID + test.further
			if answer := c.admin(test.operation, form); answer.status != http.StatusOK {
				t.Fatalf("got %d %s", answer.status, answer.body)
			}
			server.Advance(time.Hour)
			decode(t, c.do(http.MethodGet, "/_simulator/elements", "").body, &after)
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("the fleet (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFailureOverHTTPShowsItsText(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 3})
	c := newClient(t, server, simulator.Unified)
	c.admin("fail", "elements="+server.ElementIDs()[0]+"&info=disk+full")
	c.admin("fail", "elements="+server.ElementIDs()[1])
	for i, want := range []string{"disk full", "Upgrade failed: internal error."} {
		if got := server.Rows()[i].FailureInfo; got == nil || *got != want {
			t.Errorf("element %d has the failure_info %v, want %q", i, got, want)
		}
	}
}

func TestDisconnectedElementsAreListedAsSuch(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 3})
	c := signedIn(t, server, simulator.Unified)
	connected := func() string {
		var elements struct {
			Items []struct{ Connected bool }
		}
		decode(t, c.do(http.MethodGet, c.neighbour("v3.2", "elements"), "").body, &elements)
		one := c.do(http.MethodGet, c.neighbour("v3.2", "elements/"+server.ElementIDs()[1]), "").object()
		return fmt.Sprint(elements.Items, one["connected"])
	}
	second := server.ElementIDs()[1]
	for _, step := range []struct {
		act  func() error
		want string
	}{
		{func() error { return nil }, "[{true} {true} {true}] true"},
		{func() error { return server.SetConnected(false, second) }, "[{true} {false} {true}] false"},
		{func() error { return server.Fail(second, "broken") }, "[{true} {false} {true}] false"},
		{func() error { return server.SetConnected(true, second) }, "[{true} {true} {true}] true"},
	} {
		if err := step.act(); err != nil {
			t.Fatal(err)
		}
		if got := connected(); got != step.want {
			t.Errorf("elements are connected: %s, want %s", got, step.want)
		}
	}
}

func TestAdminRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 40})
	c := newClient(t, server, simulator.Unified)
	before := c.do(http.MethodGet, "/_simulator/elements", "").body
	element := server.ElementIDs()[0]
	for name, test := range map[string]struct{ form, says string }{
		"an element that is not in the fleet": {"elements=" + element + ",77", `element "77" is not in the fleet`},
		"no element":                          {"elements=", `element "" is not in the fleet`},
		"neither elements nor a wave":         {"", "elements=ID,ID"},
		"elements and a wave":                 {"wave=canary&elements=" + element, "elements=ID,ID"},
		"a wave that does not exist":          {"wave=late", "use canary, early or rest"},
		"a misspelt parameter":                {"wave=canary&colour=red", `parameter "colour" is not known; use wave, elements`},
		"JSON":                                {`{"elements":["1"]}`, "is not known; use wave, elements"},
	} {
		for _, operation := range []string{"upgrade", "fail", "connect", "disconnect"} {
			if answer := c.admin(operation, test.form); answer.status != http.StatusBadRequest || !strings.Contains(string(answer.body), test.says) {
				t.Errorf("%s of %s: got %d %s, want 400 with %s", operation, name, answer.status, answer.body, test.says)
			}
		}
	}
	for _, form := range []string{"version=6.3.6", "image=1", "version=6.3.6-b9&image=" + simulator.CurrentImage().ID, "path=sideways"} {
		if answer := c.admin("upgrade", "wave=canary&"+form); answer.status != http.StatusBadRequest {
			t.Errorf("upgrade with %s: got %d %s, want 400", form, answer.status, answer.body)
		}
	}
	if diff := cmp.Diff(string(before), string(c.do(http.MethodGet, "/_simulator/elements", "").body)); diff != "" {
		t.Errorf("what was refused changed the fleet (-before +after):\n%s", diff)
	}
}
