package provider

import (
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const imagesType = "prismasdwan_element_images"

// wantImages are images as the documentation promises them, newest first.
func wantImages(images []inventory.Image) []any {
	items := []any{}
	for _, image := range inventory.NewCatalogue(images).Images() {
		item := map[string]any{
			"id":                       image.ID,
			"version":                  orNull(image.Version),
			"state":                    orNull(image.State),
			"type":                     orNull(image.Type),
			"is_lts":                   truthOrNull(image.IsLTS),
			"recommended_release":      truthOrNull(image.Recommended),
			"eol_date":                 nil,
			"fips_certified":           truthOrNull(image.FIPSCertified),
			"fips_certification_valid": truthOrNull(image.FIPSCertificationValid),
			"ml7_version":              orNull(image.ML7Version),
			"release_url":              orNull(image.ReleaseURL),
			"models":                   nil,
		}
		if image.EndOfLife != nil {
			item["eol_date"] = image.EndOfLife.String()
		}
		if image.Models != nil {
			models := []any{}
			for _, model := range image.Models {
				models = append(models, model)
			}
			item["models"] = models
		}
		items = append(items, item)
	}
	return items
}

func truthOrNull(truth *bool) any {
	if truth == nil {
		return nil
	}
	return *truth
}

// versionsOf are the versions of items, in their order.
func versionsOf(items any) []any {
	versions := []any{}
	for _, item := range list(items) {
		versions = append(versions, object(item)["version"])
	}
	return versions
}

func TestImagesAreListedNewestFirstByOneRequest(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		server := startSimulator(t, simulator.Options{Elements: 3})
		got := newProtocol(t, variables(server, form)...).read(imagesType, everything).must(t)
		want := map[string]any{
			"version": nil, "model": nil, "states": nil, "timeouts": nil,
			"items": wantImages(server.Images()), "matched_count": number64(12),
			"latest": "6.10.0-b1", "recommended": "6.3.6-b9", "latest_lts": "6.3.5-b9",
		}
		if difference := cmp.Diff(want, got); difference != "" {
			t.Errorf("%s (-want +got):\n%s", form, difference)
		}
		newest := []any{
			"7.0.1-b3", "6.10.0-b1", "6.4.1-b1", "6.3.6-b12", "6.3.6-b9", "6.3.6-pre-b38", "6.3.5-b9", "6.3.3-b4", "6.2.4-b1", "6.1.11-b2", "4.4.1-pre-b38", nil,
		}
		if difference := cmp.Diff(newest, versionsOf(got["items"])); difference != "" {
			t.Errorf("%s: the order differs (-want +got):\n%s", form, difference)
		}
		if lists, all := server.Count(simulator.RequestImages), len(server.Requests()); lists != 1 || server.Count(simulator.RequestQuery) != 0 || all > 3 {
			t.Errorf("%s: %d lists and %d requests in all, want one list and the sign-in", form, lists, all)
		}
	}
}

func TestImagesAreSelectedByVersionModelAndState(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3})
	p := newProtocol(t, variables(server, simulator.Unified)...)
	for name, test := range map[string]struct {
		config                         map[string]any
		versions                       []any
		latest, recommended, latestLTS any
	}{
		"a build":                  {map[string]any{"version": "6.3.6-b9"}, []any{"6.3.6-b9"}, "6.3.6-b9", "6.3.6-b9", nil},
		"a release":                {map[string]any{"version": "6.3.6"}, []any{"6.3.6-b12", "6.3.6-b9"}, "6.3.6-b12", "6.3.6-b9", nil},
		"a range":                  {map[string]any{"version": ">= 6.3.0, < 6.3.6-b1"}, []any{"6.3.6-pre-b38", "6.3.5-b9", "6.3.3-b4"}, "6.3.6-pre-b38", nil, "6.3.5-b9"},
		"past its end of life":     {map[string]any{"version": "~> 6.1.0"}, []any{"6.1.11-b2"}, nil, nil, nil},
		"not there":                {map[string]any{"version": "5.6.1"}, []any{}, nil, nil, nil},
		"a model":                  {map[string]any{"model": "ion 3000", "states": []any{"release"}}, []any{"6.3.6-b12", "6.3.6-b9", "6.3.5-b9", "6.3.3-b4", "6.1.11-b2"}, "6.3.6-b12", "6.3.6-b9", "6.3.5-b9"},
		"a model of another case":  {map[string]any{"model": "ION 3000"}, []any{}, nil, nil, nil},
		"unsupported":              {map[string]any{"states": []any{"no-support"}}, []any{"7.0.1-b3", "4.4.1-pre-b38"}, nil, nil, nil},
		"a state nobody knows":     {map[string]any{"states": []any{simulator.UnlistedImageState}}, []any{"6.3.6-pre-b38"}, "6.3.6-pre-b38", nil, nil},
		"two states":               {map[string]any{"states": []any{"release", "no-support"}, "version": ">= 6.4.0"}, []any{"7.0.1-b3", "6.10.0-b1", "6.4.1-b1"}, "6.10.0-b1", nil, nil},
		"no states":                {map[string]any{"states": []any{}}, []any{}, nil, nil, nil},
		"all conditions, none met": {map[string]any{"version": "~> 6.3.0", "model": "ion 9000", "states": []any{"no-support"}}, []any{}, nil, nil, nil},
	} {
		got := p.read(imagesType, test.config).must(t)
		want := map[string]any{
			"versions": test.versions, "matched_count": number64(int64(len(test.versions))),
			"latest": test.latest, "recommended": test.recommended, "latest_lts": test.latestLTS,
		}
		has := map[string]any{"versions": versionsOf(got["items"])}
		maps.Copy(has, got)
		maps.DeleteFunc(has, func(name string, _ any) bool { _, wanted := want[name]; return !wanted })
		if difference := cmp.Diff(want, has); difference != "" {
			t.Errorf("%s (-want +got):\n%s", name, difference)
		}
	}
}

// An image is usable to the end of its last day in UTC, wherever Terraform runs.
func TestLatestImageEndsAfterItsLastDay(t *testing.T) {
	t.Parallel()
	inVirtualTime(t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
		today := time.Now().UTC().Truncate(24 * time.Hour)
		tomorrow := inventory.DateOf(today.Add(24 * time.Hour))
		v.controller.AddImage(inventory.Image{ID: "17", Version: new("9.0.0-b1"), IsLTS: new(true), Recommended: new(true), EndOfLife: &tomorrow})
		for _, step := range []struct {
			moment time.Duration
			latest any
		}{{23*time.Hour + 59*time.Minute, "9.0.0-b1"}, {24 * time.Hour, "9.0.0-b1"}, {47*time.Hour + 59*time.Minute, "9.0.0-b1"}, {48 * time.Hour, nil}} {
			time.Sleep(time.Until(today.Add(step.moment)))
			got := plain(v.readIn(t.Context(), imagesType, map[string]any{"version": "9.0.0"}).value)
			for _, name := range []string{"latest", "recommended", "latest_lts"} {
				if have := object(got)[name]; have != step.latest {
					t.Errorf("after %s %s is %v, want %v", step.moment, name, have, step.latest)
				}
			}
		}
	})
}

func TestListOfImagesThatIsDeniedIsAnErrorAboutImages(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 3, Switches: simulator.Switches{ImagesDenied: true}})
	p := newProtocol(t, variables(server, simulator.Legacy)...)
	failure := p.read(imagesType, everything).failure(t)
	if want := deniedAccess + "\nCould not read the images: the answer is 403 Forbidden.\n"; !strings.HasPrefix(failure, want) {
		t.Errorf("got:\n%s\nwant it to begin with:\n%s", failure, want)
	}
	// The statuses can be read all the same.
	p.read(statusesType, everything).must(t)
}

func TestAccImages(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 3})
			const address = "data.prismasdwan_element_images.some"
			checks := []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("matched_count"), knownvalue.Int64Exact(2)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("latest"), knownvalue.StringExact("6.3.6-b12")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("recommended"), knownvalue.StringExact("6.3.6-b9")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("latest_lts"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("items").AtSliceIndex(1).AtMapKey("id"), knownvalue.StringExact(simulator.TargetImage().ID)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("items").AtSliceIndex(1).AtMapKey("eol_date"), knownvalue.StringExact("2099-12-31")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("items").AtSliceIndex(1).AtMapKey("fips_certified"), knownvalue.Null()),
			}
			known := `data "prismasdwan_element_images" "some" { version = "6.3.6" }`
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: connected(server, form),
				Steps: []resource.TestStep{
					{
						Config:      `data "prismasdwan_element_images" "some" { version = "6.3" }`,
						ExpectError: regexp.MustCompile(`(?s)Invalid argument.*version = "6\.3".*has\s+no\s+patch\s+number`),
					},
					{
						Config: `
							resource "terraform_data" "later" { input = "6.3.6" }
							data "prismasdwan_element_images" "some" { version = terraform_data.later.output }`,
						ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{readAtApply{address}}},
						ConfigStateChecks: checks,
					},
					{Config: known, ConfigStateChecks: checks},
					{Config: known, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
				},
			})
		})
	}
}
