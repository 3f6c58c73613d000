package version

import (
	"cmp"
	"slices"
)

// distance is that of a version from the version in a comparison that it fails.
type distance struct {
	firstPart  int    // that differs: 0 to 4 for major, minor, patch, tag and build
	difference uint64 // in that part; 1 between two tags
	above      bool   // the version is newer than that of the comparison
	sameBuild  bool   // and the same tag
}

var noDistance = distance{firstPart: 5}

// Nearest returns the candidate nearest to the constraint; false without candidates or
// comparisons. An allowed version is nearest of all. Any other is measured against the
// comparison that it fails by most. The nearer of two versions is, in this order:
//
//   - the one whose first differing part is further right: 6.3.6-b12, not 6.3.5-b9,
//     for 6.3.6-b9;
//   - the one whose number differs less in that part, then the newer one;
//   - the one with the same tag and build, as if one number was mistyped: 6.3.6-b9,
//     not 6.3.6-b12, for 6.3.66-b9;
//   - the one closer in the order of versions: 6.3.9-b1, not 6.3.1-b1, for 6.4.0.
func (c Constraint) Nearest(candidates []Version) (Version, bool) {
	if len(c.terms) == 0 || len(candidates) == 0 {
		return Version{}, false
	}
	return slices.MinFunc(candidates, func(a, b Version) int {
		far, further := c.distanceTo(a), c.distanceTo(b)
		return cmp.Or(compareDistances(far, further), sameBuildFirst(far, further), closerFirst(far.above, a, b))
	}), true
}

func (c Constraint) distanceTo(version Version) distance {
	furthest := noDistance
	for _, term := range c.terms {
		if term.allows(version) {
			continue
		}
		if failed := term.distanceTo(version); compareDistances(failed, furthest) > 0 {
			furthest = failed
		}
	}
	return furthest
}

func (t constraintTerm) distanceTo(version Version) distance {
	numbers := [][2]uint64{
		{version.Major, t.version.Major}, {version.Minor, t.version.Minor}, {version.Patch, t.version.Patch},
		{uint64(max(0, compareTags(version.Tag, t.version.Tag))), uint64(max(0, compareTags(t.version.Tag, version.Tag)))},
		{version.Build, t.version.Build},
	}
	for part, pair := range numbers {
		if have, want := pair[0], pair[1]; have != want {
			sameBuild := t.precision == precisionBuild && version.Tag == t.version.Tag && version.Build == t.version.Build
			return distance{firstPart: part, difference: max(have, want) - min(have, want), above: have > want, sameBuild: sameBuild}
		}
	}
	return distance{firstPart: len(numbers) - 1}
}

func compareDistances(a, b distance) int {
	side := 0
	if a.above != b.above && a.firstPart == b.firstPart {
		side = 1
		if a.above {
			side = -1
		}
	}
	return cmp.Or(cmp.Compare(b.firstPart, a.firstPart), cmp.Compare(a.difference, b.difference), side)
}

func sameBuildFirst(a, b distance) int {
	switch {
	case a.sameBuild == b.sameBuild:
		return 0
	case a.sameBuild:
		return -1
	default:
		return 1
	}
}

// closerFirst compares two versions that are both newer or both older than a third.
func closerFirst(above bool, a, b Version) int {
	if above {
		return a.Compare(b)
	}
	return b.Compare(a)
}
