package provider

import (
	"errors"
	"fmt"
	"testing"
)

// endedTest is how a test ended early; that of a test that goes on is empty.
type endedTest struct{ skipped, failed string }

func (e *endedTest) Helper()                           {}
func (e *endedTest) Skipf(format string, args ...any)  { e.skipped = fmt.Sprintf(format, args...) }
func (e *endedTest) Fatalf(format string, args ...any) { e.failed = fmt.Sprintf(format, args...) }

func TestMissingCommandFailsAnAcceptanceTest(t *testing.T) {
	t.Parallel()
	there := func(name string) (string, error) { return "/bin/" + name, nil }
	missing := func(string) (string, error) { return "", errors.New("no file of that name") }
	skipped := endedTest{skipped: "acceptance tests run with TF_ACC=1 only"}
	for name, test := range map[string]struct {
		name, acceptance string
		find             func(string) (string, error)
		path             string
		want             endedTest
	}{
		"there":                       {name: "jq", acceptance: "1", find: there, path: "/bin/jq"},
		"there, but not acceptance":   {name: "jq", find: there, want: skipped},
		"missing":                     {name: "jq", acceptance: "1", find: missing, want: endedTest{failed: "This test runs jq, and no file of that name. Install it."}},
		"missing, but not acceptance": {name: "jq", find: missing, want: skipped},
		"missing CLI": {name: "terraform", acceptance: "true", find: missing, want: endedTest{
			failed: "This test runs terraform, and no file of that name. Install it, or set TF_ACC_TERRAFORM_PATH to a Terraform or OpenTofu binary.",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			remedy := installIt
			if test.name == "terraform" {
				remedy = installCLI
			}
			var got endedTest
			if path := requireCommand(&got, test.name, remedy, test.acceptance, test.find); path != test.path || got != test.want {
				t.Errorf("got %q and %+v, want %q and %+v", path, got, test.path, test.want)
			}
		})
	}
}
