package inventory

import "slices"

// Image is one software image as the controller's list of images describes it
// (documented for version 2.4 of the list). A nil field was null or absent; that
// every field but the id may be null is assumed.
type Image struct {
	ID string
	// Version is the version of the image, such as 6.3.6-b9.
	Version *string
	// State is ImageReleased or ImageUnsupported (both observed); no list of states
	// is documented, and any other text is kept as it is.
	State *string
	// Type has no documented values.
	Type *string
	// IsLTS marks a release with long-term support.
	IsLTS *bool
	// Recommended is recommended_release on the wire. How many images may have it is
	// not documented.
	Recommended *bool
	// EndOfLife is the last day of support (eol_date on the wire, documented as
	// yyyy-MM-dd). It is nil too where the controller's text is not a date.
	EndOfLife *Date
	// ReleaseURL leads to the release notes.
	ReleaseURL *string
	// FIPSCertified and FIPSCertificationValid tell a certificate and whether it is
	// still valid (inferred from the names).
	FIPSCertified, FIPSCertificationValid *bool
	// ML7Version has no documented meaning.
	ML7Version *string
	// Models are the element models that the image is offered for (the models of
	// model_software_map on the wire). Nil is not known; an empty list is no model.
	Models []string
}

// The states of images that clients compare with (observed).
const (
	ImageReleased    = "release"
	ImageUnsupported = "no-support"
)

// Unsupported reports that the controller gives the image no support any more.
func (i *Image) Unsupported() bool { return deref(i.State) == ImageUnsupported }

// Ended reports that the image's end of life is before today. On the day itself
// the image has not ended, and one without a known date never has.
func (i *Image) Ended(today Date) bool { return i.EndOfLife != nil && i.EndOfLife.Before(today) }

// Usable reports that the image is neither unsupported nor past its end of life.
func (i *Image) Usable(today Date) bool { return !i.Unsupported() && !i.Ended(today) }

// OfferedFor reports that the image names the model. An image that does not say
// its models names none.
func (i *Image) OfferedFor(model string) bool { return slices.Contains(i.Models, model) }
