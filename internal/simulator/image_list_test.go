package simulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// wireImage is what the list says of an image.
type wireImage struct {
	ID                     string  `json:"id"`
	Version                *string `json:"version"`
	State                  *string `json:"state"`
	Type                   *string `json:"type"`
	IsLTS                  *bool   `json:"is_lts"`
	Recommended            *bool   `json:"recommended_release"`
	EndOfLife              *string `json:"eol_date"`
	ReleaseURL             *string `json:"release_url"`
	FIPSCertified          *bool   `json:"fips_certified"`
	FIPSCertificationValid *bool   `json:"fips_certification_valid"`
	ML7Version             *string `json:"ml7_version"`
	ModelSoftwareMap       []struct {
		Model string `json:"model"`
	} `json:"model_software_map"`
}

func (w wireImage) image() inventory.Image {
	image := inventory.Image{
		ID: w.ID, Version: w.Version, State: w.State, Type: w.Type, IsLTS: w.IsLTS, Recommended: w.Recommended, ReleaseURL: w.ReleaseURL,
		FIPSCertified: w.FIPSCertified, FIPSCertificationValid: w.FIPSCertificationValid, ML7Version: w.ML7Version,
	}
	if w.EndOfLife != nil {
		if date, readable := inventory.ParseDate(*w.EndOfLife); readable {
			image.EndOfLife = &date
		}
	}
	if w.ModelSoftwareMap != nil {
		image.Models = []string{}
	}
	for _, entry := range w.ModelSoftwareMap {
		image.Models = append(image.Models, entry.Model)
	}
	return image
}

func (c *client) images() reply {
	return c.do(http.MethodGet, c.neighbour("v2.4", "element_images"), "")
}

func imagesOf(wire []wireImage) []inventory.Image {
	images := make([]inventory.Image, len(wire))
	for i := range wire {
		images[i] = wire[i].image()
	}
	slices.SortFunc(images, func(a, b inventory.Image) int { return strings.Compare(a.ID, b.ID) })
	return images
}

func TestImagesAreListedWholeInEveryPosition(t *testing.T) {
	t.Parallel()
	for _, position := range simulator.SwitchPositions() {
		for _, form := range bothForms {
			t.Run(position.Name+"/"+position.Position+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				var switches simulator.Switches
				position.Apply(&switches)
				server := start(t, simulator.Options{Elements: 3, Switches: switches})
				c := signedIn(t, server, form)
				answer := c.images()
				if position.Denied || position.Imageless {
					one := c.do(http.MethodGet, c.neighbour("v2.4", "element_images/"+simulator.TargetImage().ID), "")
					if answer.status != http.StatusForbidden || one.status != http.StatusForbidden {
						t.Errorf("got %d and %d, want 403", answer.status, one.status)
					}
					return
				}
				if diff := cmp.Diff(server.Images(), imagesOf(items[wireImage](t, answer))); diff != "" {
					t.Errorf("images (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestCatalogueHasEveryTrap(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Elements: 114, Scenario: "mixed"})
	catalogue := inventory.NewCatalogue(s.Images())
	today := inventory.DateOf(time.Now())
	for name, got := range map[string]*inventory.Image{
		"6.10.0-b1": catalogue.Latest(today), "6.3.6-b9": catalogue.Recommended(today), "6.3.5-b9": catalogue.LatestLTS(today),
	} {
		if got == nil || *got.Version != name {
			t.Errorf("got %+v, want %s", got, name)
		}
	}
	kinds := make(map[string]int)
	for _, image := range catalogue.Images() {
		for kind, holds := range map[string]bool{
			"no version": image.Version == nil, "unsupported": image.Unsupported(), "ended": image.Ended(today), "unsupported and recommended": image.Unsupported() && *image.Recommended,
			"released and ended": image.Ended(today) && *image.State == inventory.ImageReleased, "unknown state": image.State != nil && *image.State == simulator.UnlistedImageState,
			"null state": image.State == nil && image.Version != nil, "unknown models": image.Models == nil, "no model": image.Models != nil && len(image.Models) == 0,
			"not for ion 3000": image.Models != nil && !image.OfferedFor("ion 3000"), "for ion 3000": image.OfferedFor("ion 3000"),
			"a build of 6.3.6": image.Version != nil && strings.HasPrefix(*image.Version, "6.3.6-b"),
		} {
			if holds {
				kinds[kind]++
			}
		}
	}
	for _, kind := range []string{
		"no version", "unsupported", "ended", "unsupported and recommended", "released and ended", "unknown state", "null state",
		"unknown models", "no model", "not for ion 3000", "for ion 3000",
	} {
		if kinds[kind] == 0 {
			t.Errorf("no image is of the kind %q", kind)
		}
	}
	if kinds["a build of 6.3.6"] != 2 {
		t.Errorf("there are %d builds of 6.3.6, want 2", kinds["a build of 6.3.6"])
	}
	left := 0
	for _, row := range s.Rows() {
		if row.ActiveImageID != nil && row.ActiveVersion != nil {
			if _, listed := catalogue.Image(*row.ActiveImageID); !listed {
				left++
			}
		}
	}
	if left == 0 {
		t.Error("no element runs an image that left the list")
	}
}

func TestImagesAreEditedByHand(t *testing.T) {
	t.Parallel()
	server := start(t, simulator.Options{Elements: 3})
	before := len(server.Images())
	server.AddImage(inventory.Image{ID: "17", Version: new("6.5.0-b1"), Models: []string{"ion 3200"}})
	if err := server.UpdateImage("17", func(i *inventory.Image) { i.ID, i.State = "5", new("golden") }); err != nil {
		t.Error(err)
	}
	if err := server.RemoveImage(simulator.CurrentImage().ID); err != nil {
		t.Error(err)
	}
	catalogue := inventory.NewCatalogue(server.Images())
	added, found := catalogue.Image("17")
	if !found || *added.State != "golden" || len(catalogue.Images()) != before {
		t.Errorf("%d images, and the one added is %+v", len(catalogue.Images()), added)
	}
	if _, found = catalogue.Image(simulator.CurrentImage().ID); found {
		t.Error("an image that left the list is still there")
	}
	if server.UpdateImage("99", func(*inventory.Image) {}) == nil || server.RemoveImage("99") == nil {
		t.Error("what does not exist is edited")
	}
	// Elements can be upgraded to what is on the list, and to nothing else.
	c := signedIn(t, server, simulator.Unified)
	for version, status := range map[string]int{"6.5.0-b1": http.StatusOK, simulator.CurrentImage().Version: http.StatusBadRequest} {
		if answer := c.admin("upgrade", "wave=canary&version="+version); answer.status != status {
			t.Errorf("upgrade to %s: got %d %s, want %d", version, answer.status, answer.body, status)
		}
	}
}
