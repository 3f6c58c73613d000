package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const title = "Facts of the Prisma SD-WAN API: names, types, enumerations and required fields, without any text of the vendor's"

// forms have the paths of each form whose facts are kept. A path that the
// description does not have is left out of the facts, which is a fact too: it
// shows as moved once it is there. So it is with the query of images.
var forms = []struct {
	name  string
	paths []string
}{
	{"unified", []string{
		"/sdwan/v2.1/api/profile",
		"/sdwan/v2.1/api/software/current_status/query",
		"/sdwan/v3.2/api/elements",
		"/sdwan/v3.2/api/elements/query",
		"/sdwan/v4.13/api/sites",
		"/sdwan/v4.13/api/sites/query",
		"/sdwan/v2.4/api/element_images",
		"/sdwan/v2.4/api/element_images/query",
	}},
	{"legacy", []string{
		"/v2.0/api/profile",
		"/v2.1/api/profile",
		"/v2.1/api/tenants/{tenant_id}/software/current_status/query",
		"/v3.2/api/tenants/{tenant_id}/elements",
		"/v3.2/api/tenants/{tenant_id}/elements/query",
		"/v4.13/api/tenants/{tenant_id}/sites",
		"/v4.13/api/tenants/{tenant_id}/sites/query",
		"/v2.4/api/tenants/{tenant_id}/element_images",
		"/v2.4/api/tenants/{tenant_id}/element_images/query",
	}},
}

// methods are those whose bodies are kept. The others write.
var methods = []string{"get", "post"}

// object is a JSON object.
type object = map[string]any

// header is the info of a file of facts.
type header struct {
	Title string `json:"title"`
	// Version is the date of the description.
	Version string `json:"version"`
	Source  string `json:"x-source"`
}

// facts are in the form of an OpenAPI document, so that tests validate bodies
// against them as against the description.
type facts struct{ paths, schemas object }

func newFacts() *facts { return &facts{paths: object{}, schemas: object{}} }

// readFolder returns the facts of each form in all files of a folder.
func readFolder(folder string) (map[string]*facts, error) {
	described := make(map[string]*facts, len(forms))
	for _, form := range forms {
		described[form.name] = newFacts()
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
			return err
		}
		document, err := load(path)
		if err != nil {
			return err
		}
		for _, form := range forms {
			for _, wanted := range form.paths {
				if err := described[form.name].add(document, wanted); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	for _, form := range forms {
		if len(described[form.name].paths) == 0 {
			return nil, fmt.Errorf("no file in %s has a path of the %s form, such as %s", folder, form.name, form.paths[0])
		}
	}
	return described, nil
}

// load reads an OpenAPI file, in which every reference must lead somewhere.
func load(path string) (object, error) {
	parsed, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	raw, err := parsed.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var document object
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return document, nil
}

// add takes up what a document says of a path. It fails where another document
// said something else.
func (f *facts) add(document object, path string) error {
	described := at(document, "paths", path)
	if described == nil {
		return nil
	}
	operations := object{}
	for _, method := range methods {
		operation := at(described, method)
		if operation == nil {
			continue
		}
		kept := object{"responses": object{"200": content(reduce(at(operation, "responses", "200", "content", "application/json", "schema")))}}
		if body := at(operation, "requestBody", "content", "application/json", "schema"); body != nil {
			kept["requestBody"] = content(reduce(body))
		}
		operations[method] = kept
	}
	if err := put(f.paths, path, operations); err != nil {
		return err
	}
	return f.addSchemas(document, operations)
}

// addSchemas takes up the schemas that a part refers to, and theirs.
func (f *facts) addSchemas(document object, part any) error {
	for _, name := range references(part) {
		schema := reduce(at(document, "components", "schemas", name))
		if _, known := f.schemas[name]; known {
			if err := put(f.schemas, name, schema); err != nil {
				return err
			}
			continue
		}
		f.schemas[name] = schema
		if err := f.addSchemas(document, schema); err != nil {
			return err
		}
	}
	return nil
}

func put(into object, name string, value any) error {
	if before, known := into[name]; known && !reflect.DeepEqual(before, value) {
		return fmt.Errorf("%s differs from that of another file: keep one of the two in the folder", name)
	}
	into[name] = value
	return nil
}

func content(schema object) object {
	return object{"content": object{"application/json": object{"schema": schema}}}
}

// at follows keys through objects; nil where there is none.
func at(from object, keys ...string) object {
	for _, key := range keys {
		from, _ = from[key].(object)
	}
	return from
}

// prose are the members of a schema that only people read.
var prose = []string{"description", "title", "example", "examples", "externalDocs", "summary"}

// reduce copies a schema without its prose.
func reduce(schema object) object {
	kept := object{}
	for key, value := range schema {
		switch value := value.(type) {
		case object:
			if key == "properties" {
				properties := object{}
				for name, property := range value {
					described, _ := property.(object)
					properties[name] = reduce(described)
				}
				kept[key] = properties
			} else if !slices.Contains(prose, key) {
				kept[key] = reduce(value)
			}
		case []any:
			kept[key] = reduceAll(value)
		default:
			if !slices.Contains(prose, key) && !strings.HasPrefix(key, "x-") {
				kept[key] = value
			}
		}
	}
	return kept
}

func reduceAll(values []any) []any {
	reduced := slices.Clone(values)
	for i := range reduced {
		if schema, is := reduced[i].(object); is {
			reduced[i] = reduce(schema)
		}
	}
	return reduced
}

// references lists the schemas that a part refers to, sorted.
func references(part any) []string {
	found := make(map[string]bool)
	for line := range flatten("", part) {
		if _, name, is := strings.Cut(line, "$ref: \"#/components/schemas/"); is {
			found[strings.TrimSuffix(name, `"`)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// flatten makes a line of each value, with the way to it.
func flatten(way string, value any) map[string]bool {
	lines := make(map[string]bool)
	switch value := value.(type) {
	case object:
		if len(value) == 0 {
			lines[way+": {}"] = true
		}
		for key, member := range value {
			maps.Copy(lines, flatten(strings.TrimPrefix(way+" "+key, " "), member))
		}
	case []any:
		for _, member := range value {
			maps.Copy(lines, flatten(way, member))
		}
	default:
		text, _ := json.Marshal(value) //nolint:errchkjson // It came out of JSON.
		lines[way+": "+string(text)] = true
	}
	return lines
}

// compare lists what only one of the two has, "-" for these facts and "+" for
// the others, in the order of the names.
func (f *facts) compare(other *facts) []string {
	mine, others := f.lines(), other.lines()
	var moved []string
	for line := range mine {
		if !others[line] {
			moved = append(moved, "- "+line)
		}
	}
	for line := range others {
		if !mine[line] {
			moved = append(moved, "+ "+line)
		}
	}
	slices.SortFunc(moved, func(a, b string) int { return strings.Compare(a[2:], b[2:]) })
	return moved
}

func (f *facts) lines() map[string]bool {
	return flatten("", object{"paths": f.paths, "schemas": f.schemas})
}

func readFacts(path string) (*facts, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // The folder is an argument of the person who runs this.
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there are no facts at %s: run this in the top folder of the repository, or set -facts", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the facts: %w", err)
	}
	var document object
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &facts{paths: at(document, "paths"), schemas: at(document, "components", "schemas")}, nil
}

func (f *facts) write(path string, head header) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	err := encoder.Encode(struct {
		OpenAPI    string `json:"openapi"`
		Info       header `json:"info"`
		Paths      object `json:"paths"`
		Components object `json:"components"`
	}{"3.0.0", head, f.paths, object{"schemas": f.schemas}})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil { //nolint:gosec // The facts are part of the sources.
		return fmt.Errorf("write the facts: %w", err)
	}
	return nil
}
