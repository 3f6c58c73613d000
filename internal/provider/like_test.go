package provider

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// like adds a row to the tests over all positions of the switches: a controller
// as a report states it. The tests that state what holds in every position are
// those; what others expect is the answer of one position.
var like = flag.String("like", "", "file of a report on a controller: test its positions too; a path is seen from the root of the repository")

const (
	likeName = "like"
	// likePosition is the name of the row, after likeName.
	likePosition = "report"
)

// likeSwitches are the positions of the report, read once; nil without one.
var likeSwitches = sync.OnceValues(func() (*simulator.Switches, error) {
	if *like == "" {
		return nil, nil
	}
	path, err := likePath(*like, "../..")
	if err != nil {
		return nil, err
	}
	switches, err := simulator.LikeFile(path)
	return &switches, err
})

// likePath finds a file that the command line of "go test" names. The tests run
// in the folder of the package, and whoever calls them stands elsewhere, as a rule
// in the root of the repository. Two files are an error, because the wrong
// report would test the wrong controller.
func likePath(path, root string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	var found, tried []string
	for _, candidate := range []string{filepath.Join(root, path), path} {
		absolute, err := filepath.Abs(candidate)
		if err != nil {
			return "", fmt.Errorf("flag -like: %w", err)
		}
		tried = append(tried, absolute)
		switch _, err := os.Stat(absolute); {
		case err == nil:
			found = append(found, absolute)
		case !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("flag -like: %w", err)
		}
	}
	if found = slices.Compact(found); len(found) != 1 {
		return "", fmt.Errorf("flag -like: %q names %d of the files %s; give the absolute path", path, len(found), strings.Join(tried, " and "))
	}
	return found[0], nil
}

// switchPositions are the positions to test: those of the simulator and, with
// the flag -like, all of a report's switches at once.
func switchPositions(t *testing.T) []simulator.Position {
	t.Helper()
	positions := simulator.SwitchPositions()
	switches, err := likeSwitches()
	if err != nil {
		t.Fatal(err)
	}
	if switches != nil {
		positions = append(positions, likeRow(*switches))
	}
	return positions
}

// likeRow is the position of a controller with these switches.
func likeRow(switches simulator.Switches) simulator.Position {
	return simulator.Position{
		Name: likeName, Position: likePosition, Pages: true,
		Apply: func(s *simulator.Switches) { *s = switches },
	}
}

// parts are the single positions of which some, in a controller with these
// switches, can be the reason that a read fails.
func parts(switches simulator.Switches, elements int) []simulator.Position {
	turned := make(map[string]bool)
	for _, turn := range switches.Turned() {
		turned[turn.Name] = true
	}
	// A number of matches that is absent or high enough cannot be wrong.
	turned["TotalCountOfPage"] = switches.TotalCountOfPage && !switches.TotalCountAbsent
	turned["MaxTotalCount"] = switches.MaxTotalCount > 0 && switches.MaxTotalCount < elements && !switches.TotalCountAbsent
	return slices.DeleteFunc(simulator.SwitchPositions(), func(position simulator.Position) bool { return !turned[position.Name] })
}

// outcomes are how a question may end: the summaries of the errors, "" for the
// right answer. A single position has one outcome. Where a report's positions come
// together, each of them can be the reason of an error, and the right answer is
// never wrong.
func outcomes(position simulator.Position, elements int, form simulator.Form, question string) []string {
	if position.Name != likeName {
		return []string{wantedError(position, form, question)}
	}
	var switches simulator.Switches
	position.Apply(&switches)
	possible := []string{wantedError(simulator.Position{}, form, question)}
	for _, part := range parts(switches, elements) {
		possible = append(possible, wantedError(part, form, question))
		if part.Name == "MaxTotalCount" {
			// The table of what cannot be asked then is for one number alone.
			possible = append(possible, inconsistent)
		}
	}
	slices.Sort(possible)
	return slices.Compact(possible)
}

// endsIn finds the outcome that a failure is.
func endsIn(failure string, possible []string) bool {
	return slices.ContainsFunc(possible, func(summary string) bool { return summary != "" && strings.HasPrefix(failure, summary+"\n") })
}

func TestLikePathIsSeenFromTheRoot(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	inRoot := filepath.Join(root, "report.json")
	write(t, inRoot, "{}")
	if got, err := likePath("report.json", root); got != inRoot || err != nil {
		t.Errorf("a path from the root: got %q, %v", got, err)
	}
	if got, err := likePath(inRoot, "elsewhere"); got != inRoot || err != nil {
		t.Errorf("an absolute path: got %q, %v", got, err)
	}
	if got, err := likePath("like_test.go", root); filepath.Base(got) != "like_test.go" || !filepath.IsAbs(got) || err != nil {
		t.Errorf("a path from the folder of the package: got %q, %v", got, err)
	}
	if _, err := likePath("none.json", root); err == nil || !strings.Contains(err.Error(), filepath.Join(root, "none.json")+" and ") {
		t.Errorf("no file: got %v, want an error with the paths", err)
	}
	write(t, filepath.Join(root, "like_test.go"), "{}")
	if got, err := likePath("like_test.go", root); err == nil || !strings.Contains(err.Error(), "names 2 of the files") {
		t.Errorf("two files: got %q, %v, want an error", got, err)
	}
}

// TestLikeRowsAreTestedAsAnyPosition puts reports through the table that has one
// of them with the flag -like.
func TestLikeRowsAreTestedAsAnyPosition(t *testing.T) {
	t.Parallel()
	for name, switches := range map[string]simulator.Switches{
		"strict pages":         {MaxLimit: 100, LimitMode: simulator.LimitRefuse, UnknownKeys: simulator.UnknownRefused, NullsAbsent: true, Aggregate: simulator.AggregateRefused},
		"counts and filters":   {TotalCountOfPage: true, IgnoreFilters: true, NumbersAsText: true},
		"a low count":          {MaxTotalCount: 20, DefaultOrder: simulator.OrderShuffled, MaxLimit: 10},
		"names cannot be read": {FleetDenied: true, ImagesDenied: true, NeverUpgradedRows: simulator.RowsAbsent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			askEverything(t, likeRow(switches))
		})
	}
}

func TestOutcomesOfAReportAreThoseOfItsPositions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		switches simulator.Switches
		question string
		want     []string
	}{
		{simulator.Switches{}, "rows of a selection", []string{""}},
		{simulator.Switches{}, "wrong secret", []string{refusedSignIn}},
		{simulator.Switches{IgnoreFilters: true}, "rows of a selection", []string{"", ignoredFilter}},
		{simulator.Switches{IgnoreFilters: true, RolesDenied: true}, "rows of a selection", []string{"", deniedAccess, ignoredFilter}},
		{simulator.Switches{TotalCountOfPage: true}, "rows of the fleet", []string{"", inconsistent}},
		{simulator.Switches{TotalCountOfPage: true, TotalCountAbsent: true}, "rows of the fleet", []string{""}},
		{simulator.Switches{MaxTotalCount: 1000}, "rows of the fleet", []string{""}},
		{simulator.Switches{MaxTotalCount: 20}, "rows of a selection", []string{"", inconsistent}},
		{simulator.Switches{FleetDenied: true}, "rows of the fleet", []string{""}},
	} {
		if got := outcomes(likeRow(test.switches), 103, simulator.Unified, test.question); !slices.Equal(got, test.want) {
			t.Errorf("%+v, %s: got %q, want %q", test.switches.Turned(), test.question, got, test.want)
		}
	}
}
