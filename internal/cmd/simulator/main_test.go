package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// interrupt ends the context as soon as something is written, as a user does
// who has seen enough.
type interrupt struct {
	text bytes.Buffer
	stop context.CancelFunc
}

func (i *interrupt) Write(text []byte) (int, error) {
	defer i.stop()
	return i.text.Write(text)
}

// report is a file with a report that states the switches.
func report(t *testing.T, switches string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(path, []byte(`{"version":1,"controller":"ignored","switches":`+switches+`}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRunPrintsWhatItTakesAndStops(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments []string
		with      []string
		without   string
	}{
		"defaults": {nil, []string{"60 elements", "rollout", "client_secret", "auth_token", "by=10m", "/_simulator/fail", "60 times"}, "stands still"},
		"unified":  {[]string{"-form", "unified", "-elements", "5", "-scenario", "mixed"}, []string{"5 elements", "mixed", "client_secret"}, "auth_token"},
		"turned":   {[]string{"-max-limit=10"}, []string{"Switches that are not in their default:\n  MaxLimit=10\n\n"}, "LimitMode"},
		"like a report": {
			[]string{"-like", report(t, `{"MaxLimit":100,"LimitMode":"refuse","NullsAbsent":true,"Aggregate":"rows","TokenLifetime":120000000000}`)},
			[]string{"Switches that are not in their default:\n  MaxLimit=100\n  LimitMode=refuse\n  NullsAbsent=true\n  TokenLifetime=2m0s\n\n"}, "Aggregate",
		},
		"like a report, and a flag that it leaves open": {
			[]string{"-like", report(t, `{"LimitMode":"refuse"}`), "-max-limit=10"}, []string{"  MaxLimit=10\n  LimitMode=refuse\n"}, "100",
		},
		"like a report of defaults": {[]string{"-like", report(t, `{"LimitMode":"clamp"}`)}, []string{"60 elements"}, "not in their default"},
		"legacy":                    {[]string{"-form=legacy", "-speed=0", "-max-limit=10"}, []string{"auth_token", "stands still"}, "client_secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(t.Context())
			out := &interrupt{stop: stop}
			if err := run(ctx, test.arguments, out, io.Discard); err != nil {
				t.Fatal(err)
			}
			for _, word := range test.with {
				if !strings.Contains(out.text.String(), word) {
					t.Errorf("%q is not in\n%s", word, &out.text)
				}
			}
			if strings.Contains(out.text.String(), test.without) {
				t.Errorf("%q is in\n%s", test.without, &out.text)
			}
		})
	}
}

func TestRunRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		arguments []string
		word      string
	}{
		{[]string{"-elements", "-1"}, "Elements"},
		{[]string{"-scenario", "chaos"}, "rollout"},
		{[]string{"-address", "0.0.0.0:0"}, "loopback"},
		{[]string{"-form", "both-of-them"}, "-form"},
		{[]string{"-speed", "-1"}, "Speed"},
		{[]string{"extra"}, "extra"},
		{[]string{"-like", "no-such-report.json"}, "flag -like: report: open no-such-report.json"},
		{[]string{"-like="}, "flag -like: report: open"},
		{[]string{"-like", report(t, `{"MaxLimits":7}`)}, "the nearest is MaxLimit"},
		{[]string{"-like", report(t, `{"MaxLimit":100}`), "-max-limit=10"}, "flag -max-limit is 10, and the report of flag -like states a MaxLimit of 100; leave one of the two out"},
		{[]string{"-unknown"}, "unknown"},
	} {
		if err := run(t.Context(), test.arguments, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), test.word) {
			t.Errorf("%v: got %v, want an error with %q", test.arguments, err, test.word)
		}
	}
}

func TestHelpListsTheScenarios(t *testing.T) {
	t.Parallel()
	var usage bytes.Buffer
	if err := run(t.Context(), []string{"-help"}, io.Discard, &usage); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("got %v, want flag.ErrHelp", err)
	}
	if !strings.Contains(usage.String(), "troubled") {
		t.Errorf("scenarios are not in\n%s", &usage)
	}
}
