// Package version parses the versions of images and the constraints on them. It tells
// which versions a constraint allows, and which of several is nearest to it.
//
// Facts about the controller carry one of three marks in this package's
// comments: documented (the vendor's OpenAPI description), observed (a real
// client or response shows it) or inferred (a reading that nothing proves).
package version
