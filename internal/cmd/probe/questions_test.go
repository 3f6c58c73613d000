package main

import (
	"bytes"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

var update = flag.Bool("update", false, "write the page on what is known anew")

func TestPageOnWhatIsKnownIsMadeOfTheQuestions(t *testing.T) {
	t.Parallel()
	const file = "../../../templates/guides/what-is-known.md.tmpl"
	page := knownPage()
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(written), page); diff != "" {
		t.Errorf("run go test ./internal/cmd/probe -run %s -update, then make generate (-file +table):\n%s", t.Name(), diff)
	}
}

// indirect are switches that no question is about by name, with the reason.
var indirect = map[string]string{
	"InvalidClientStatus": "failed_sign_in is not asked",
	"WrongTenantStatus":   "wrong_tenant is not asked",
	"QueriesPerSecond":    "rate_limit is never settled",
}

func TestEverySwitchOfTheSimulatorHasAQuestion(t *testing.T) {
	t.Parallel()
	asked := make(map[string]bool)
	for _, one := range questions {
		for _, meaning := range one.meanings {
			for name := range meaning.positions {
				asked[name] = true
			}
		}
	}
	for field := range reflect.TypeFor[simulator.Switches]().Fields() {
		if asked[field.Name] == (indirect[field.Name] != "") {
			t.Errorf("%s: asked for %t, and the reason not to is %q", field.Name, asked[field.Name], indirect[field.Name])
		}
	}
}

func TestEveryPositionThatAMeaningNamesExists(t *testing.T) {
	t.Parallel()
	for _, one := range questions {
		for _, meaning := range one.meanings {
			settled := meaning.settles(finding{measured: map[string]any{"MaxLimit": 1, "MaxTotalCount": 1, "MaxFleetLimit": 1, "TokenLifetime": 1}})
			var file bytes.Buffer
			if err := (&report{Version: reportVersion, Switches: settled}).writeJSON(&file); err != nil {
				t.Fatal(err)
			}
			if _, err := simulator.ReadLike(&file); err != nil {
				t.Errorf("%s, %s: %v", one.name, meaning.word, err)
			}
		}
	}
}

func TestQuestionsAreToldApartAndComplete(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, one := range questions {
		if names[one.name] {
			t.Errorf("%s is asked twice", one.name)
		}
		names[one.name] = true
		if !slices.Contains(topics, one.topic) {
			t.Errorf("%s: the topic %q is not in the report", one.name, one.topic)
		}
		if !strings.HasSuffix(one.asks, "?") || !strings.HasSuffix(one.how, ".") || !strings.HasSuffix(one.presumed, ".") {
			t.Errorf("%s: these are no sentences: %q, %q, %q", one.name, one.asks, one.how, one.presumed)
		}
		words := make(map[string]bool)
		for _, meaning := range one.meanings {
			if words[meaning.word] || meaning.word == "" || !strings.HasSuffix(meaning.says, ".") {
				t.Errorf("%s: the meaning %+v", one.name, meaning)
			}
			words[meaning.word] = true
		}
	}
}
