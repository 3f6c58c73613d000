// Package version reads the versions of images and says which of them a
// constraint allows. Of this module it imports wording alone.
//
// Facts about the controller carry one of three marks in this package's
// comments: documented (the vendor's OpenAPI description), observed (a real
// client or response shows it) or inferred (a reading that nothing proves).
package version
