package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

const (
	likeVersion = 1
	// maxLike is the largest report in bytes; a real one has a few kilobytes.
	maxLike = 1 << 20
)

// LikeFile returns the positions that the report in a file states, as ReadLike
// reads them. Its errors name the file.
func LikeFile(path string) (Switches, error) {
	file, err := os.Open(path) //nolint:gosec // The file is an argument of the person who runs this.
	if err != nil {
		return Switches{}, fmt.Errorf("report: %w", err)
	}
	defer func() { _ = file.Close() }() // Only read from.
	switches, err := ReadLike(file)
	if err != nil {
		return Switches{}, fmt.Errorf("report %s: %w", path, err)
	}
	return switches, nil
}

// ReadLike returns the positions of the switches in a report on a controller: a JSON
// object of at most 1 MiB with "version": 1 and "switches", which has the fields of
// Switches. A switch that is not in it has its default; other keys of the report are
// ignored. An error names what is wrong with the report: its version, a switch or a
// position that does not exist.
func ReadLike(report io.Reader) (Switches, error) {
	text, err := io.ReadAll(io.LimitReader(report, maxLike+1))
	if err != nil {
		return Switches{}, fmt.Errorf("read: %w", err)
	}
	if len(text) > maxLike {
		return Switches{}, fmt.Errorf("it has more than %d bytes, so it is no report on a controller", maxLike)
	}
	// A map, because names of struct fields match in any letter case.
	var keys, positions map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		return Switches{}, fmt.Errorf("it is not a JSON object: %w", err)
	}
	if err := checkLikeVersion(keys["version"]); err != nil {
		return Switches{}, err
	}
	if err := json.Unmarshal(keys["switches"], &positions); err != nil || positions == nil {
		return Switches{}, errors.New(`it has no "switches", an object of switches and their positions; make a new report`)
	}
	return likePositions(positions)
}

func checkLikeVersion(version json.RawMessage) error {
	var number int
	switch {
	case version == nil:
		return fmt.Errorf(`it has no "version"; make a new report, of version %d`, likeVersion)
	case json.Unmarshal(version, &number) != nil || number != likeVersion:
		return fmt.Errorf("its version is %.40s and only %d can be read; use the simulator of the release that made the report, or make a new one", version, likeVersion)
	default:
		return nil
	}
}

func likePositions(positions map[string]json.RawMessage) (Switches, error) {
	var switches Switches
	fields := reflect.ValueOf(&switches).Elem()
	for _, name := range slices.Sorted(maps.Keys(positions)) {
		field := fields.FieldByName(name)
		if !field.IsValid() {
			return Switches{}, fmt.Errorf("switch %.60q does not exist; %s", name, nearestSwitch(name))
		}
		if err := json.Unmarshal(positions[name], field.Addr().Interface()); err != nil {
			return Switches{}, fmt.Errorf("switch %s: %.60s is not %s", name, positions[name], kindsOfPositions[field.Kind()])
		}
	}
	if err := switches.Validate(); err != nil {
		return Switches{}, err
	}
	return switches, nil
}

// kindsOfPositions name the JSON types of the positions.
var kindsOfPositions = map[reflect.Kind]string{
	reflect.Bool:   "true or false",
	reflect.Int:    "a whole number",
	reflect.Int64:  "a whole number of nanoseconds",
	reflect.String: "a text in quotation marks",
}

func nearestSwitch(name string) string {
	known := make(map[string]bool)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Switches]()) {
		known[field.Name] = true
	}
	if nearest := inventory.Nearest(name, known); len(nearest) > 0 {
		return "the nearest is " + nearest[0]
	}
	return "use " + strings.Join(slices.Sorted(maps.Keys(known)), ", ")
}
