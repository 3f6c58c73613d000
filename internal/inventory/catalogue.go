package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/version"
)

// Catalogue is what a tenant is offered at one moment: its images, newest first.
type Catalogue struct {
	images []listedImage
}

// listedImage is an image with its version, where that can be read.
type listedImage struct {
	Image

	version  version.Version
	readable bool
}

// NewCatalogue orders images by version, numbers as numbers, newest first. Images
// whose version is missing, incomplete or unreadable come last; what is equal is
// ordered by id. Of two images with one id the first counts.
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
		listed.version, listed.readable = parsed, err == nil
		catalogue.images = append(catalogue.images, listed)
	}
	slices.SortFunc(catalogue.images, newestFirst)
	return catalogue
}

func newestFirst(a, b listedImage) int {
	switch {
	case a.readable != b.readable && a.readable:
		return -1
	case a.readable != b.readable:
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

// Image finds an image by its id. Elements may run one that has left the list
// (observed).
func (c *Catalogue) Image(id string) (*Image, bool) {
	for i := range c.images {
		if c.images[i].ID == id {
			return &c.images[i].Image, true
		}
	}
	return nil, false
}

// Choice describes images. Every condition that is set must hold; nil is no
// condition.
type Choice struct {
	// Version allows the image's version; an image whose version cannot be read, or
	// does not decide it, is left out.
	Version *version.Constraint
	// Model is offered the image; an image that does not say its models is left out.
	Model *string
	// States has the image's state. An empty list selects nothing. Letter case counts.
	States []string
}

// Select returns a catalogue of the images that a choice describes.
func (c *Catalogue) Select(choice Choice) *Catalogue {
	selected := new(Catalogue)
	for i := range c.images {
		if choice.describes(&c.images[i].Image) {
			selected.images = append(selected.images, c.images[i])
		}
	}
	return selected
}

func (c Choice) describes(image *Image) bool {
	switch {
	case c.Version != nil && c.Version.Judge(deref(image.Version)) != version.Allowed,
		c.Model != nil && !image.OfferedFor(*c.Model),
		c.States != nil && (image.State == nil || !slices.Contains(c.States, *image.State)):
		return false
	default:
		return true
	}
}

// Latest returns the newest image that is usable today; nil where there is none.
// Its version is complete.
func (c *Catalogue) Latest(today Date) *Image {
	return c.newest(today, func(*Image) bool { return true })
}

// Recommended is Latest among the images that the controller recommends.
func (c *Catalogue) Recommended(today Date) *Image {
	return c.newest(today, func(image *Image) bool { return deref(image.Recommended) })
}

// LatestLTS is Latest among the images with long-term support.
func (c *Catalogue) LatestLTS(today Date) *Image {
	return c.newest(today, func(image *Image) bool { return deref(image.IsLTS) })
}

func (c *Catalogue) newest(today Date, wanted func(*Image) bool) *Image {
	for i := range c.images {
		if listed := &c.images[i]; listed.readable && listed.Usable(today) && wanted(&listed.Image) {
			return &listed.Image
		}
	}
	return nil
}

// Offer is what a catalogue has for a constraint on versions.
type Offer struct {
	// Images are those that satisfy the constraint, newest first.
	Images []Image
	// Nearest is the image whose version is nearest to what the constraint allows,
	// as version.Constraint.Nearest measures it; nil where no version can be read,
	// and where some image satisfies the constraint.
	Nearest *Image
	// Undecided is the number of images whose version does not tell whether it
	// satisfies the constraint: it is no version, or a release without a build. It is
	// 0 where some image satisfies the constraint.
	Undecided int
	// Unsupported says that there are images, and all of them are.
	Unsupported bool
	// Ended is the latest end of life of the images, where there are some and all of
	// them have passed theirs; else nil.
	Ended *Date
	// NotFor are the models asked for, in their order, for which none of the images
	// is offered. An image that does not say its models may be offered for any; where
	// there are no images, no model is listed.
	NotFor []string
	// Usable says that one of the images is neither unsupported nor past its end of
	// life, whatever the models.
	Usable bool
}

// Offer says what the catalogue has today for a constraint and for models.
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

// OfferOf is Offer for the image with an id, which has no nearest image and
// needs no version to be read.
func (c *Catalogue) OfferOf(id string, models []string, today Date) Offer {
	image, listed := c.Image(id)
	if !listed {
		return Offer{}
	}
	return offerOf([]Image{*image}, models, today)
}

// Supported returns a catalogue of the images that are not unsupported.
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
		if c.images[i].readable {
			versions = append(versions, c.images[i].version)
		}
	}
	nearest, found := constraint.Nearest(versions)
	if !found {
		return nil
	}
	at := slices.IndexFunc(c.images, func(listed listedImage) bool { return listed.readable && listed.version == nearest })
	return &c.images[at].Image
}
