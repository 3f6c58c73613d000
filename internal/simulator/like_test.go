package simulator_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestReadLikeReturnsWhatTheReportStates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		report string
		want   simulator.Switches
	}{
		"some": {
			`{"version":1,"switches":{"MaxLimit":100,"LimitMode":"refuse","NullsAbsent":true,"TokenLifetime":120000000000}}`,
			simulator.Switches{MaxLimit: 100, LimitMode: simulator.LimitRefuse, NullsAbsent: true, TokenLifetime: 2 * time.Minute},
		},
		"other keys":    {`{"controller":"https://example.com","switches":{"MaxLimit":7},"findings":[{"MaxLimit":8}],"version":1}`, simulator.Switches{MaxLimit: 7}},
		"none":          {`{"version":1,"switches":{}}`, simulator.Switches{}},
		"unknown":       {`{"version":1,"switches":{"MaxLimit":null}}`, simulator.Switches{}},
		"named default": {`{"version":1,"switches":{"LimitMode":"clamp"}}`, simulator.Switches{LimitMode: simulator.LimitClamp}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := simulator.ReadLike(strings.NewReader(test.report))
			if difference := cmp.Diff(test.want, got); difference != "" || err != nil {
				t.Errorf("error %v, switches (-want +got):\n%s", err, difference)
			}
		})
	}
}

func TestReadLikeSaysWhatIsWrongWithAReport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ report, says string }{
		"empty":             {``, "it is not a JSON object: unexpected end"},
		"a list":            {`[]`, "it is not a JSON object"},
		"null":              {`null`, `it has no "version"`},
		"two objects":       {`{"version":1,"switches":{}} {}`, "it is not a JSON object"},
		"no version":        {`{"switches":{}}`, `it has no "version"; make a new report, of version 1`},
		"a newer version":   {`{"version":2,"switches":{}}`, "its version is 2 and only 1 can be read; use the simulator of the release that made the report"},
		"a version of text": {`{"version":"1","switches":{}}`, `its version is "1"`},
		"version in capitals": {
			`{"Version":1,"switches":{}}`, `it has no "version"`,
		},
		"no switches":         {`{"version":1}`, `it has no "switches"`},
		"switches are null":   {`{"version":1,"switches":null}`, `it has no "switches"`},
		"switches are a list": {`{"version":1,"switches":[]}`, `it has no "switches"`},
		"a mistyped switch":   {`{"version":1,"switches":{"MaxLimits":1}}`, `switch "MaxLimits" does not exist; the nearest is MaxLimit`},
		"a switch in small letters": {
			`{"version":1,"switches":{"limitmode":"clamp"}}`, `switch "limitmode" does not exist; the nearest is LimitMode`,
		},
		"a switch like no other": {`{"version":1,"switches":{"Xyzzy":1}}`, `switch "Xyzzy" does not exist; use Aggregate, AggregateNulls, `},
		"no such position":       {`{"version":1,"switches":{"LimitMode":"ignore"}}`, `switch LimitMode: position "ignore" does not exist; use one of clamp, refuse`},
		"negative":               {`{"version":1,"switches":{"MaxLimit":-1}}`, "MaxLimit (-1)"},
		"a number as text":       {`{"version":1,"switches":{"MaxLimit":"100"}}`, `switch MaxLimit: "100" is not a whole number`},
		"a text as number":       {`{"version":1,"switches":{"LimitMode":1}}`, `switch LimitMode: 1 is not a text in quotation marks`},
		"a duration as text":     {`{"version":1,"switches":{"TokenLifetime":"2m"}}`, `switch TokenLifetime: "2m" is not a whole number of nanoseconds`},
		"on":                     {`{"version":1,"switches":{"NullsAbsent":"on"}}`, `switch NullsAbsent: "on" is not true or false`},
		"large":                  {`{"version":1,"switches":{},"x":"` + strings.Repeat("x", 1<<20) + `"}`, "more than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := simulator.ReadLike(strings.NewReader(test.report))
			if err == nil || !strings.Contains(err.Error(), test.says) || got != (simulator.Switches{}) {
				t.Errorf("got %+v and the error %v, want none and an error with %q", got, err, test.says)
			}
		})
	}
}

func TestReadLikeReportsAReaderThatFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken disk")
	if _, err := simulator.ReadLike(io.MultiReader(strings.NewReader(`{"version":1,`), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

func TestLikeFileNamesTheFileInErrors(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "report.json")
	if _, err := simulator.LikeFile(path); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("no file: %v", err)
	}
	for report, says := range map[string]string{`{}`: "report " + path + ": it has no", `{"version":1,"switches":{"MaxLimit":9}}`: ""} {
		if err := os.WriteFile(path, []byte(report), 0o600); err != nil {
			t.Fatal(err)
		}
		switch got, err := simulator.LikeFile(path); {
		case says == "" && (err != nil || got.MaxLimit != 9):
			t.Errorf("%s: got %+v, %v", report, got, err)
		case says != "" && (err == nil || !strings.HasPrefix(err.Error(), says)):
			t.Errorf("%s: got %v, want %s", report, err, says)
		}
	}
}

func TestTurnedListsWhatIsNotInItsDefault(t *testing.T) {
	t.Parallel()
	for _, position := range simulator.SwitchPositions() {
		var switches simulator.Switches
		position.Apply(&switches)
		turned := make(map[string]bool)
		for _, turn := range switches.Turned() {
			turned[turn.Name] = true
		}
		if turned[position.Name] != (position.Name != "Defaults") {
			t.Errorf("%s=%s: turned are %s", position.Name, position.Position, switches.Turned())
		}
	}
	named := simulator.Switches{MaxLimit: 10, LimitMode: simulator.LimitClamp, InvalidClientStatus: 400, UnknownQuery: simulator.UnknownRefused}
	if got := named.Turned(); len(got) != 1 || got[0].String() != "MaxLimit=10" {
		t.Errorf("defaults that are named count as turned: %s", got)
	}
}

// FuzzReadLike holds that what is read are positions that exist, that the same
// positions are read from a report of them, and that an error comes without any.
func FuzzReadLike(f *testing.F) {
	for _, seed := range []string{
		`{"version":1,"switches":{"MaxLimit":100,"LimitMode":"refuse"}}`, `{"version":1,"switches":{"NullsAbsent":true,"TokenLifetime":1}}`,
		`{"version":2}`, `{"version":1,"switches":null}`, `{"version":1,"switches":{"Max":1}}`, `{"version":1,"switches":{"MaxLimit":1e3}}`, `null`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, report []byte) {
		read, err := simulator.ReadLike(strings.NewReader(string(report)))
		if err != nil {
			if read != (simulator.Switches{}) || len(err.Error()) > 2000 {
				t.Fatalf("%+v comes with an error of %d bytes", read, len(err.Error()))
			}
			return
		}
		if err := read.Validate(); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(map[string]any{"version": 1, "switches": read})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := simulator.ReadLike(strings.NewReader(string(again))); err != nil || got != read {
			t.Errorf("got %+v, %v; want %+v", got, err, read)
		}
	})
}
