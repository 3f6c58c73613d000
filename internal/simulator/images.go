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

// tenantImage is an image with the state that the tenant's list gives it.
type tenantImage struct {
	Image
	state string
}

// Versions that the scenarios give a part to.
const (
	versionPrevious = "6.3.3-b4"
	versionCurrent  = "6.3.5-b9"
	versionTarget   = "6.3.6-b9"
)

var imagesEpoch = time.Date(2026, time.March, 16, 15, 15, 47, 762_000_000, time.UTC)

// tenantImages holds the tenant's images, oldest first, in the steps in which
// upgrades are supported (documented). Tags and builds are traps on purpose:
// b9 comes before b12, a pre-release before its release, 6.10 after 6.4.
var tenantImages = func() []tenantImage {
	images := []tenantImage{
		{Image{Version: "4.4.1-pre-b38"}, "no-support"},
		{Image{Version: "5.6.1-b14"}, "no-support"},
		{Image{Version: "6.1.11-b2"}, "release"},
		{Image{Version: versionPrevious}, "release"},
		{Image{Version: versionCurrent}, "release"},
		{Image{Version: "6.3.6-pre-b38"}, "release"},
		{Image{Version: versionTarget}, "release"},
		{Image{Version: "6.3.6-b12"}, "release"},
		{Image{Version: "6.4.1-b1"}, "release"},
		{Image{Version: "6.10.0-b1"}, "release"},
	}
	for i := range images {
		images[i].ID = identifier(imagesEpoch.Add(time.Duration(i)*time.Hour), i)
	}
	return images
}()

// Images lists the tenant's images, oldest version first.
func Images() []Image {
	images := make([]Image, len(tenantImages))
	for i, image := range tenantImages {
		images[i] = image.Image
	}
	return images
}

// CurrentImage is the image that a fleet runs before its rollout.
func CurrentImage() Image { return imageOf(versionCurrent) }

// TargetImage is the image that the scenarios roll out.
func TargetImage() Image { return imageOf(versionTarget) }

func imageOf(version string) Image {
	found, _ := findImage(func(image tenantImage) bool { return image.Version == version })
	return found.Image
}

func imageByID(id string) (tenantImage, bool) {
	return findImage(func(image tenantImage) bool { return image.ID == id })
}

func findImage(matches func(tenantImage) bool) (tenantImage, bool) {
	at := slices.IndexFunc(tenantImages, matches)
	if at < 0 {
		return tenantImage{}, false
	}
	return tenantImages[at], true
}
