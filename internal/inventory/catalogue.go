package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/version"
)

// Catalogue is the list of images offered to a tenant, newest first. It is immutable.
type Catalogue struct {
	images []listedImage
}

type listedImage struct {
	Image

	version    version.Version
	hasVersion bool // false if the version is null or cannot be parsed
}

// NewCatalogue sorts images by version, newest first, and then by id. Images whose
// version is null, incomplete or cannot be parsed come last. Of images with the same id
// it keeps the first.
func NewCatalogue(images []Image) *Catalogue {
	catalogue := &Catalogue{images: make([]listedImage, 0, len(images))}
	seen := make(map[string]bool, len(images))
	for _, image := range images {
		if seen[image.ID] {
			continue
		}
		seen[image.ID] = true
		listed := listedImage{Image: image}
		parsed, err := version.Parse(deref(image.Version))
		listed.version, listed.hasVersion = parsed, err == nil
		catalogue.images = append(catalogue.images, listed)
	}
	slices.SortFunc(catalogue.images, newestFirst)
	return catalogue
}

func newestFirst(a, b listedImage) int {
	switch {
	case a.hasVersion != b.hasVersion && a.hasVersion:
		return -1
	case a.hasVersion != b.hasVersion:
		return 1
	default:
		return cmp.Or(b.version.Compare(a.version), strings.Compare(a.ID, b.ID))
	}
}

// Images lists the images, newest first.
func (c *Catalogue) Images() []Image {
	images := make([]Image, len(c.images))
	for i := range c.images {
		images[i] = c.images[i].Image
	}
	return images
}

// Image returns the image with an id. Elements may run one that is no longer listed
// (observed).
func (c *Catalogue) Image(id string) (*Image, bool) {
	for i := range c.images {
		if c.images[i].ID == id {
			return &c.images[i].Image, true
		}
	}
	return nil, false
}

// Choice describes images. An image must satisfy every condition; nil is no condition.
type Choice struct {
	Version *version.Constraint // must allow the version; see version.Constraint.Judge
	Model   *string             // must be one of the models
	States  []string            // must contain the state; an empty list selects nothing
}

// Select returns the catalogue of the images that satisfy a choice.
func (c *Catalogue) Select(choice Choice) *Catalogue {
	selected := new(Catalogue)
	for i := range c.images {
		if choice.selects(&c.images[i].Image) {
			selected.images = append(selected.images, c.images[i])
		}
	}
	return selected
}

func (c Choice) selects(image *Image) bool {
	switch {
	case c.Version != nil && c.Version.Judge(deref(image.Version)) != version.Allowed,
		c.Model != nil && !image.OfferedFor(*c.Model),
		c.States != nil && (image.State == nil || !slices.Contains(c.States, *image.State)):
		return false
	default:
		return true
	}
}

// Latest returns the newest image that is usable today and has a complete version; nil
// if there is none.
func (c *Catalogue) Latest(today Date) *Image {
	return c.newest(today, func(*Image) bool { return true })
}

// Recommended returns Latest among the images that the controller recommends.
func (c *Catalogue) Recommended(today Date) *Image {
	return c.newest(today, func(image *Image) bool { return deref(image.Recommended) })
}

// LatestLTS returns Latest among the images with long-term support.
func (c *Catalogue) LatestLTS(today Date) *Image {
	return c.newest(today, func(image *Image) bool { return deref(image.IsLTS) })
}

func (c *Catalogue) newest(today Date, wanted func(*Image) bool) *Image {
	for i := range c.images {
		if listed := &c.images[i]; listed.hasVersion && listed.Usable(today) && wanted(&listed.Image) {
			return &listed.Image
		}
	}
	return nil
}

// Offer describes the images of a catalogue that satisfy a constraint or have an id.
type Offer struct {
	Images []Image // newest first
	// Nearest is the image nearest to the constraint, by version.Constraint.Nearest.
	// It is nil if Images has any, or if no version can be parsed.
	Nearest     *Image
	Undecided   int   // images whose version is version.Undecided; 0 if Images has any
	Unsupported bool  // Images has any, and all are unsupported
	Ended       *Date // the latest end of life of Images, if all have ended
	// NotFor are the requested models for which no image is offered, in the same
	// order. An image with unknown models may be offered for any. It is empty if
	// Images is.
	NotFor []string
	Usable bool // an image is neither unsupported nor ended, whatever its models
}

// Offer describes what the catalogue offers today for a constraint and for models.
func (c *Catalogue) Offer(constraint version.Constraint, models []string, today Date) Offer {
	offer := offerOf(c.Select(Choice{Version: &constraint}).Images(), models, today)
	if len(offer.Images) > 0 {
		return offer
	}
	offer.Nearest = c.nearest(constraint)
	for i := range c.images {
		if reported := c.images[i].Version; reported != nil && constraint.Judge(*reported) == version.Undecided {
			offer.Undecided++
		}
	}
	return offer
}

// OfferOf is Offer for the image with an id, which has no nearest image.
func (c *Catalogue) OfferOf(id string, models []string, today Date) Offer {
	image, listed := c.Image(id)
	if !listed {
		return Offer{}
	}
	return offerOf([]Image{*image}, models, today)
}

// Supported returns the catalogue without its unsupported images.
func (c *Catalogue) Supported() *Catalogue {
	supported := new(Catalogue)
	for i := range c.images {
		if !c.images[i].Unsupported() {
			supported.images = append(supported.images, c.images[i])
		}
	}
	return supported
}

func offerOf(images []Image, models []string, today Date) Offer {
	offer := Offer{Images: images}
	if len(images) == 0 {
		return offer
	}
	offer.Unsupported = all(images, (*Image).Unsupported)
	if all(images, func(image *Image) bool { return image.Ended(today) }) {
		for _, image := range images {
			if offer.Ended == nil || offer.Ended.Before(*image.EndOfLife) {
				offer.Ended = image.EndOfLife
			}
		}
	}
	for _, model := range models {
		if all(images, func(image *Image) bool { return image.Models != nil && !image.OfferedFor(model) }) {
			offer.NotFor = append(offer.NotFor, model)
		}
	}
	offer.Usable = !all(images, func(image *Image) bool { return !image.Usable(today) })
	return offer
}

func all(images []Image, holds func(*Image) bool) bool {
	for i := range images {
		if !holds(&images[i]) {
			return false
		}
	}
	return true
}

func (c *Catalogue) nearest(constraint version.Constraint) *Image {
	var versions []version.Version
	for i := range c.images {
		if c.images[i].hasVersion {
			versions = append(versions, c.images[i].version)
		}
	}
	nearest, found := constraint.Nearest(versions)
	if !found {
		return nil
	}
	at := slices.IndexFunc(c.images, func(listed listedImage) bool { return listed.hasVersion && listed.version == nearest })
	return &c.images[at].Image
}
