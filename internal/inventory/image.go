package inventory

import "slices"

// Image is one software image from the controller's list of images (documented for
// version 2.4). A nil field was null or absent; that every field but the id may be null
// is inferred.
type Image struct {
	ID      string
	Version *string // such as 6.3.6-b9
	State   *string // ImageReleased, ImageUnsupported (observed) or an undocumented text
	Type    *string // values are not documented
	IsLTS   *bool   // has long-term support
	// Recommended is recommended_release on the wire. How many images may have it is
	// not documented.
	Recommended *bool
	// EndOfLife is the last day of support (eol_date on the wire, documented as
	// yyyy-MM-dd). It is also nil if the controller's text is not a date.
	EndOfLife  *Date
	ReleaseURL *string // of the release notes
	// The meaning of these two is inferred from their names.
	FIPSCertified, FIPSCertificationValid *bool
	ML7Version                            *string // meaning is not documented
	// Models are the element models that the image is offered for (from
	// model_software_map on the wire). Nil is not known; an empty list is no model.
	Models []string
}

// The observed states of images.
const (
	ImageReleased    = "release"
	ImageUnsupported = "no-support"
)

// Unsupported reports whether the image is no longer supported.
func (i *Image) Unsupported() bool { return deref(i.State) == ImageUnsupported }

// Ended reports whether the end of life is before today; false without a date.
func (i *Image) Ended(today Date) bool { return i.EndOfLife != nil && i.EndOfLife.Before(today) }

// Usable reports whether the image is neither unsupported nor past its end of life.
func (i *Image) Usable(today Date) bool { return !i.Unsupported() && !i.Ended(today) }

// OfferedFor reports whether the image is offered for the model; false if its models
// are not known.
func (i *Image) OfferedFor(model string) bool { return slices.Contains(i.Models, model) }
