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

// ReadLike returns the positions of the switches that a report on a controller
// states: a JSON object of at most 1 MiB with "version": 1 and "switches", an
// object in the terms of Switches. A switch that it does not name has its
// default, and its other keys are ignored. An error names what is wrong with
// the report: its version, a switch that does not exist, a position that does not.
func ReadLike(report io.Reader) (Switches, error) {
	text, err := io.ReadAll(io.LimitReader(report, maxLike+1))
	if err != nil {
		return Switches{}, fmt.Errorf("read: %w", err)
	}
	if len(text) > maxLike {
		return Switches{}, fmt.Errorf("it has more than %d bytes, so it is no report on a controller", maxLike)
	}
	// A map, because names are matched in any letter case otherwise.
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

// kindsOfPositions are in words what JSON has for the types of the switches.
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
