package sdwan

import (
	"errors"
	"net/http"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestAskReturnsAnyAnswerAsItCame(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		body   string
	}{
		{http.StatusOK, `{"items":[]}`},
		{http.StatusOK, `{"_error":[{"code":"BAD_QUERY_REQUEST"}]}`},
		{http.StatusBadRequest, `{"_error":[]}`},
		{http.StatusForbidden, `no JSON`},
		{http.StatusNotImplemented, ``},
	} {
		fake := &controller{query: respond(test.status, "application/json", test.body)}
		client := clientOf(t, inMemoryConfig(inMemory(fake)), func(c *Config) { c.MaxRetries = 0 })
		answer, err := client.Ask(t.Context(), StatusQuery, []byte(`{"limit":1}`))
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status != test.status || string(answer.Body) != test.body {
			t.Errorf("got %d %q, want %d %q", answer.Status, answer.Body, test.status, test.body)
		}
	}
}

func TestAskReachesEachEndpointInBothForms(t *testing.T) {
	t.Parallel()
	for _, form := range []simulator.Form{simulator.Unified, simulator.Legacy} {
		for path, of := range map[string]*Endpoint{
			"POST v2.1 /software/current_status/query": StatusQuery,
			"POST v3.2 /elements/query":                ElementQuery,
			"GET v3.2 /elements":                       ElementList,
			"POST v4.13 /sites/query":                  SiteQuery,
			"GET v4.13 /sites":                         SiteList,
			"GET v2.4 /element_images":                 ImageList,
		} {
			controller, err := simulator.New(simulator.Options{Elements: 3})
			if err != nil {
				t.Fatal(err)
			}
			client := clientOf(t, inMemoryConfig(inMemory(controller)), formed(form))
			var body []byte
			if path[0] == 'P' {
				body = []byte(`{}`)
			}
			answer, err := client.Ask(t.Context(), of, body)
			if err != nil || answer.Status != http.StatusOK {
				t.Errorf("%s, %s: %d, %v", form, path, answer.Status, err)
			}
		}
	}
}

func TestAskThatCannotSignInIsAnErrorOfTheClient(t *testing.T) {
	t.Parallel()
	controller, err := simulator.New(simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client := clientOf(t, inMemoryConfig(inMemory(controller)), func(c *Config) { c.Unified.ClientSecret = "wrong" })
	_, err = client.Ask(t.Context(), ImageList, nil)
	if failure, is := errors.AsType[*Error](err); !is || failure.Kind != KindCredentials {
		t.Errorf("got %v", err)
	}
}
