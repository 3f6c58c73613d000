package provider

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// What the workflows promise is held here, where a pull request sees it, and
// not first by a run on GitHub.

const workflowDirectory = "../../.github/workflows"

// workflow is what these tests read of a workflow.
type workflow struct {
	Name        string
	Permissions map[string]string
	Concurrency map[string]any
	Env         map[string]string
	Jobs        map[string]workflowJob
	// text is the file, for what the YAML does not hold: comments.
	text string
}

type workflowJob struct {
	Uses           string
	TimeoutMinutes int `yaml:"timeout-minutes"`
	Permissions    map[string]string
	Strategy       struct {
		Matrix struct {
			Include []struct{ CLI, Version, Flags, OS string }
		}
	}
	Steps []workflowStep
}

type workflowStep struct {
	Uses string
	Run  string
	With map[string]any
}

func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(workflowDirectory, "*.yml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("workflows: %v, %v", paths, err)
	}
	found := make(map[string]workflow, len(paths))
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		read := workflow{text: string(content)}
		if err := yaml.Unmarshal(content, &read); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		found[filepath.Base(path)] = read
	}
	return found
}

// steps are the steps of all jobs of a workflow, by job.
func (w *workflow) steps(each func(job string, step workflowStep)) {
	for _, name := range slices.Sorted(maps.Keys(w.Jobs)) {
		for _, step := range w.Jobs[name].Steps {
			each(name, step)
		}
	}
}

func TestWorkflowsAreBoundedAndHaveTheLeastRights(t *testing.T) {
	t.Parallel()
	for file, read := range workflows(t) {
		if read.Permissions == nil || len(read.Permissions) > 0 {
			t.Errorf("%s: the permissions of the workflow are %v, want {}: each job has its own", file, read.Permissions)
		}
		if read.Concurrency["group"] == nil {
			t.Errorf("%s has no concurrency group", file)
		}
		for name, job := range read.Jobs {
			if job.Permissions == nil {
				t.Errorf("%s: job %s has no permissions", file, name)
			}
			if job.TimeoutMinutes == 0 && job.Uses == "" {
				t.Errorf("%s: job %s has no timeout-minutes", file, name)
			}
		}
		read.steps(func(job string, step workflowStep) {
			if strings.HasPrefix(step.Uses, "actions/checkout@") && fmt.Sprint(step.With["persist-credentials"]) != "false" {
				t.Errorf("%s: job %s leaves credentials in its checkout", file, job)
			}
		})
	}
}

func TestWorkflowsPinEveryAction(t *testing.T) {
	t.Parallel()
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	written := regexp.MustCompile(`(?m)^\s*(?:- )?uses: (.+)$`)
	pins := make(map[string]string)
	for file, read := range workflows(t) {
		uses := 0
		for _, found := range written.FindAllStringSubmatch(read.text, -1) {
			uses++
			if strings.HasPrefix(found[1], "./") {
				continue
			}
			if !pinned.MatchString(found[1]) {
				t.Errorf("%s: %q is not pinned by a commit with its version as comment", file, found[1])
			}
			action, pin, _ := strings.Cut(found[1], "@")
			if other := cmp.Or(pins[action], pin); other != pin {
				t.Errorf("%s: %s is pinned to %s, elsewhere to %s", file, action, pin, other)
			}
			pins[action] = pin
		}
		if uses == 0 {
			t.Errorf("%s uses no action", file)
		}
	}
}

func TestWorkflowsRunWhatTheRepositoryHas(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../../GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}
	for file, read := range workflows(t) {
		read.steps(func(job string, step workflowStep) {
			words := strings.Fields(step.Run)
			switch {
			case len(words) > 1 && words[0] == "make":
				if !strings.Contains(string(makefile), "\n"+words[1]+":") {
					t.Errorf("%s: job %s makes %s, which is no target", file, job, words[1])
				}
			case len(words) > 0 && strings.HasPrefix(words[0], ".ci/"):
				if info, err := os.Stat("../../" + words[0]); err != nil || info.IsDir() {
					t.Errorf("%s: job %s runs %s, which is no script", file, job, words[0])
				}
			}
		})
	}
}

func TestReleaseIsBuiltWithWhatIsTested(t *testing.T) {
	t.Parallel()
	all := workflows(t)
	module, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	minor := regexp.MustCompile(`(?m)^go (\d+\.\d+)\.\d+$`).FindSubmatch(module)
	if minor == nil {
		t.Fatal("go.mod names no version of Go with a patch")
	}
	want := string(minor[1]) + ".x"
	for file, read := range all {
		read.steps(func(job string, step workflowStep) {
			version, chosen := step.With["go-version"]
			if !chosen {
				return
			}
			if version == "${{ env.GO_VERSION }}" {
				version = read.Env["GO_VERSION"]
			}
			if version != want || fmt.Sprint(step.With["check-latest"]) != "true" {
				t.Errorf("%s: job %s takes Go %v, want the newest of %s", file, job, version, want)
			}
		})
	}
	if test := all["release.yml"].Jobs["test"].Uses; test != "./.github/workflows/test.yml" {
		t.Errorf("the release is tested by %q", test)
	}
	makefile, err := os.ReadFile("../../GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}
	pin := regexp.MustCompile(`(?m)^GORELEASER_VERSION\s*\?= (\S+)$`).FindSubmatch(makefile)
	if len(pin) == 0 {
		t.Fatal("GNUmakefile pins no GoReleaser")
	}
	builds := 0
	read := all["release.yml"]
	read.steps(func(_ string, step workflowStep) {
		if strings.HasPrefix(step.Uses, "goreleaser/goreleaser-action@") {
			builds++
			if version, want := fmt.Sprint(step.With["version"]), string(pin[1]); version != want {
				t.Errorf("the release is built by GoReleaser %s, the snapshot by %s", version, want)
			}
		}
	})
	if builds != 1 {
		t.Errorf("the release is built %d times", builds)
	}
}

// minor is a minor version of a CLI, such as 1.8.
type minor struct{ major, minor int }

func (m minor) String() string { return fmt.Sprintf("%d.%d", m.major, m.minor) }

func compareMinors(a, b minor) int {
	return cmp.Or(cmp.Compare(a.major, b.major), cmp.Compare(a.minor, b.minor))
}

// minorOf reads the minor version of a text such as 1.8, 1.8.x or 1.8.0.
func minorOf(t *testing.T, text string) minor {
	t.Helper()
	parts := strings.Split(text, ".")
	if len(parts) < 2 {
		t.Fatalf("%q is no version", text)
	}
	read := make([]int, 2)
	for i := range read {
		number, err := strconv.Atoi(parts[i])
		if err != nil {
			t.Fatalf("%q is no version: %v", text, err)
		}
		read[i] = number
	}
	return minor{read[0], read[1]}
}

// testedMinors are the minor versions of each CLI in the matrix, in its order,
// without the rows that run one of them in another way.
func testedMinors(t *testing.T) map[string][]minor {
	t.Helper()
	tested := make(map[string][]minor)
	for _, row := range workflows(t)["test.yml"].Jobs["acceptance"].Strategy.Matrix.Include {
		if row.Version == "latest" || row.Flags != "" || row.OS != "" {
			continue
		}
		// An exact patch comes before the newest one of its minor version.
		if version := minorOf(t, row.Version); !slices.Contains(tested[row.CLI], version) {
			tested[row.CLI] = append(tested[row.CLI], version)
		}
	}
	return tested
}

// claimedMinors are the oldest versions that the surfaces of a page's table
// need, by the CLI.
func claimedMinors(t *testing.T, page string) map[string][]minor {
	t.Helper()
	claimed := make(map[string][]minor)
	columns := []string{"terraform", "tofu"}
	for _, row := range surfaceRows(t, page) {
		for i, column := range columns {
			if cell := row[len(row)-len(columns)+i]; cell != "none" {
				claimed[column] = append(claimed[column], minorOf(t, cell))
			}
		}
	}
	return claimed
}

// surfaceRows are the cells of the table of surfaces, without its head.
func surfaceRows(t *testing.T, page string) [][]string {
	t.Helper()
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(content), " | Terraform | OpenTofu |\n|---|---|---|---|---|\n")
	if !found {
		t.Fatalf("%s has no table of surfaces", page)
	}
	var rows [][]string
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") {
			break
		}
		rows = append(rows, strings.Split(strings.Trim(line, "| "), " | "))
	}
	return rows
}

func TestMatrixHasEveryMinorVersionThatIsClaimed(t *testing.T) {
	t.Parallel()
	tested := testedMinors(t)
	for _, cli := range []string{"terraform", "tofu"} {
		rows := tested[cli]
		for i := 1; i < len(rows); i++ {
			if next := (minor{rows[i-1].major, rows[i-1].minor + 1}); rows[i] != next {
				t.Errorf("the matrix has %s %s after %s, want %s", cli, rows[i], rows[i-1], next)
			}
		}
		for _, page := range []string{"../../README.md", "../../templates/index.md.tmpl"} {
			claimed := claimedMinors(t, page)[cli]
			if len(claimed) == 0 || len(rows) == 0 {
				t.Fatalf("%s claims %v of %s, and the matrix has %v", page, claimed, cli, rows)
			}
			if oldest := slices.MinFunc(claimed, compareMinors); oldest != rows[0] {
				t.Errorf("%s claims %s %s, and the matrix begins with %s", page, cli, oldest, rows[0])
			}
			for _, version := range claimed {
				if !slices.Contains(rows, version) {
					t.Errorf("%s claims %s %s, which the matrix does not have", page, cli, version)
				}
			}
		}
	}
}

// TestMatrixHasEveryPatchThatIsClaimed is for a surface that works only from a
// patch of a minor version on.
func TestMatrixHasEveryPatchThatIsClaimed(t *testing.T) {
	t.Parallel()
	rows := make(map[string]bool)
	for _, row := range workflows(t)["test.yml"].Jobs["acceptance"].Strategy.Matrix.Include {
		rows[row.Version] = true
	}
	patches := 0
	for _, row := range surfaceRows(t, "../../README.md") {
		for _, cell := range row[len(row)-2:] {
			if strings.Count(cell, ".") == 2 {
				patches++
				if !rows[cell] {
					t.Errorf("README.md claims %s, which the matrix does not have", cell)
				}
			}
		}
	}
	if patches == 0 {
		t.Error("README.md claims no patch; then this test is of no use")
	}
}

func TestDocumentationNamesTheVersionsOfTheMatrix(t *testing.T) {
	t.Parallel()
	tested := testedMinors(t)
	terraform, tofu := tested["terraform"], tested["tofu"]
	want := fmt.Sprintf("The workflow `test.yml` runs the acceptance tests on each minor version of Terraform from %s to %s and of OpenTofu from %s to %s.",
		terraform[0], terraform[len(terraform)-1], tofu[0], tofu[len(tofu)-1])
	for page, text := range map[string]string{
		"../../README.md":               want,
		"../../templates/index.md.tmpl": want,
		"../../CONTRIBUTING.md":         fmt.Sprintf("* Terraform %s or later on `PATH`.", terraform[0]),
	} {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), text) {
			t.Errorf("%s does not say %q", page, text)
		}
	}
}

// TestTablesClaimWhatTheTestsNeed compares the two tables of surfaces with
// each other, and with the versions below which a test is skipped.
func TestTablesClaimWhatTheTestsNeed(t *testing.T) {
	t.Parallel()
	kinds := map[string]feature{"ephemeral resource": featureEphemeral, "action": featureAction}
	readme := surfaceRows(t, "../../README.md")
	index := surfaceRows(t, "../../templates/index.md.tmpl")
	if len(readme) != len(index) {
		t.Fatalf("README.md has %d surfaces and the index %d", len(readme), len(index))
	}
	compared := 0
	for i, row := range readme {
		kind, versions := row[0], row[len(row)-2:]
		if other := index[i]; other[0] != kind || !slices.Equal(other[len(other)-2:], versions) {
			t.Errorf("README.md has %v and the index %v", row, other)
		}
		needed, known := oldest[kinds[kind]]
		if !known {
			continue
		}
		compared++
		for i, cli := range []string{"Terraform", "OpenTofu"} {
			want := "none"
			if version, has := needed[cli]; has {
				want = strings.TrimSuffix(version, ".0")
			}
			if versions[i] != want {
				t.Errorf("README.md claims %s %s for %s, and the tests need %s", cli, versions[i], kind, want)
			}
		}
	}
	if compared != len(kinds) {
		t.Errorf("%d kinds were compared, want %d", compared, len(kinds))
	}
}
