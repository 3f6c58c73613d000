package rollout

import (
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/version"
)

// Target is the image that elements shall run. With the zero Target every
// element is on target.
type Target struct {
	// Version is a constraint on the active version; nil asks for none.
	Version *version.Constraint
	// ImageID is the active image wanted; "" asks for none.
	ImageID string
}

// ParseTarget reads a target version, exact or a constraint, and the id of a
// target image. Nil asks for none; an empty text is an *ArgumentError, so that
// a value that was lost on its way does not open a gate.
func ParseTarget(versions, imageID *string) (Target, error) {
	if imageID != nil && *imageID == "" {
		return Target{}, &imagestatus.ArgumentError{
			Argument: ArgumentTargetImage, Problem: "An empty text is not an image id.",
			Remedy: "Write the id of an image, or leave the argument out (null) for any image.",
		}
	}
	constraint, err := ParseVersions(ArgumentTargetVersion, versions)
	if err != nil {
		return Target{}, err
	}
	return Target{Version: constraint, ImageID: deref(imageID)}, nil
}

// ParseVersions reads what an argument says of versions, exact or a constraint. Nil
// asks for none; an empty text is an *ArgumentError, and so is one that is neither.
func ParseVersions(argument imagestatus.Argument, text *string) (*version.Constraint, error) {
	switch {
	case text == nil:
		return nil, nil //nolint:nilnil // No constraint is no error.
	case *text == "":
		return nil, &imagestatus.ArgumentError{
			Argument: argument, Problem: "An empty text is not a version.",
			Remedy: "Write a version or a constraint, or leave the argument out (null) for any version.",
		}
	}
	parsed, err := version.ParseConstraint(*text)
	if err != nil {
		return nil, &imagestatus.ArgumentError{
			Argument: argument, Value: *text,
			Problem: strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + ".",
			Remedy:  "Write a version or a constraint as in Terraform.",
		}
	}
	return &parsed, nil
}

// String names the target for a message; "" when there is none.
func (t Target) String() string {
	switch {
	case t.Version != nil:
		return "version " + strings.Join(strings.Fields(t.Version.String()), " ")
	case t.ImageID != "":
		return "image " + shorten(t.ImageID, maxKeyRunes)
	default:
		return ""
	}
}

// Reached reports whether a row is on target. A version that cannot be read
// reaches no version.
func (t Target) Reached(status *imagestatus.Status) bool { return t.reach(status).onTarget }

// reach is how a row compares with a target.
type reach struct {
	onTarget bool
	// unreadable reports that the row has a version and that it cannot be told
	// whether this is the target.
	unreadable bool
}

func (t Target) reach(status *imagestatus.Status) reach {
	judged := version.Allowed
	if t.Version != nil {
		judged = version.Refused
		if reported := deref(status.ActiveVersion); reported != "" {
			judged = t.Version.Judge(reported)
		}
	}
	onImage := t.ImageID == "" || deref(status.ActiveImageID) == t.ImageID
	return reach{onTarget: judged == version.Allowed && onImage, unreadable: judged == version.Undecided}
}
