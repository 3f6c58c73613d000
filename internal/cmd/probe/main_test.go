package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func environmentOf(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, set := variables[name]
		return value, set
	}
}

func unifiedVariables(url string) map[string]string {
	return map[string]string{
		"PRISMASDWAN_ENDPOINT": url, "PRISMASDWAN_TOKEN_URL": url + "/oauth2/access_token",
		"PRISMASDWAN_CLIENT_ID": simulator.ClientID, "PRISMASDWAN_CLIENT_SECRET": simulator.ClientSecret, "PRISMASDWAN_TSG_ID": simulator.TSGID,
	}
}

func withSecret(variables map[string]string, secret string) map[string]string {
	variables["PRISMASDWAN_CLIENT_SECRET"] = secret
	return variables
}

func TestIntroductionFitsOnOneScreenAndNamesEveryRequest(t *testing.T) {
	t.Parallel()
	for _, form := range []simulator.Form{simulator.Unified, simulator.Legacy} {
		text := introduction(configOf(form))
		lines := strings.Split(strings.TrimSpace(text), "\n")
		if len(lines) > 23 {
			t.Errorf("%s: it has %d lines, and a screen has 24", form, len(lines))
		}
		for _, line := range lines {
			if len([]rune(line)) > 100 {
				t.Errorf("%s: this line is too long: %s", form, line)
			}
		}
		for _, word := range []string{"software/current_status/query", "element_images", "60 requests", "two a second", endpoint, "Ctrl-C", "429"} {
			if !strings.Contains(text, word) {
				t.Errorf("%s: %q is not in\n%s", form, word, text)
			}
		}
		if strings.Contains(text, tokenURL) != (form == simulator.Unified) {
			t.Errorf("%s: the token URL is there, or not, in\n%s", form, text)
		}
	}
}

func startSimulator(t *testing.T) *simulator.Server {
	t.Helper()
	server, err := simulator.Start(t.Context(), simulator.Options{Elements: 5})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

func TestNothingIsSentWithoutConsent(t *testing.T) {
	t.Parallel()
	server := startSimulator(t)
	for name, test := range map[string]struct {
		arguments []string
		typed     string
		fails     bool
	}{
		"no terminal": {nil, "", true},
		"dry run":     {[]string{"-dry-run"}, "\n", false},
	} {
		var out, around bytes.Buffer
		err := run(t.Context(), test.arguments, environmentOf(unifiedVariables(server.URL)), streams{strings.NewReader(test.typed), &out, &around})
		if (err != nil) != test.fails {
			t.Errorf("%s: %v", name, err)
		}
		if out.Len() > 0 || !strings.Contains(around.String(), "It only reads") {
			t.Errorf("%s: it printed %q and %q", name, &out, &around)
		}
	}
	if sent := len(server.Requests()); sent != 0 {
		t.Errorf("%d requests were sent", sent)
	}
}

func TestReportIsPrintedAndWritten(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(name, bytes.Repeat([]byte("old "), 10_000), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := reserve(name)
	if err != nil {
		t.Fatal(err)
	}
	var out, around bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		controller, err := simulator.New(simulator.Options{Elements: 30, Switches: simulator.Switches{MaxLimit: 10}})
		if err != nil {
			t.Fatal(err)
		}
		config := configOf(simulator.Unified).WithDefaults()
		if err := probe(t.Context(), config, &inMemory{handler: controller}, file, streams{nil, &out, &around}); err != nil {
			t.Fatal(err)
		}
	})
	if err := file.close(); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "# What this tenant's controller answers\n") {
		t.Errorf("the report begins with %.80q", &out)
	}
	written, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var read report
	if err := json.Unmarshal(written, &read); err != nil {
		t.Fatal(err)
	}
	if read.Version != reportVersion || read.Switches["MaxLimit"] != 10.0 {
		t.Errorf("the file has version %d and the switches %v", read.Version, read.Switches)
	}
}

func TestLastLineOfAStoppedProbeNamesNoTenant(t *testing.T) {
	t.Parallel()
	for _, form := range []simulator.Form{simulator.Unified, simulator.Legacy} {
		for _, good := range []int{0, 1, 2, 9} {
			var out, around bytes.Buffer
			var err error
			synctest.Test(t, func(t *testing.T) {
				controller, failure := simulator.New(simulator.Options{Elements: 30})
				if failure != nil {
					t.Fatal(failure)
				}
				network := &inMemory{handler: controller}
				network.twist = func(_ *http.Request, response *http.Response) *http.Response {
					if len(network.sent) > good {
						response.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
						response.ContentLength = -1
					}
					return response
				}
				err = probe(t.Context(), configOf(form).WithDefaults(), network, nil, streams{nil, &out, &around})
			})
			if err == nil {
				t.Fatalf("%s, cut off after %d: there is no error", form, good)
			}
			printed := err.Error() + out.String() + around.String()
			for _, secret := range []string{simulator.TenantID, simulator.TSGID, simulator.ClientID, "equest id: "} {
				if strings.Contains(printed, secret) {
					t.Errorf("%s, cut off after %d: %q is in\n%s", form, good, secret, printed)
				}
			}
			if !strings.Contains(err.Error(), "cut off") {
				t.Errorf("%s, cut off after %d: the error is %v", form, good, err)
			}
		}
	}
}

func TestWhatCannotBeAskedIsAnError(t *testing.T) {
	t.Parallel()
	server := startSimulator(t)
	for name, test := range map[string]struct {
		arguments []string
		variables map[string]string
		word      string
	}{
		"no credentials":    {nil, nil, "PRISMASDWAN_CLIENT_ID"},
		"unknown flag":      {[]string{"-write"}, nil, "-write"},
		"argument":          {[]string{"report.json"}, nil, "report.json"},
		"nobody listens":    {[]string{"-yes"}, unifiedVariables("http://127.0.0.1:1"), "no question was answered"},
		"secret is wrong":   {[]string{"-yes"}, withSecret(unifiedVariables(server.URL), "wrong"), "credentials"},
		"folder is missing": {[]string{"-yes", "-json", filepath.Join("no", "such", "folder")}, unifiedVariables(server.URL), "nothing was sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, around bytes.Buffer
			err := run(t.Context(), test.arguments, environmentOf(test.variables), streams{strings.NewReader(""), &out, &around})
			if err == nil || !strings.Contains(err.Error(), test.word) {
				t.Errorf("got %v, want an error with %q", err, test.word)
			}
		})
	}
}
