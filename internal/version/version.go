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
	// Tag is the name of a pre-release, in lower case without dashes; "" for a release.
	// Parse lowers it: only lower case was observed, and capitals would sort first.
	Tag   string
	Build uint64
}

// versionPattern also matches a version without patch or build, for constraints.
var versionPattern = regexp.MustCompile(`^(\d+)\.(\d+)(?:\.(\d+)(?:-([A-Za-z][0-9A-Za-z]*))??(?:-b(\d+))?)?$`)

// Parse parses a complete version. The error is a sentence that quotes the text and
// says what to write.
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

// precision is the last part that a text has of a version.
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
		// A misspelt build looks like a tag. As a lower bound, a tag would allow every
		// build of the release.
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

// looksLikeBuild matches tags such as B9, build9 and b9x.
var looksLikeBuild = regexp.MustCompile(`(?i)^(b|bd|bld|buil?d?)(\d.*)?$`)

// misspeltVersion tolerates capitals, a word instead of the b, other separators, a v in
// front and letters behind.
var misspeltVersion = regexp.MustCompile(`(?i)^\s*v?\s*(\d+\.\d+\.\d+)(?:[-_.]?([a-z][0-9a-z]*?))??[-_. ]*(?:b|bd|bld|buil?d?)?[-_. ]*(\d+)(?:[a-z][0-9a-z]*)?\s*$`)

const maxCorrectedLength = 64

func notAVersion(text string) error {
	if parts := misspeltVersion.FindStringSubmatch(text); parts != nil && len(text) <= maxCorrectedLength {
		meant := parts[1] + "-b" + parts[3]
		if parts[2] != "" {
			meant = parts[1] + "-" + parts[2] + "-b" + parts[3]
		}
		return fmt.Errorf("%q is not a version: write %s", text, meant)
	}
	return fmt.Errorf("%q is not a version: write major.minor.patch-bN such as 6.3.6-b9, or 4.4.1-pre-b38 with a tag", text)
}

// String returns the version as the controller writes it.
func (v Version) String() string {
	tag := ""
	if v.Tag != "" {
		tag = "-" + v.Tag
	}
	return fmt.Sprintf("%d.%d.%d%s-b%d", v.Major, v.Minor, v.Patch, tag, v.Build)
}

// Compare returns -1, 0 or 1. Numbers are compared as numbers (b9 < b12), and a tagged
// version is older than the untagged one (4.4.1-pre-b38 < 4.4.1-b1).
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
		// Here the tags differ only in leading zeros.
		strings.Compare(a, b),
	)
}

// splitTag separates the number at the end of a tag, so that rc10 is newer than rc9.
func splitTag(tag string) (word, number string) {
	word = strings.TrimRight(tag, "0123456789")
	return word, strings.TrimLeft(tag[len(word):], "0")
}
