package version

import (
	"cmp"
	"slices"
)

// distance says how far a version is from the version of a comparison that it
// fails: in which part the two first differ, and by how much.
type distance struct {
	// part counts major, minor, patch, tag and build from 0; a version that the
	// comparison allows has the part behind the last.
	part int
	// by is the difference of the numbers in that part, 1 between two tags.
	by uint64
	// above tells a version that comes after the comparison's.
	above bool
	// sameBuild tells a version with the tag and build of the comparison, where that
	// has a build.
	sameBuild bool
}

// allowed is the distance of a version that a comparison allows.
var allowed = distance{part: 5}

// Nearest returns the candidate that is nearest to what the constraint allows,
// and false if there are no candidates or no comparisons. A version that the
// constraint allows is nearest of all. Of two others, that one is nearer whose
// first part to differ from the version in the constraint is further right; if it
// is the same part, the one whose number there differs less; then the one above;
// then the one with the same tag and build, as one mistyped number leaves them; and
// then the one that comes closer in the order of versions. So 6.3.6-b12 is nearer
// to 6.3.6-b9 than 6.3.5-b9 is, 6.3.6-b9 nearer to 6.3.66-b9 than 6.3.6-b12, and
// 6.3.9-b1 nearer to 6.4.0 than 6.3.1-b1.
// In a constraint of several comparisons the one that a version fails by most
// counts.
func (c Constraint) Nearest(candidates []Version) (Version, bool) {
	if len(c.terms) == 0 || len(candidates) == 0 {
		return Version{}, false
	}
	return slices.MinFunc(candidates, func(a, b Version) int {
		far, further := c.distanceTo(a), c.distanceTo(b)
		return cmp.Or(compareDistances(far, further), sameBuildFirst(far, further), closer(far.above, a, b))
	}), true
}

func (c Constraint) distanceTo(version Version) distance {
	furthest := allowed
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
			return distance{part: part, by: max(have, want) - min(have, want), above: have > want, sameBuild: sameBuild}
		}
	}
	return distance{part: len(numbers) - 1}
}

// compareDistances is negative where the first is nearer.
func compareDistances(a, b distance) int {
	side := 0
	if a.above != b.above && a.part == b.part {
		side = 1
		if a.above {
			side = -1
		}
	}
	return cmp.Or(cmp.Compare(b.part, a.part), cmp.Compare(a.by, b.by), side)
}

// sameBuildFirst is negative where only the first has the comparison's build.
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

// closer is negative where the first of two versions on the same side comes
// closer in the order of versions.
func closer(above bool, a, b Version) int {
	if above {
		return a.Compare(b)
	}
	return b.Compare(a)
}
