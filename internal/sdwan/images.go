package sdwan

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// Images have an unpaged GET in both forms, and no query (documented).
var imageCollection = collection[wireImage, inventory.Image]{
	resource:  resource{subject: "images", version: "v2.4", path: "/element_images", onlyUnpaged: true},
	row:       (*wireImage).image,
	identity:  imageID,
	anonymous: "no id",
	name:      imageID,
	noun:      "image",
}

func imageID(image *inventory.Image) string { return image.ID }

// Images returns every image that the tenant is offered once, in the order of ids.
// The error is always an *Error, without images.
func (c *Client) Images(ctx context.Context) ([]inventory.Image, error) {
	return readList(ctx, c.images, everyRow(c.images))
}

type wireImage struct {
	ID                     *identifier `json:"id"`
	Version                *string     `json:"version"`
	State                  *string     `json:"state"`
	Type                   *string     `json:"type"`
	IsLTS                  *boolean    `json:"is_lts"`
	Recommended            *boolean    `json:"recommended_release"`
	EndOfLife              *day        `json:"eol_date"`
	ReleaseURL             *string     `json:"release_url"`
	FIPSCertified          *boolean    `json:"fips_certified"`
	FIPSCertificationValid *boolean    `json:"fips_certification_valid"`
	ML7Version             *string     `json:"ml7_version"`
	ModelSoftwareMap       []wireModel `json:"model_software_map"`
}

type wireModel struct {
	Model *string `json:"model"`
}

func (w *wireImage) image() inventory.Image {
	image := inventory.Image{
		Version:                w.Version,
		State:                  w.State,
		Type:                   w.Type,
		IsLTS:                  (*bool)(w.IsLTS),
		Recommended:            (*bool)(w.Recommended),
		ReleaseURL:             w.ReleaseURL,
		FIPSCertified:          (*bool)(w.FIPSCertified),
		FIPSCertificationValid: (*bool)(w.FIPSCertificationValid),
		ML7Version:             w.ML7Version,
		Models:                 w.models(),
	}
	if w.ID != nil {
		image.ID = string(*w.ID)
	}
	if w.EndOfLife != nil {
		image.EndOfLife = w.EndOfLife.date
	}
	return image
}

// models lists the models in order, each once, as a model may have several bundles
// (inferred). It is nil, not known, if a model has no name.
func (w *wireImage) models() []string {
	if w.ModelSoftwareMap == nil {
		return nil
	}
	models := make([]string, 0, len(w.ModelSoftwareMap))
	for _, entry := range w.ModelSoftwareMap {
		if entry.Model == nil {
			return nil
		}
		models = append(models, *entry.Model)
	}
	slices.Sort(models)
	return slices.Compact(models)
}

// day is nil for an unreadable date, which must not make the images unreadable.
type day struct{ date *inventory.Date }

// UnmarshalJSON never fails.
func (d *day) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil //nolint:nilerr // What is no text is no date.
	}
	if date, readable := inventory.ParseDate(text); readable {
		d.date = &date
	}
	return nil
}
