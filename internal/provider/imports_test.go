package provider

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sdwanops/terraform-provider-prismasdwan"

// sourcePackage is a package of this module as "go list" has it.
type sourcePackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
	Deps                               []string
}

// list asks the go command for packages.
func listPackages(t *testing.T, arguments ...string) []sourcePackage {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Imports,TestImports,XTestImports,Deps"}, arguments...)...)
	command.Dir = "../.."
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []sourcePackage
	decoder := json.NewDecoder(strings.NewReader(string(output)))
	for decoder.More() {
		var listed sourcePackage
		if err := decoder.Decode(&listed); err != nil {
			t.Fatal(err)
		}
		packages = append(packages, listed)
	}
	if len(packages) == 0 {
		t.Fatal("go list gives no package")
	}
	return packages
}

// own keeps the packages of this module, without the module's name.
func own(imports []string) []string {
	var kept []string
	for _, path := range imports {
		if name, inside := strings.CutPrefix(path, module+"/"); inside {
			kept = append(kept, name)
		}
	}
	return kept
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	allowed := map[string][]string{
		"":                       {"internal/provider"},
		"internal/provider":      {"internal/sdwan", "internal/rollout", "internal/imagestatus", "internal/inventory", "internal/version", "internal/wording"},
		"internal/rollout":       {"internal/imagestatus", "internal/inventory", "internal/version", "internal/wording"},
		"internal/sdwan":         {"internal/imagestatus", "internal/inventory"},
		"internal/imagestatus":   {"internal/wording"},
		"internal/inventory":     {"internal/version"},
		"internal/version":       {"internal/wording"},
		"internal/wording":       {},
		"internal/simulator":     {"internal/imagestatus", "internal/inventory"},
		"internal/cmd/simulator": {"internal/simulator"},
		"internal/cmd/demo":      {"internal/simulator", "internal/provider", "internal/imagestatus"},
		"internal/cmd/schema":    {"internal/provider"},
		"internal/cmd/contract":  {},
		"internal/cmd/bench":     {"internal/simulator", "internal/provider", "internal/imagestatus"},
		"internal/cmd/probe":     {"internal/provider", "internal/sdwan", "internal/imagestatus", "internal/inventory", "internal/version"},
	}
	for _, listed := range listPackages(t, "./...") {
		name := strings.TrimPrefix(strings.TrimPrefix(listed.ImportPath, module), "/")
		may, known := allowed[name]
		if !known {
			t.Errorf("the package %q is not in the table of this test, which is to say what it may import", name)
			continue
		}
		for _, imported := range own(listed.Imports) {
			if !slices.Contains(may, imported) {
				t.Errorf("%q imports %q; it may import %v", name, imported, may)
			}
		}
		if slices.Contains([]string{"internal/rollout", "internal/imagestatus", "internal/inventory", "internal/version", "internal/wording"}, name) {
			for _, path := range listed.Imports {
				if path == "net/http" || path == "os" || strings.HasPrefix(path, "github.com/hashicorp/") {
					t.Errorf("the domain imports %q; it does no I/O and knows nothing of Terraform", path)
				}
			}
		}
	}
}

// What only tests, documentation or the demo need is not in the binary that
// users run.
func TestBinaryHoldsNothingThatOnlyTestsNeed(t *testing.T) {
	t.Parallel()
	dependencies := listPackages(t, ".")[0].Deps
	for _, unwanted := range []string{
		module + "/internal/simulator", module + "/internal/cmd",
		"github.com/getkin/kin-openapi", "pgregory.net/rapid", "go.uber.org/goleak", "github.com/google/go-cmp",
		"github.com/hashicorp/hc-install", "github.com/hashicorp/terraform-exec", "github.com/hashicorp/terraform-json",
		"github.com/hashicorp/terraform-plugin-testing", "github.com/hashicorp/terraform-plugin-docs", "github.com/hashicorp/terraform-plugin-sdk",
	} {
		for _, dependency := range dependencies {
			if dependency == unwanted || strings.HasPrefix(dependency, unwanted+"/") {
				t.Errorf("the provider binary holds %s", dependency)
			}
		}
	}
	if !slices.Contains(dependencies, module+"/internal/sdwan") {
		t.Error("go list does not give the dependencies of the provider")
	}
}
