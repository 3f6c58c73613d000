package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// UnlistedImageState is a state of an image that no client was observed to know.
const UnlistedImageState = "controlled"

// imageSchema describes images (documented for version 2.4).
var imageSchema = newSchema(schema[inventory.Image]{name: "images", orderedBy: "id"},
	textField("id", func(i *inventory.Image) *string { return &i.ID }),
	textField("version", func(i *inventory.Image) *string { return i.Version }),
	textField("state", func(i *inventory.Image) *string { return i.State }),
	textField("type", func(i *inventory.Image) *string { return i.Type }),
	flagField("is_lts", func(i *inventory.Image) *bool { return i.IsLTS }),
	flagField("recommended_release", func(i *inventory.Image) *bool { return i.Recommended }),
	textField("eol_date", func(i *inventory.Image) *string { return dayOf(i.EndOfLife) }),
	textField("release_url", func(i *inventory.Image) *string { return i.ReleaseURL }),
	flagField("fips_certified", func(i *inventory.Image) *bool { return i.FIPSCertified }),
	flagField("fips_certification_valid", func(i *inventory.Image) *bool { return i.FIPSCertificationValid }),
	textField("ml7_version", func(i *inventory.Image) *string { return i.ML7Version }),
	objectField("model_software_map", modelMap),
	integerField("_etag", func(*inventory.Image) imagestatus.Value { return imagestatus.IntegerValue(1) }),
	integerField("_created_on_utc", func(*inventory.Image) imagestatus.Value { return imagestatus.IntegerValue(stamp(imagesEpoch)) }),
	integerField("_updated_on_utc", func(*inventory.Image) imagestatus.Value { return imagestatus.IntegerValue(stamp(imagesEpoch)) }),
)

func dayOf(date *inventory.Date) *string {
	if date == nil {
		return nil
	}
	return new(date.String())
}

func modelMap(image *inventory.Image) []byte {
	if image.Models == nil {
		return nil
	}
	entries := make([]map[string]any, len(image.Models))
	for i, model := range image.Models {
		bundle := strings.ReplaceAll(model, " ", "-") + "-" + value(image.Version)
		entries[i] = map[string]any{"model": model, "bundle_name": bundle, "security_caps": nil}
	}
	return appendJSON(nil, entries)
}

// distant is an end of life that no test reaches: clients compare it with the real
// date, not the virtual one.
var distant = &inventory.Date{Year: 2099, Month: time.December, Day: 31}

func longPast(year int) *inventory.Date {
	return &inventory.Date{Year: year, Month: time.March, Day: 31}
}

// offeredImages is the list of a tenant. The newest image is not supported, and the
// next one is a trap for comparing versions as texts. The recommended one, the newest
// with long-term support and the latest differ. 5.6.1-b14 is no longer on the list,
// but elements still run it (observed).
func offeredImages() []*inventory.Image {
	every := append([]string{"ion 9000"}, models...)
	images := []*inventory.Image{
		{Version: new("4.4.1-pre-b38"), State: new(inventory.ImageUnsupported), EndOfLife: longPast(2022), Models: []string{"ion 3000"}},
		nil, // 5.6.1-b14
		{Version: new("6.1.11-b2"), State: new(inventory.ImageReleased), IsLTS: new(true), EndOfLife: longPast(2025), FIPSCertified: new(true), FIPSCertificationValid: new(false), Models: every},
		{Version: new(versionPrevious), State: new(inventory.ImageReleased), EndOfLife: distant, Models: every},
		{Version: new(versionCurrent), State: new(inventory.ImageReleased), IsLTS: new(true), EndOfLife: distant, FIPSCertified: new(true), FIPSCertificationValid: new(true), Models: every},
		{Version: new("6.3.6-pre-b38"), State: new(UnlistedImageState), Models: []string{modelVirtual}},
		{Version: new(versionTarget), State: new(inventory.ImageReleased), Recommended: new(true), EndOfLife: distant, ML7Version: new("8.2"), Models: every},
		{Version: new("6.3.6-b12"), State: new(inventory.ImageReleased), EndOfLife: distant, Models: every},
		{Version: new("6.4.1-b1"), State: new(inventory.ImageReleased), Models: []string{"ion 1200-s", "ion 3200", "ion 9000"}},
		{Version: new("6.10.0-b1"), State: new(inventory.ImageReleased), Models: []string{"ion 3200", "ion 9000"}},
		{Version: new("7.0.1-b3"), State: new(inventory.ImageUnsupported), Recommended: new(true), IsLTS: new(true), Models: []string{}},
		{Version: new("6.2.4-b1")}, // everything else is null
		{},
	}
	for number, image := range images {
		if image == nil {
			continue
		}
		image.ID = imageID(number)
		if image.State != nil {
			image.Type = new("element")
			image.ReleaseURL = new("https://docs.example.com/release-notes/" + *image.Version)
			image.IsLTS, image.Recommended = new(value(image.IsLTS)), new(value(image.Recommended))
			slices.Sort(image.Models)
		}
	}
	return slices.DeleteFunc(images, func(image *inventory.Image) bool { return image == nil })
}

func (r *snapshot) images() *list[*inventory.Image, inventory.Image] {
	return listOf(r, imageSchema, r.fleet.images, nil, func(stored *inventory.Image) (*inventory.Image, bool) { return stored, true })
}

func (s *Simulator) listImages(c *call) ([]byte, error) {
	if err := c.refuseImages(); err != nil {
		return nil, err
	}
	return answerAll(s, c, (*snapshot).images)
}

func (s *Simulator) getImage(c *call) ([]byte, error) {
	if err := c.refuseImages(); err != nil {
		return nil, err
	}
	snapshot, done := s.read(c.switches)
	defer done()
	for _, stored := range snapshot.fleet.images {
		if stored.ID == c.request.PathValue("id") {
			return imageSchema.appendItem(nil, c.switches.style(), stored, unreplaced, ""), nil
		}
	}
	return nil, refuse(http.StatusNotFound, "ELEMENT_IMAGE_NOT_FOUND", "The image is not known.")
}

func (c *call) refuseImages() error {
	if c.switches.RolesDenied || c.switches.ImagesDenied {
		return roleForbids()
	}
	return nil
}

// Images returns the tenant's list of images, ordered by id.
func (s *Simulator) Images() []inventory.Image {
	s.fleet.Lock()
	defer s.fleet.Unlock()
	images := make([]inventory.Image, len(s.fleet.images))
	for i, stored := range s.fleet.images {
		images[i] = cloneImage(stored)
	}
	slices.SortFunc(images, func(a, b inventory.Image) int { return strings.Compare(a.ID, b.ID) })
	return images
}

// image finds an image on the list to which elements can be upgraded.
func (s *Simulator) image(id string) (Image, bool) {
	for _, listed := range s.Images() {
		if listed.ID == id && listed.Version != nil {
			return Image{ID: id, Version: *listed.Version}, true
		}
	}
	return Image{}, false
}

// AddImage adds an image to the list unchecked: its id or version may be that of
// another image.
func (s *Simulator) AddImage(added inventory.Image) {
	_ = s.change(func(time.Time) error {
		s.fleet.images = append(s.fleet.images, new(cloneImage(&added)))
		return nil
	})
}

// UpdateImage edits an image except its id. An image that is not on the list is an
// error.
func (s *Simulator) UpdateImage(id string, edit func(*inventory.Image)) error {
	return s.change(func(time.Time) error {
		at, err := s.fleet.listedImage(id)
		if err != nil {
			return err
		}
		edit(s.fleet.images[at])
		edited := cloneImage(s.fleet.images[at])
		edited.ID = id
		s.fleet.images[at] = &edited
		return nil
	})
}

// RemoveImage removes an image from the list. Elements keep running it. An image that
// is not on the list is an error.
func (s *Simulator) RemoveImage(id string) error {
	return s.change(func(time.Time) error {
		at, err := s.fleet.listedImage(id)
		if err != nil {
			return err
		}
		s.fleet.images = slices.Delete(s.fleet.images, at, at+1)
		return nil
	})
}

func (f *fleet) listedImage(id string) (int, error) {
	at := slices.IndexFunc(f.images, func(stored *inventory.Image) bool { return stored.ID == id })
	if at < 0 {
		return at, fmt.Errorf("image %q is not on the tenant's list; Images lists its images", id)
	}
	return at, nil
}

func cloneImage(original *inventory.Image) inventory.Image {
	copied := *original
	for _, field := range []**string{&copied.Version, &copied.State, &copied.Type, &copied.ReleaseURL, &copied.ML7Version} {
		*field = copyOf(*field)
	}
	for _, field := range []**bool{&copied.IsLTS, &copied.Recommended, &copied.FIPSCertified, &copied.FIPSCertificationValid} {
		*field = copyOf(*field)
	}
	copied.EndOfLife = copyOf(copied.EndOfLife)
	copied.Models = slices.Clone(copied.Models)
	return copied
}
