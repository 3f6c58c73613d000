package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// kept are the fields whose texts a report may show, in their shapes. Their words
// stand in other fields too.
var kept = []string{"upgrade_state", "active_version", "version", "role", "state", "type", "code", "admin_state"}

// leaves calls visit for each value of a document that is no object and no list,
// with the way to it, and puts what visit returns in its place.
func leaves(value any, way string, visit func(way string, leaf any) any) any {
	switch typed := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(typed)) {
			typed[key] = leaves(typed[key], way+"/"+key, visit)
		}
		return typed
	case []any:
		for i := range typed {
			typed[i] = leaves(typed[i], way, visit)
		}
		return typed
	default:
		return visit(way, value)
	}
}

// rewriting visits the leaves of every answer but that of the token endpoint, whose
// token has to stay good.
func rewriting(visit func(way string, leaf any) any) twist {
	return func(request *http.Request, response *http.Response) *http.Response {
		body, _ := io.ReadAll(response.Body)
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var document any
		if decoder.Decode(&document) == nil && !strings.HasSuffix(request.URL.Path, "access_token") {
			body, _ = json.Marshal(leaves(document, request.Method+" "+request.URL.Path, visit))
		}
		response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return response
	}
}

// texts is a report in both of its forms.
func texts(t *testing.T, form simulator.Form, change twist) string {
	t.Helper()
	var text bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		asked, network := tenantOf(t, configOf(form), simulator.Options{Elements: 14, Seed: 11, Scenario: "mixed"})
		network.twist = change
		read, _ := asked.askAll(t.Context(), func(*question) {}) // What was changed may well end it.
		text.WriteString(read.markdown())
		if err := read.writeJSON(&text); err != nil {
			t.Fatal(err)
		}
	})
	return text.String()
}

func TestNothingThatTheControllerSaysOfItsTenantIsInTheReport(t *testing.T) {
	t.Parallel()
	for _, form := range []simulator.Form{simulator.Unified, simulator.Legacy} {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			said, shown := make(map[string]bool), make(map[string]bool)
			text := texts(t, form, rewriting(func(way string, leaf any) any {
				word, is := leaf.(string)
				switch {
				case !is || len(word) < 4:
				case slices.Contains(kept, way[strings.LastIndex(way, "/")+1:]):
					shown[word] = true
				default:
					said[word] = true
				}
				return leaf
			}))
			for word := range shown {
				delete(said, word)
			}
			for word := range said {
				if strings.Contains(text, word) {
					t.Errorf("%q is in the report", word)
				}
			}
			if len(said) < 200 {
				t.Errorf("only %d texts were looked for", len(said))
			}
			for _, secret := range []string{simulator.TenantID, simulator.ClientID, simulator.ClientSecret, simulator.AuthToken, simulator.TSGID, endpoint} {
				if strings.Contains(text, secret) {
					t.Errorf("%q is in the report", secret)
				}
			}
		})
	}
}

func TestCanaryInAnyFieldOfAnyAnswerStaysOutOfTheReport(t *testing.T) {
	t.Parallel()
	ways := make(map[string]bool)
	texts(t, simulator.Unified, rewriting(func(way string, leaf any) any {
		ways[way] = true
		return leaf
	}))
	if len(ways) < 150 {
		t.Fatalf("there are only %d fields", len(ways))
	}
	for number, changed := range slices.Sorted(maps.Keys(ways)) {
		t.Run(strings.ReplaceAll(changed, "/", "_"), func(t *testing.T) {
			t.Parallel()
			canary := fmt.Sprintf("Canary%dYellow", number)
			met := 0
			text := texts(t, simulator.Unified, rewriting(func(way string, leaf any) any {
				if way != changed {
					return leaf
				}
				met++
				return canary
			}))
			if met == 0 {
				t.Error("the canary was never sent")
			}
			if strings.Contains(strings.ToLower(text), strings.ToLower(canary)) {
				t.Errorf("the canary is in the report:\n%s", text)
			}
		})
	}
}

func TestCanaryInEveryFieldAndKeyAtOnceStaysOutOfTheReport(t *testing.T) {
	t.Parallel()
	const canary = "Canary Yellow|<b>`7"
	for _, keep := range [][]string{nil, {"items"}, {"id", "element_id", "count", "total_count"}} {
		text := texts(t, simulator.Unified, func(request *http.Request, response *http.Response) *http.Response {
			changed := rewriting(func(way string, leaf any) any {
				if slices.Contains(keep, way[strings.LastIndex(way, "/")+1:]) {
					return leaf
				}
				return canary
			})(request, response)
			body, _ := io.ReadAll(changed.Body)
			body = bytes.Replace(body, []byte(`{`), []byte(`{"`+canary+`":"`+canary+`",`), 1)
			changed.Body, changed.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			return changed
		})
		if strings.Contains(text, "Canary") || strings.Contains(text, "Yellow") {
			t.Errorf("the canary is in the report:\n%s", text)
		}
	}
}
