package rollout

import (
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/version"
)

// Target is the image that elements should run. For the zero Target every element is on
// target.
type Target struct {
	Version *version.Constraint // on the active version; nil for any
	ImageID string              // of the active image; "" for any
}

// ParseTarget parses a target version, exact or a constraint, and the id of a target
// image. Nil is for any; an empty text is an *ArgumentError, so that a value that got
// lost in a configuration does not open a gate.
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

// ParseVersions parses a version, exact or a constraint. Nil is for any; an empty or
// wrong text is an *ArgumentError.
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

// String returns the target for a message; "" for the zero Target.
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

// Reached reports whether a row is on target; false for a version that cannot be parsed.
func (t Target) Reached(status *imagestatus.Status) bool { return t.match(status).onTarget }

type targetMatch struct {
	onTarget   bool
	unreadable bool // the row has a version for which onTarget is not known
}

func (t Target) match(status *imagestatus.Status) targetMatch {
	judged := version.Allowed
	if t.Version != nil {
		judged = version.Refused
		if reported := deref(status.ActiveVersion); reported != "" {
			judged = t.Version.Judge(reported)
		}
	}
	onImage := t.ImageID == "" || deref(status.ActiveImageID) == t.ImageID
	return targetMatch{onTarget: judged == version.Allowed && onImage, unreadable: judged == version.Undecided}
}
