// Package version parses the versions of images and the constraints on them. It tells
// which versions a constraint allows, and which of several is nearest to it.
//
// Facts about the controller are marked as in package imagestatus.
package version
