package simulator

import (
	"slices"
	"time"
)

// Image is a software image that elements run or are upgraded to.
type Image struct {
	ID      string // 19 digits
	Version string // major.minor.patch[-tag]-bN, such as 6.3.6-b9
}

// Versions that the scenarios use.
const (
	versionPrevious = "6.3.3-b4"
	versionCurrent  = "6.3.5-b9"
	versionTarget   = "6.3.6-b9"
)

var imagesEpoch = time.Date(2026, time.March, 16, 15, 15, 47, 762_000_000, time.UTC)

// knownImages are the images that elements run or are upgraded to, oldest first, in the
// steps in which upgrades are supported (documented). Tags and builds are traps: b9 is
// before b12, a pre-release before its release, 6.10 after 6.4.
var knownImages = func() []Image {
	var images []Image
	for i, version := range []string{
		"4.4.1-pre-b38", "5.6.1-b14", "6.1.11-b2", versionPrevious, versionCurrent, "6.3.6-pre-b38", versionTarget, "6.3.6-b12", "6.4.1-b1", "6.10.0-b1",
	} {
		images = append(images, Image{ID: imageID(i), Version: version})
	}
	return images
}()

func imageID(number int) string {
	return identifier(imagesEpoch.Add(time.Duration(number)*time.Hour), number)
}

// Images lists the images that elements run or are upgraded to, oldest version first.
// Method Images of Simulator returns those that the tenant is offered at the moment.
func Images() []Image { return slices.Clone(knownImages) }

// CurrentImage is the image that a fleet runs before its rollout.
func CurrentImage() Image { return imageOf(versionCurrent) }

// TargetImage is the image that the scenarios roll out.
func TargetImage() Image { return imageOf(versionTarget) }

func imageOf(version string) Image {
	at := slices.IndexFunc(knownImages, func(image Image) bool { return image.Version == version })
	return knownImages[at]
}
