package simulator

import (
	"fmt"
	"time"
)

// Image is a software image that elements run or are upgraded to.
type Image struct {
	// ID is the image's identifier, 19 digits in text.
	ID string
	// Version has the form major.minor.patch[-tag]-bN, such as 6.3.6-b9.
	Version string
}

// imageTable holds the tenant's images, oldest first, in the steps in which
// upgrades are supported (documented). Tags and builds are traps on purpose:
// b9 comes before b12, a pre-release before its release, 6.10 after 6.4.
var imageTable = []struct {
	version string
	state   string
}{
	{"4.4.1-pre-b38", "no-support"},
	{"5.6.1-b14", "no-support"},
	{"6.1.11-b2", "release"},
	{"6.3.3-b4", "release"},
	{"6.3.5-b9", "release"},
	{"6.3.6-pre-b38", "release"},
	{"6.3.6-b9", "release"},
	{"6.3.6-b12", "release"},
	{"6.4.1-b1", "release"},
	{"6.10.0-b1", "release"},
}

// Versions that the scenarios give a part to.
const (
	versionPrevious = "6.3.3-b4"
	versionCurrent  = "6.3.5-b9"
	versionTarget   = "6.3.6-b9"
)

var imagesEpoch = time.Date(2026, time.March, 16, 15, 15, 47, 762_000_000, time.UTC)

// Images lists the tenant's images, oldest version first.
func Images() []Image {
	images := make([]Image, len(imageTable))
	for i, row := range imageTable {
		images[i] = Image{ID: identifier(imagesEpoch.Add(time.Duration(i)*time.Hour), i), Version: row.version}
	}
	return images
}

// CurrentImage is the image that a fleet runs before its rollout.
func CurrentImage() Image { return imageOf(versionCurrent) }

// TargetImage is the image that the scenarios roll out.
func TargetImage() Image { return imageOf(versionTarget) }

// ImageByID finds an image of the tenant by its identifier. An identifier that
// is not found is an error; real rows name such images (observed), so rows may
// still carry it.
func ImageByID(id string) (Image, error) {
	for _, image := range Images() {
		if image.ID == id {
			return image, nil
		}
	}
	return Image{}, fmt.Errorf("image %q is not among the tenant's images; Images lists them", id)
}

func imageOf(version string) Image {
	for _, image := range Images() {
		if image.Version == version {
			return image
		}
	}
	return Image{Version: version}
}
