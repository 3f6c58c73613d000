package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// factsFolder is where the facts are. They are an OpenAPI description in
// themselves, so that a changed copy stands for a description that moved.
const factsFolder = "../../simulator/testdata/contract"

// description is a copy of the facts in which one text is replaced.
func description(t *testing.T, before, after string) string {
	t.Helper()
	folder := t.TempDir()
	for _, form := range forms {
		raw, err := os.ReadFile(filepath.Join(factsFolder, form.name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(raw, []byte(before)) {
			t.Fatalf("the facts of the %s form hold no %s", form.name, before)
		}
		changed := strings.ReplaceAll(string(raw), before, after)
		if err := os.WriteFile(filepath.Join(folder, form.name+".json"), []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestWhatMovedIsPrinted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after, want string }{
		"nothing":            {`"getDeleted"`, `"getDeleted"`, ""},
		"prose":              {`"type": "string"`, `"type": "string", "description": "Text."`, ""},
		"renamed field":      {`"getDeleted"`, `"get_deleted"`, "schemas ElementImageStatusQuery properties get_deleted type: \"boolean\""},
		"other type":         {`"type": "number"`, `"type": "string"`, "- schemas AggregateData properties value type: \"number\""},
		"new enumerated":     {`"avg",`, `"avg", "median",`, "+ schemas Aggregate properties operator enum: \"median\""},
		"version of a path":  {`/v2.4/`, `/v2.5/`, "element_images get"},
		"path that appeared": {`"paths": {`, `"paths": {"/sdwan/v2.4/api/element_images/query": {"post": {"responses": {}}}, "/v2.4/api/tenants/{tenant_id}/element_images/query": {"post": {"responses": {}}},`, "+ paths /sdwan/v2.4/api/element_images/query post"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var output bytes.Buffer
			err := run([]string{"-facts", factsFolder, "-spec", description(t, test.before, test.after)}, &output)
			if errors.Is(err, errMoved) != (test.want != "") || err != nil && test.want == "" {
				t.Errorf("got %v", err)
			}
			if !strings.Contains(output.String(), test.want) || test.want == "" && output.Len() > 0 {
				t.Errorf("got:\n%s", &output)
			}
		})
	}
}

func TestWrittenFactsEqualThoseOfTheRepository(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const source, date = "PaloAltoNetworks/pan.dev openapi-specs/sdwan at f99491858, controller 6.8.1", "2026-07-30"
	err := run([]string{"-write", "-source", source, "-date", date, "-facts", folder, "-spec", description(t, `"type": "string"`, `"description": "Text.", "type": "string"`)}, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range forms {
		want, err := os.ReadFile(filepath.Join(factsFolder, form.name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(folder, form.name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("the facts of the %s form are written differently", form.name)
		}
	}
}

func TestWhatCannotBeComparedIsAnError(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"no folder":            {nil, "SPEC=folder"},
		"folder not there":     {[]string{"-spec", filepath.Join(empty, "none")}, "none"},
		"empty folder":         {[]string{"-spec", empty}, "no file in"},
		"no facts":             {[]string{"-spec", factsFolder, "-facts", empty}, "there are no facts"},
		"write without source": {[]string{"-spec", factsFolder, "-write"}, "-source"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(test.arguments, &bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}
