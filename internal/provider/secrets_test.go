package provider

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// guessedSecret is a secret that the controller refuses.
const guessedSecret = "guessed-secret-0f6be1-must-never-be-shown"

// secretMark ends every secret and every token of the simulator, so that a
// search for it finds those that were given out as well.
const secretMark = "must-never-be-shown"

func TestAccNoSecretIsLoggedStoredOrPrinted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		form     simulator.Form
		more     []string
		provider string
		fails    bool
	}{
		{name: "unified by environment", form: simulator.Unified},
		{name: "legacy by environment", form: simulator.Legacy},
		{name: "unified by configuration", form: simulator.Unified, more: []string{"TF_VAR_secret=" + simulator.ClientSecret}, provider: "client_id = \"" + simulator.ClientID + "\"\nclient_secret = var.secret\ntsg_id = \"" + simulator.TSGID + "\""},
		{name: "failed sign-in", form: simulator.Unified, more: []string{"PRISMASDWAN_CLIENT_SECRET=" + guessedSecret}, fails: true},
		{name: "failed static token", form: simulator.Legacy, more: []string{"PRISMASDWAN_AUTH_TOKEN=" + guessedSecret}, fails: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 12, Scenario: "mixed", Switches: simulator.Switches{MaxLimit: 5}})
			environment := server.Environment(test.form)
			variable := ""
			if test.provider != "" {
				for _, name := range []string{"CLIENT_ID", "CLIENT_SECRET", "TSG_ID"} {
					environment = without(environment, "PRISMASDWAN_"+name+"=")
				}
				// Terraform itself keeps other variables in the plan.
				variable = `variable "secret" {
				  sensitive = true
				  ephemeral = true
				}`
			}
			console := newTerminal(t, nil, map[string]string{"main.tf": `
				terraform {
				  required_providers {
				    prismasdwan = { source = "sdwanops/prismasdwan" }
				  }
				}
				` + variable + `
				provider "prismasdwan" {
				  ` + test.provider + `
				}
				data "prismasdwan_element_image_statuses" "fleet" {}
				data "prismasdwan_element_image_status_aggregate" "count" {
				  aggregate = { operator = "count", field = "id" }
				}
				data "prismasdwan_upgrade_gate" "gate" {}
				data "prismasdwan_elements" "all" {}
				data "prismasdwan_element_images" "all" {}
				data "prismasdwan_upgrade_waves" "all" { sizes = ["1", "100%"] }
			`})
			if variable != "" {
				console.needs(featureEphemeral)
			}
			log := filepath.Join(console.directory, "trace.log")
			console.environment = append(append(console.environment, environment...), test.more...)
			console.environment = append(console.environment, "TF_LOG=TRACE", "TF_LOG_PATH="+log, "PRISMASDWAN_LOG_BODIES=true")
			// A token that is refused is renewed, which is when clients log it;
			// a static one cannot be.
			faults := []simulator.Fault{{Kind: "unauthorized_401", Nth: 2}, {Kind: "unavailable_503", Nth: 6}}
			if test.form == simulator.Legacy {
				faults[0].Kind = "forbidden_403"
			}
			if err := server.SetFaults(faults...); err != nil {
				t.Fatal(err)
			}
			var outputs []string
			for _, arguments := range [][]string{{"plan", "-out=saved.tfplan"}, {"show", "-json", "saved.tfplan"}, {"apply", "saved.tfplan"}, {"show", "-json"}} {
				output, succeeded := console.run(arguments...)
				outputs = append(outputs, output)
				if succeeded == test.fails && (arguments[0] != "show" || !test.fails) {
					t.Errorf("%v: success is %t:\n%s", arguments, succeeded, output)
				}
			}
			if printed := strings.Join(outputs, "\n"); strings.Contains(printed, secretMark) {
				t.Errorf("the commands print a secret:\n%s", around(printed))
			}
			searchFiles(t, console.directory)
			trace, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			needs := []string{"Request to the controller", "[TRACE]"}
			if !test.fails {
				needs = append(needs, "Bodies of the request")
			}
			for _, needed := range needs {
				if !strings.Contains(string(trace), needed) {
					t.Errorf("the log holds no %q, so that it proves nothing", needed)
				}
			}
		})
	}
}

func without(variables []string, prefix string) []string {
	var kept []string
	for _, variable := range variables {
		if !strings.HasPrefix(variable, prefix) {
			kept = append(kept, variable)
		}
	}
	return kept
}

// searchFiles looks through the log, the state, the plan and everything else
// that the run left behind.
func searchFiles(t *testing.T, directory string) {
	t.Helper()
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if strings.Contains(string(content), secretMark) {
			t.Errorf("%s holds a secret: %s", filepath.Base(path), around(string(content)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// around gives the surroundings of a secret.
func around(text string) string {
	at := strings.Index(text, secretMark)
	return text[max(0, at-300):min(len(text), max(at, 0)+100)]
}
