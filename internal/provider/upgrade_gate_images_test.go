package provider

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// modelled makes the elements of a named fleet one of "ion 3200" and three of
// "ion 1200"; all run the current image.
func (f namedFleet) modelled(t *testing.T) namedFleet {
	t.Helper()
	for name, id := range f.ids {
		model := "ion 1200"
		if name == "DC-FRA-01" {
			model = "ion 3200"
		}
		if err := f.UpdateElement(id, func(e *inventory.Element) { e.ModelName = &model }); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// imageWith is the id of the simulator's image of a version.
func imageWith(t *testing.T, server *simulator.Server, version string) string {
	t.Helper()
	for _, image := range server.Images() {
		if image.Version != nil && *image.Version == version {
			return image.ID
		}
	}
	t.Fatalf("the simulator has no image of version %s", version)
	return ""
}

// targetsThatSaySomething are targets that no element of a modelled fleet is on,
// each with what the simulator's images say of it.
func targetsThatSaySomething(t *testing.T, server *simulator.Server) map[string]struct {
	config map[string]any
	says   string
} {
	t.Helper()
	byVersion := func(version string) map[string]any { return map[string]any{"target_version": version} }
	byImage := func(id string) map[string]any { return map[string]any{"target_image_id": id} }
	return map[string]struct {
		config map[string]any
		says   string
	}{
		"no such version":       {byVersion("6.3.66-b9"), "No image of this tenant satisfies 6.3.66-b9; the nearest is 6.3.6-b9."},
		"no such range":         {byVersion(">= 6.5.0, < 6.6.0"), "No image of this tenant satisfies >= 6.5.0, < 6.6.0; the nearest is 6.4.1-b1."},
		"no support":            {byVersion("7.0.1-b3"), "The image is no-support."},
		"past its end of life":  {byVersion("6.1.11-b2"), "The image's end of life was 2025-03-31."},
		"not for a model":       {byVersion("6.4.1-b1"), "The image is not offered for model ion 1200 (3 elements)."},
		"both":                  {byVersion("4.4.1-pre-b38"), "The image is no-support. Its end of life was 2022-03-31."},
		"no such id":            {byImage("404"), `No image of this tenant has the id "404".`},
		"an id":                 {byImage(imageWith(t, server, "6.3.6-b9")), "The image is version 6.3.6-b9, has the state release and reaches its end of life on 2099-12-31."},
		"an id without support": {byImage(imageWith(t, server, "7.0.1-b3")), "The image is version 7.0.1-b3 and has the state no-support."},
	}
}

func TestClosedGateSaysWhyNoElementIsOnItsTarget(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t).modelled(t)
	// Every other part of the verdict is as it would be without images.
	plain := fleet.protocol(t, simulator.Unified, "PRISMASDWAN_SHOW_NAMES=false")
	for _, form := range forms {
		p := fleet.protocol(t, form)
		for name, test := range targetsThatSaySomething(t, fleet.Server) {
			want := plain.read(gateType, test.config).must(t)
			for kind, read := range map[string]func(string, map[string]any) reading{"data source": p.read, "ephemeral resource": p.open} {
				judged := read(gateType, test.config)
				got := judged.despiteWarnings(t)
				if difference := gocmp.Diff(append(list(want["reasons"]), test.says), got["reasons"]); difference != "" {
					t.Errorf("%s, %s: reasons (-want +got):\n%s", name, kind, difference)
				}
				checkDecidedAlike(t, want, got)
				if warning := "\n- " + test.says + "\n\nElements that are not ready"; kind != "data source" && !strings.Contains(render(judged.diagnostics), warning) {
					t.Errorf("%s: the warning does not have the sentence right after the reasons:\n%s", name, render(judged.diagnostics))
				}
			}
		}
	}
}

// checkDecidedAlike compares what a verdict decides and counts.
func checkDecidedAlike(t *testing.T, want, got map[string]any) {
	t.Helper()
	for _, decided := range []string{"ready", "summary", "counts", "ready_percent", "by_phase", "by_state", "by_version"} {
		if difference := gocmp.Diff(want[decided], got[decided]); difference != "" {
			t.Errorf("%s differs from the verdict without images (-want +got):\n%s", decided, difference)
		}
	}
}

func TestImagesAreReadOnceAndOnlyForAGateThatTheyCouldExplain(t *testing.T) {
	t.Parallel()
	current := "= " + simulator.CurrentImage().Version
	for name, test := range map[string]struct {
		config    map[string]any
		variables []string
		change    func(*testing.T, namedFleet)
		want      int
	}{
		"open":                                {config: map[string]any{"target_version": current}},
		"no target":                           {change: func(t *testing.T, f namedFleet) { f.fail(t, "DC-FRA-01") }},
		"no element on target":                {config: map[string]any{"target_version": "6.3.6-b9"}, want: 1},
		"no element on the target image":      {config: map[string]any{"target_image_id": "404"}, want: 1},
		"one on target":                       {config: map[string]any{"target_version": current}, change: func(t *testing.T, f namedFleet) { f.onOldVersion(t, "DC-FRA-01") }},
		"names are not to be shown":           {config: map[string]any{"target_version": "6.3.6-b9"}, variables: []string{"PRISMASDWAN_SHOW_NAMES=false"}},
		"elements were read for where":        {config: gateWhere(map[string]any{"roles": []string{"HUB"}}, map[string]any{"target_version": "6.3.6-b9"}), want: 1},
		"an upgrade in progress":              {change: func(t *testing.T, f namedFleet) { f.upgrade(t, "DC-FRA-01") }, want: 1},
		"an upgrade in progress, not shown":   {config: map[string]any{"max_blocking_elements": 0}, change: func(t *testing.T, f namedFleet) { f.upgrade(t, "DC-FRA-01") }},
		"both":                                {config: map[string]any{"target_version": "6.3.6-b9"}, change: func(t *testing.T, f namedFleet) { f.upgrade(t, "DC-FRA-01") }, want: 1},
		"verified, open":                      {config: map[string]any{"target_version": current, "verify_target": true}, want: 1},
		"verified, and no element on target":  {config: map[string]any{"target_version": "6.3.6-b9", "verify_target": true}, want: 1},
		"verified, names are not to be shown": {config: map[string]any{"target_version": current, "verify_target": true}, variables: []string{"PRISMASDWAN_SHOW_NAMES=false"}, want: 1},
		"not verified":                        {config: map[string]any{"target_version": current, "verify_target": false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fleet := newNamedFleet(t)
			if test.change != nil {
				test.change(t, fleet)
			}
			p := fleet.protocol(t, simulator.Unified, test.variables...)
			p.read(gateType, test.config).must(t)
			if got := fleet.asked(simulator.RequestImages); got != test.want {
				t.Errorf("%d requests for images, want %d", got, test.want)
			}
			if got := fleet.asked(simulator.RequestElements, simulator.RequestSites); got > 2 && test.config["where"] == nil {
				t.Errorf("%d requests for names, want at most 2", got)
			}
		})
	}
}

func (f namedFleet) onOldVersion(t *testing.T, name string) {
	t.Helper()
	if err := f.Update(f.ids[name], func(row *imagestatus.Status) { row.ActiveVersion = new("6.3.3-b4") }); err != nil {
		t.Fatal(err)
	}
}

// upgrade begins an upgrade to the target image.
func (f namedFleet) upgrade(t *testing.T, name string) {
	t.Helper()
	if err := f.Update(f.ids[name], func(row *imagestatus.Status) {
		row.UpgradeState, row.UpgradeImageID = new("downloading"), new(simulator.TargetImage().ID)
	}); err != nil {
		t.Fatal(err)
	}
}

// Whatever becomes of the list of images, the verdict is the same, and its text is
// the one without images.
func TestImagesThatCannotBeReadDecideNothing(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		for name, spoil := range map[string]func(*namedFleet) error{
			"denied":            func(f *namedFleet) error { f.SetSwitches(simulator.Switches{ImagesDenied: true}); return nil },
			"unavailable":       func(f *namedFleet) error { return f.SetFaults(lasting("unavailable_503")) },
			"no JSON":           func(f *namedFleet) error { return f.SetFaults(lasting("html_200")) },
			"hangs up":          func(f *namedFleet) error { return f.SetFaults(lasting("reset_before_headers")) },
			"nothing is broken": func(*namedFleet) error { return nil },
		} {
			t.Run(string(form)+" "+name, func(t *testing.T) {
				t.Parallel()
				fleet := newNamedFleet(t).modelled(t)
				fleet.upgrade(t, "BR-LON-01")
				config := map[string]any{"target_version": "6.3.66-b9"}
				want := fleet.protocol(t, form, "PRISMASDWAN_SHOW_NAMES=false").read(gateType, config).must(t)
				if err := spoil(&fleet); err != nil {
					t.Fatal(err)
				}
				p := fleet.protocol(t, form)
				got, text := p.read(gateType, config).must(t), render(p.open(gateType, config).diagnostics)
				checkDecidedAlike(t, want, got)
				explained := name == "nothing is broken"
				if same := gocmp.Equal(want["reasons"], got["reasons"]); same == explained {
					t.Errorf("the reasons are %v, and %v without images", got["reasons"], want["reasons"])
				}
				if says := strings.Contains(text, "No image") || strings.Contains(text, "on its way") || strings.Contains(text, "images"); says != explained {
					t.Errorf("the text speaks of images: %t, want %t:\n%s", says, explained, text)
				}
				expect(t, object(list(got["blocking_elements"])[0]), map[string]any{"element_name": "BR-LON-01"})
			})
		}
	}
}

func lasting(kind simulator.FaultKind) simulator.Fault {
	return simulator.Fault{Kind: kind, On: simulator.RequestImages, Every: 1}
}

func TestElementsOnTheirWayShowTheVersion(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	fleet.upgrade(t, "BR-LON-01")
	fleet.fail(t, "BR-LON-02")
	for _, form := range forms {
		p := fleet.protocol(t, form)
		got := p.read(gateType, map[string]any{"max_failed": 1}).must(t)
		for i, want := range []map[string]any{
			{"element_name": "BR-LON-02", "upgrade_version": nil},
			{"element_name": "BR-LON-01", "upgrade_version": "6.3.6-b9", "active_version": "6.3.5-b9"},
		} {
			expect(t, object(list(got["blocking_elements"])[i]), want)
		}
		checkSays(t, p.open(gateType, everything).diagnostics, "BR-LON-01 (London)  pending, state downloading, version 6.3.5-b9, 100% downloaded, on its way to 6.3.6-b9")
	}
}

func TestWaitReadsTheImagesOnce(t *testing.T) {
	t.Parallel()
	for name, denied := range map[string]bool{"readable": false, "denied": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
				t.Helper()
				v.controller.SetSwitches(simulator.Switches{ImagesDenied: denied})
				config := map[string]any{"target_version": "6.3.66-b9", "max_failed": 1, "wait": map[string]any{"interval": "10s"}, "timeouts": map[string]any{"invoke": "65s"}}
				invoked := v.invokeAction(t.Context(), config)
				if denied {
					if text := render(invoked.diagnostics); strings.Contains(text, "No image") {
						t.Errorf("the text speaks of images that could not be read:\n%s", text)
					}
				} else {
					checkSays(t, invoked.diagnostics, "No image of this tenant satisfies 6.3.66-b9; the nearest is 6.3.6-b9.")
				}
				if strings.Contains(fmt.Sprint(invoked.progress), "image") || len(invoked.progress) < 5 {
					t.Errorf("the progress speaks of images, or is short: %q", invoked.progress)
				}
				// A denial is tried again twice, as the session may be lost.
				most := map[bool]int{false: 1, true: 3}[denied]
				if images := v.controller.Count(simulator.RequestImages); images != most {
					t.Errorf("%d requests for images in %d looks, want %d in all", images, len(invoked.progress)+1, most)
				}
			})
		})
	}
}

// A list that does not answer takes some seconds from the verdict, and no more,
// even where names do not answer either.
func TestImagesAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
		t.Helper()
		if err := v.controller.SetFaults(
			simulator.Fault{Kind: "hang_before_headers", On: simulator.RequestImages, Every: 1},
			simulator.Fault{Kind: "hang_before_headers", On: simulator.RequestElements, Every: 1},
		); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		expect(t, v.read(gateType, map[string]any{"target_version": "6.3.66-b9"}).must(t), map[string]any{"ready": false})
		if took := time.Since(began); took > namesTimeout+time.Second {
			t.Errorf("the gate waited %s for what only explains, want at most %s", took, namesTimeout)
		}
	})
}

func TestVerifiedTargetThatCannotBeMetIsAnErrorOnEverySurface(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	for name, test := range map[string]struct {
		config map[string]any
		says   []string
	}{
		"no such version": {
			map[string]any{"target_version": "6.3.66-b9"},
			[]string{`target_version is "6.3.66-b9". No image of this tenant satisfies 6.3.66-b9; the nearest is 6.3.6-b9.`, "Correct `target_version`, or leave `verify_target` out"},
		},
		"no support": {
			map[string]any{"target_version": "= 7.0.1-b3"},
			[]string{`target_version is "= 7.0.1-b3". The image is no-support. The nearest version with support is 6.10.0-b1.`},
		},
		"no such id": {
			map[string]any{"target_image_id": "404"},
			[]string{`target_image_id is "404". No image of this tenant has the id "404".`, "Correct `target_image_id`"},
		},
		"no support, by id": {
			map[string]any{"target_image_id": imageWith(t, fleet.Server, "7.0.1-b3")},
			[]string{"The image is version 7.0.1-b3 and has the state no-support. The nearest version with support is 6.10.0-b1."},
		},
	} {
		verified := map[string]any{"verify_target": true, "min_ready_percent": 0}
		maps.Copy(verified, test.config)
		for _, form := range forms {
			p := fleet.protocol(t, form)
			for _, surface := range gateSurfaces {
				diagnostics := surface.judge(p, verified)
				if failure := onlyError(t, diagnostics); !strings.HasPrefix(failure, "Error: Target cannot be met [") {
					t.Errorf("%s, %s: got %q", name, surface.name, failure)
				}
				for _, says := range test.says {
					checkSays(t, diagnostics, says)
				}
			}
			for surface, diagnostics := range map[string][]*tfprotov6.Diagnostic{
				"plan of the action": p.planAction(verified), "waves": p.read(wavesType, inWaves(threeSizes, verified)).diagnostics,
			} {
				if failure := onlyError(t, diagnostics); !strings.HasPrefix(failure, "Error: Target cannot be met [") {
					t.Errorf("%s, %s: got %q", name, surface, failure)
				}
			}
		}
	}
	if reads := fleet.asked(simulator.RequestQuery); reads > 0 {
		t.Errorf("the fleet was read %d times for targets that cannot be met", reads)
	}
}

func TestVerifiedTargetThatCanBeMetDecidesNothingMore(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	for version, ready := range map[string]bool{simulator.CurrentImage().Version: true, "6.3.6-b9": false, "6.1.11-b2": false} {
		plain := map[string]any{"target_version": version}
		verified := map[string]any{"target_version": version, "verify_target": true}
		p := fleet.protocol(t, simulator.Legacy)
		want, got := p.read(gateType, plain).must(t), p.read(gateType, verified).must(t)
		want["verify_target"] = true
		if difference := gocmp.Diff(want, got); difference != "" || got["ready"] != ready {
			t.Errorf("%s: ready is %v (-plain +verified):\n%s", version, got["ready"], difference)
		}
	}
}

// The elements run it, and the tenant is not offered it any more.
func TestVerifiedTargetIsJudgedByTheListAlone(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	if err := fleet.RemoveImage(simulator.CurrentImage().ID); err != nil {
		t.Fatal(err)
	}
	p := fleet.protocol(t, simulator.Unified)
	target := map[string]any{"target_version": simulator.CurrentImage().Version}
	expect(t, p.read(gateType, target).must(t), map[string]any{"ready": true})
	target["verify_target"] = true
	if failure := p.read(gateType, target).failure(t); !strings.HasPrefix(failure, "Error: Target cannot be met [") {
		t.Errorf("got %q", failure)
	}
}

func TestImagesThatWereAskedForAndCannotBeReadAreAnError(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	fleet.SetSwitches(simulator.Switches{ImagesDenied: true})
	config := map[string]any{"target_version": simulator.CurrentImage().Version, "verify_target": true}
	for _, form := range forms {
		p := fleet.protocol(t, form)
		for _, surface := range gateSurfaces {
			if failure := onlyError(t, surface.judge(p, config)); !strings.HasPrefix(failure, deniedAccess+"\nCould not read the images for verify_target: the answer is 403 Forbidden.") {
				t.Errorf("%s: got %q", surface.name, failure)
			}
		}
	}
}

// A wait goes on after a failure that passes, also of what it verifies.
func TestWaitVerifiesItsTargetOnceTheImagesCanBeRead(t *testing.T) {
	t.Parallel()
	for version, says := range map[string]string{simulator.CurrentImage().Version: "", "6.3.66-b9": "Target cannot be met"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
				t.Helper()
				v.play(lasting("unavailable_503"))
				time.AfterFunc(5*time.Minute, func() { v.play() })
				began := time.Now()
				config := matrixGate(map[string]any{"target_version": version, "verify_target": true, "wait": map[string]any{"interval": "1m"}})
				invoked := v.invokeAction(t.Context(), config)
				checkSays(t, invoked.diagnostics, says)
				if took := time.Since(began); took < 5*time.Minute || took > 10*time.Minute {
					t.Errorf("the wait took %s, and the images could be read after 5 m", took)
				}
			})
		})
	}
}

func TestVerifyingNeedsATarget(t *testing.T) {
	t.Parallel()
	p := startProtocol(t)
	const says = `verify_target is "true". There is no target to verify. Set ` + "`target_version` or `target_image_id`, or leave `verify_target` out."
	validations := map[string]func(map[string]any) []*tfprotov6.Diagnostic{
		"data source":        func(config map[string]any) []*tfprotov6.Diagnostic { return p.validate(gateType, config) },
		"ephemeral resource": func(config map[string]any) []*tfprotov6.Diagnostic { return p.validateEphemeral(gateType, config) },
		"action":             p.validateAction,
	}
	for _, validate := range validations {
		checkSays(t, validate(map[string]any{"verify_target": true}), says)
		checkSays(t, validate(map[string]any{"verify_target": false}), "")
		checkSays(t, validate(map[string]any{"verify_target": unknown}), "")
		checkSays(t, validate(map[string]any{"verify_target": true, "target_version": unknown}), "")
		checkSays(t, validate(map[string]any{"verify_target": true, "target_image_id": "1"}), "")
	}
}

const explainedGates = `
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
data "prismasdwan_upgrade_gate" "fleet" {
  enforce = true
%s
}
`

func TestAccClosedGatePrintsWhatTheImagesSayOfItsTarget(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t).modelled(t)
	for name, test := range targetsThatSaySomething(t, fleet.Server) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terminal := newTerminal(t, fleet.Server, map[string]string{"main.tf": fmt.Sprintf(explainedGates, hcl(test.config))})
			terminal.fails([]string{"plan"}, "Error: Upgrade gate closed: 0/4 ready (0%), 4 pending, target ", "- "+test.says+" Elements that are not ready, the worst first:")
		})
	}
}

func TestAccVerifiedTargetIsAnErrorAtPlan(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	for name, test := range map[string]struct {
		version, output string
	}{
		"no such version": {"6.3.66-b9", `Error: Target cannot be met`},
		"no support":      {"7.0.1-b3", "The image is no-support. The nearest version with support is 6.10.0-b1."},
		"nearest":         {"6.3.66-b9", "No image of this tenant satisfies 6.3.66-b9; the nearest is 6.3.6-b9."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := map[string]any{"target_version": test.version, "verify_target": true}
			newTerminal(t, fleet.Server, map[string]string{"main.tf": fmt.Sprintf(explainedGates, hcl(config))}).fails([]string{"plan"}, test.output)
		})
	}
}

func TestAccClosedGatePrintsTheVersionThatElementsAreOnTheirWayTo(t *testing.T) {
	t.Parallel()
	fleet := newNamedFleet(t)
	fleet.upgrade(t, "BR-LON-01")
	newTerminal(t, fleet.Server, map[string]string{"main.tf": fmt.Sprintf(explainedGates, "")}).
		fails([]string{"plan"}, "BR-LON-01 (London) pending, state downloading, version 6.3.5-b9, 100% downloaded, on its way to 6.3.6-b9")
}

// hcl writes arguments as configuration.
func hcl(config map[string]any) string {
	var lines strings.Builder
	for name, value := range config {
		fmt.Fprintf(&lines, "  %s = %#v\n", name, value)
	}
	return lines.String()
}
