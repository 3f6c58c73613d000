package version

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Version is a complete image version, major.minor.patch[-tag]-bN, such as
// 6.3.6-b9 or 4.4.1-pre-b38 (observed).
type Version struct {
	Major, Minor, Patch uint64
	// Tag names a pre-release, without dashes and in lower case; "" for a
	// release. Only lower case was observed, and another one is taken for the
	// same tag: in the order of bytes it would sort before every other.
	Tag string
	// Build is the number after the b.
	Build uint64
}

// versionPattern also takes a version whose patch or build is left out, which
// constraints allow.
var versionPattern = regexp.MustCompile(`^(\d+)\.(\d+)(?:\.(\d+)(?:-([A-Za-z][0-9A-Za-z]*))??(?:-b(\d+))?)?$`)

// Parse reads a complete version. The error is a sentence that quotes
// the text and says what is missing.
func Parse(text string) (Version, error) {
	version, precision, err := parse(text)
	if err != nil {
		return Version{}, err
	}
	if precision < precisionBuild {
		return Version{}, fmt.Errorf("%q names no build: write a complete version such as 6.3.6-b9", text)
	}
	return version, nil
}

// precision says how much of a version was written.
type precision int

const (
	precisionMinor precision = iota
	precisionPatch
	precisionBuild
)

func parse(text string) (Version, precision, error) {
	parts := versionPattern.FindStringSubmatch(text)
	if len(parts) == 0 || looksLikeBuild.MatchString(parts[4]) {
		return Version{}, 0, notAVersion(text)
	}
	if parts[4] != "" && parts[5] == "" {
		// A tag sorts before every build of its release, so that a misspelt
		// build would let all of them through.
		return Version{}, 0, fmt.Errorf("%q has the tag %s and no build: write %s-bN with the number of the build, such as %s-b1", text, parts[4], text, text)
	}
	version := Version{Tag: strings.ToLower(parts[4])}
	numbers := []struct {
		digits string
		field  *uint64
	}{{parts[1], &version.Major}, {parts[2], &version.Minor}, {parts[3], &version.Patch}, {parts[5], &version.Build}}
	for _, number := range numbers {
		if number.digits == "" {
			continue
		}
		value, err := strconv.ParseUint(number.digits, 10, 64)
		if err != nil {
			return Version{}, 0, fmt.Errorf("%q is not a version: the number %s is too large", text, number.digits)
		}
		*number.field = value
	}
	switch {
	case parts[5] != "":
		return version, precisionBuild, nil
	case parts[3] != "":
		return version, precisionPatch, nil
	default:
		return version, precisionMinor, nil
	}
}

// looksLikeBuild finds tags that are a misspelt build rather than the name of
// a pre-release, such as B9, build9 and b9x.
var looksLikeBuild = regexp.MustCompile(`(?i)^(b|bd|bld|buil?d?)(\d.*)?$`)

// misspeltVersion finds what a version was meant by: another letter case, a
// word in place of the b, another separator, a v in front, or letters behind.
var misspeltVersion = regexp.MustCompile(`(?i)^\s*v?\s*(\d+\.\d+\.\d+)(?:[-_.]?([a-z][0-9a-z]*?))??[-_. ]*(?:b|bd|bld|buil?d?)?[-_. ]*(\d+)(?:[a-z][0-9a-z]*)?\s*$`)

// longestSpelling bounds the texts for which a spelling is offered.
const longestSpelling = 64

func notAVersion(text string) error {
	if parts := misspeltVersion.FindStringSubmatch(text); parts != nil && len(text) <= longestSpelling {
		meant := parts[1] + "-b" + parts[3]
		if parts[2] != "" {
			meant = parts[1] + "-" + parts[2] + "-b" + parts[3]
		}
		return fmt.Errorf("%q is not a version: write %s", text, meant)
	}
	return fmt.Errorf("%q is not a version: write major.minor.patch-bN such as 6.3.6-b9, or 4.4.1-pre-b38 with a tag", text)
}

// String writes the version as the controller does.
func (v Version) String() string {
	tag := ""
	if v.Tag != "" {
		tag = "-" + v.Tag
	}
	return fmt.Sprintf("%d.%d.%d%s-b%d", v.Major, v.Minor, v.Patch, tag, v.Build)
}

// Compare gives -1, 0 or 1. Numbers compare as numbers, so b9 is before b12,
// and a tag sorts before no tag, so 4.4.1-pre-b38 is before 4.4.1-b1.
func (v Version) Compare(other Version) int {
	return cmp.Or(v.compareRelease(other), cmp.Compare(v.Build, other.Build))
}

func (v Version) compareRelease(other Version) int {
	return cmp.Or(
		cmp.Compare(v.Major, other.Major),
		cmp.Compare(v.Minor, other.Minor),
		cmp.Compare(v.Patch, other.Patch),
		compareTags(v.Tag, other.Tag),
	)
}

func compareTags(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "":
		return 1
	case b == "":
		return -1
	}
	wordA, numberA := splitTag(a)
	wordB, numberB := splitTag(b)
	return cmp.Or(
		strings.Compare(wordA, wordB),
		cmp.Compare(len(numberA), len(numberB)),
		strings.Compare(numberA, numberB),
		// Only leading zeros still tell the two apart.
		strings.Compare(a, b),
	)
}

// splitTag cuts a tag into its word and the number behind it, so that rc10
// comes after rc9.
func splitTag(tag string) (word, number string) {
	word = strings.TrimRight(tag, "0123456789")
	return word, strings.TrimLeft(tag[len(word):], "0")
}
