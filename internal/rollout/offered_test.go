package rollout

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
)

// offeredDay is the day of these tests.
var offeredDay = time.Date(2026, time.August, 21, 12, 0, 0, 0, time.UTC)

func offeredImage(id, version, state, end string, models ...string) inventory.Image {
	image := inventory.Image{ID: id, Models: models}
	for text, field := range map[string]**string{version: &image.Version, state: &image.State} {
		if text != "" {
			*field = new(text)
		}
	}
	if date, is := inventory.ParseDate(end); is {
		image.EndOfLife = &date
	}
	return image
}

// offeredCatalogue has an image of each kind.
func offeredCatalogue() *inventory.Catalogue {
	both := []string{"ion 1200", "ion 3200"}
	return inventory.NewCatalogue([]inventory.Image{
		offeredImage("01", "5.6.1-b14", "no-support", "2025-12-31", both...),
		offeredImage("11", "6.2.0-b1", "release", "2025-12-31", "ion 3200"),
		offeredImage("02", "6.1.11-b2", "release", "2026-01-31", both...),
		offeredImage("03", "6.3.6-b9", "release", "2027-06-30", both...),
		offeredImage("04", "6.3.6-b12", "release", "", both...),
		offeredImage("05", "6.4.1-b1", "release", "", "ion 3200"),
		offeredImage("06", "6.5.0-b1", "no-support", "", both...),
		offeredImage("07", "6.5.0-b2", "no-support", "", "ion 3200"),
		offeredImage("08", "6.7.0-b1", "release", "2026-01-31"),
		offeredImage("09", "6.7.0-b2", "no-support", ""),
		offeredImage("10", "", "", ""),
	})
}

// offeredFleet are three elements of one model, and one of another.
func offeredFleet() *inventory.Fleet {
	elements := make([]inventory.Element, 4)
	for i, id := range []string{"1", "2", "3", "4"} {
		elements[i] = inventory.Element{ID: id, Name: new("br-" + id), ModelName: new("ion 1200")}
	}
	elements[3].ModelName = new("ion 3200")
	return inventory.NewFleet(elements, nil)
}

// explained judges a gate and lets the images explain it.
func explained(t testingT, gate Gate, known *inventory.Fleet, images *inventory.Catalogue, rows ...imagestatus.Status) (Verdict, *Tally) {
	t.Helper()
	tally := gate.StartTally()
	for _, row := range rows {
		if err := tally.Add(row); err != nil {
			t.Fatalf("add %s: %v", rowTexts(row), err)
		}
	}
	verdict := tally.Verdict(known)
	tally.Explain(&verdict, known, images)
	return verdict, tally
}

func TestClosedGateSaysWhatTheImagesSayOfItsTarget(t *testing.T) {
	t.Parallel()
	four := []imagestatus.Status{
		elementRow("1", "-", formerVersion), elementRow("2", "-", formerVersion), elementRow("3", "downloading", formerVersion), elementRow("4", "-", formerVersion),
	}
	for name, test := range map[string]struct {
		version, image string
		known          *inventory.Fleet
		says           string
	}{
		"a build that is not there":            {version: "6.3.66-b9", says: "No image of this tenant satisfies 6.3.66-b9; the nearest is 6.3.6-b9."},
		"written with a comparison":            {version: "=  6.3.66-b9", says: "No image of this tenant satisfies 6.3.66-b9; the nearest is 6.3.6-b9."},
		"a range":                              {version: ">= 6.8.0,  < 6.9.0", says: "No image of this tenant satisfies >= 6.8.0, < 6.9.0; the nearest is 6.7.0-b2, which is no-support."},
		"the nearest has ended":                {version: "6.1.11-b3", says: "No image of this tenant satisfies 6.1.11-b3; the nearest is 6.1.11-b2, whose end of life was 2026-01-31."},
		"no support":                           {version: "6.5.0-b1", says: "The image is no-support."},
		"no support and past its end":          {version: "5.6.1-b14", says: "The image is no-support. Its end of life was 2025-12-31."},
		"past its end":                         {version: "= 6.1.11-b2", says: "The image's end of life was 2026-01-31."},
		"not for a model":                      {version: "6.4.1-b1", known: offeredFleet(), says: "The image is not offered for model ion 1200 (3 elements)."},
		"no support, and not for a model":      {version: "6.5.0-b2", known: offeredFleet(), says: "The image is no-support."},
		"the models are not known":             {version: "6.4.1-b1"},
		"not for a model, of a range":          {version: "~> 6.4.0", known: offeredFleet(), says: "The only image that satisfies ~> 6.4.0 is 6.4.1-b1. It is not offered for model ion 1200 (3 elements)."},
		"past its end, and not for a model":    {version: "6.2.0-b1", known: offeredFleet(), says: "The image's end of life was 2025-12-31. It is not offered for model ion 1200 (3 elements)."},
		"several without support":              {version: "6.5.0", known: offeredFleet(), says: "2 images satisfy 6.5.0, the newest is 6.5.0-b2. All of them are no-support."},
		"several, none usable":                 {version: "~> 6.7.0", says: "2 images satisfy ~> 6.7.0, the newest is 6.7.0-b2. Each of them is no-support or past its end of life."},
		"nothing wrong":                        {version: "6.3.6", known: offeredFleet()},
		"an id that is not there":              {image: "404", says: `No image of this tenant has the id "404".`},
		"an id":                                {image: "03", says: "The image is version 6.3.6-b9, has the state release and reaches its end of life on 2027-06-30."},
		"an id of an image past its end":       {image: "02", says: "The image is version 6.1.11-b2, has the state release and reached its end of life on 2026-01-31."},
		"an id of an image without support":    {image: "06", says: "The image is version 6.5.0-b1 and has the state no-support."},
		"an id of an image for another model":  {image: "05", known: offeredFleet(), says: "The image is version 6.4.1-b1 and has the state release. It is not offered for model ion 1200 (3 elements)."},
		"an id of which nothing more is known": {image: "10", says: "The image is on this tenant's list, which says nothing about it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gate := Gate{Target: mustTarget(t, test.version, test.image), MaxBlocking: 4, Now: offeredDay}
			got, tally := explained(t, gate, test.known, offeredCatalogue(), four...)
			plain := tally.Verdict(test.known)
			if !tally.WantsImages(&plain) {
				t.Error("the verdict does not ask for images")
			}
			want := plain.Reasons
			if test.says != "" {
				want = append(slices.Clone(want), test.says)
			}
			if diff := cmp.Diff(want, got.Reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			wantDecidedAlike(t, plain, got)
		})
	}
}

// wantDecidedAlike checks that two verdicts differ only in what explains them.
func wantDecidedAlike(t testingT, want, got Verdict) {
	t.Helper()
	for _, verdict := range []*Verdict{&want, &got} {
		verdict.Reasons, verdict.Remedies, verdict.Blocking = nil, nil, nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the images change the verdict (-want +got):\n%s", diff)
	}
}

func TestImagesThatCannotBeUsedAreAdvisedAgainstFirst(t *testing.T) {
	t.Parallel()
	for version, advised := range map[string]bool{"6.3.66-b9": true, "6.5.0-b1": true, "6.1.11-b2": true, "6.4.1-b1": true, "6.3.6-b9": false} {
		gate := Gate{Target: mustTarget(t, version, ""), Now: offeredDay}
		got, tally := explained(t, gate, offeredFleet(), offeredCatalogue(), elementRow("1", "-", formerVersion))
		want := tally.Verdict(nil).Remedies
		if advised {
			want = append([]string{adviseOffered}, want...)
		}
		if diff := cmp.Diff(want, got.Remedies); diff != "" {
			t.Errorf("%s (-want +got):\n%s", version, diff)
		}
	}
}

func TestElementsAreCountedByModelAsFarAsTheirModelsAreKnown(t *testing.T) {
	t.Parallel()
	row := func(ids ...string) (rows []imagestatus.Status) {
		for _, id := range ids {
			rows = append(rows, elementRow(id, "-", formerVersion))
		}
		return rows
	}
	many := make([]inventory.Element, 0, 6)
	for i, model := range []string{"ion 1", "ion 2", "ion 2", "ion 3", "ion 4", "ion 5\x1b[31m"} {
		many = append(many, inventory.Element{ID: string(rune('1' + i)), ModelName: &model})
	}
	for name, test := range map[string]struct {
		gate    Gate
		known   *inventory.Fleet
		leftOut map[string]bool
		rows    []imagestatus.Status
		says    string
	}{
		"one element":                  {known: offeredFleet(), rows: row("1"), says: "model ion 1200 (1 element)."},
		"some that the list lacks":     {known: offeredFleet(), rows: row("1", "2", "9"), says: "model ion 1200 (at least 2 elements)."},
		"only those that were read":    {known: inventory.NewFleet([]inventory.Element{{ID: "1", ModelName: new("ion 1200")}, {ID: "2"}}, nil), rows: row("1", "2"), says: "model ion 1200 (at least 1 element)."},
		"a row that names no element":  {known: offeredFleet(), rows: row("1", ""), says: "model ion 1200 (at least 1 element)."},
		"one without a status yet":     {gate: Gate{ElementIDs: []string{"1", "2"}}, known: offeredFleet(), rows: row("1"), says: "model ion 1200 (2 elements)."},
		"one that the filters exclude": {gate: Gate{ElementIDs: []string{"1", "2"}}, known: offeredFleet(), leftOut: map[string]bool{"2": true}, rows: row("1"), says: "model ion 1200 (1 element)."},
		"several models":               {known: inventory.NewFleet(many[:3], nil), rows: row("1", "2", "3"), says: "models ion 2 (2 elements), ion 1 (1 element)."},
		"many models":                  {known: inventory.NewFleet(many, nil), rows: row("1", "2", "3", "4", "5", "6"), says: "models ion 2 (2 elements), ion 1 (1 element), ion 3 (1 element) and 2 more."},
		"a model that is no text":      {known: inventory.NewFleet(many[5:], nil), rows: row("6"), says: "model ion 5 [31m (1 element)."},
		"none of the model":            {known: offeredFleet(), rows: row("4"), says: ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.gate.Target, test.gate.Now = mustTarget(t, "6.4.1-b1", ""), offeredDay
			tally := test.gate.StartTally()
			for _, row := range test.rows {
				if err := tally.Add(row); err != nil {
					t.Fatal(err)
				}
			}
			tally.LeaveOut(test.leftOut)
			plain, got := tally.Verdict(nil), tally.Verdict(nil)
			tally.Explain(&got, test.known, offeredCatalogue())
			want := plain.Reasons
			if test.says != "" {
				want = append(slices.Clone(want), "The image is not offered for "+test.says)
			}
			if diff := cmp.Diff(want, got.Reasons); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestImagesAreWantedOnlyWhereTheyCouldExplain(t *testing.T) {
	t.Parallel()
	upgrading := func(id, state, version, image string) imagestatus.Status {
		row := elementRow(id, state, version)
		row.UpgradeImageID = &image
		return row
	}
	target := mustTarget(t, wantedVersion, "")
	for name, test := range map[string]struct {
		gate Gate
		rows []imagestatus.Status
		want bool
	}{
		"no element is on target":               {Gate{Target: target}, elementRows(2, "a", "-", formerVersion), true},
		"no element is on the target image":     {Gate{Target: mustTarget(t, "", "03")}, elementRows(2, "a", "-", formerVersion), true},
		"no element has a status":               {Gate{Target: target, ElementIDs: []string{"1"}}, nil, true},
		"one element is on target":              {Gate{Target: target}, append(elementRows(2, "a", "-", formerVersion), elementRow("b", "-", wantedVersion)), false},
		"the one on target has failed":          {Gate{Target: target}, []imagestatus.Status{elementRow("b", "failed", wantedVersion)}, false},
		"open":                                  {Gate{Target: target}, elementRows(2, "a", "complete", wantedVersion), false},
		"open with nothing ready":               {Gate{Target: target, MinReadyPercent: mustRat(t, "0")}, elementRows(2, "a", "-", formerVersion), false},
		"no target":                             {Gate{MaxBlocking: 5}, elementRows(2, "a", "failed", formerVersion), false},
		"no element":                            {Gate{Target: target}, nil, false},
		"an upgrade is in progress":             {Gate{MaxBlocking: 5}, []imagestatus.Status{upgrading("1", "downloading", formerVersion, "03")}, true},
		"an upgrade in progress, not shown":     {Gate{MaxBlocking: 0}, []imagestatus.Status{upgrading("1", "downloading", formerVersion, "03")}, false},
		"an upgrade in progress, by no image":   {Gate{MaxBlocking: 5}, []imagestatus.Status{elementRow("1", "downloading", formerVersion)}, false},
		"an upgrade to an image without an id":  {Gate{MaxBlocking: 5}, []imagestatus.Status{upgrading("1", "downloading", formerVersion, "")}, false},
		"the upgrade has failed":                {Gate{MaxBlocking: 5}, []imagestatus.Status{upgrading("1", "failed", formerVersion, "03")}, false},
		"the upgrade is over, and a row is odd": {Gate{MaxBlocking: 5}, []imagestatus.Status{upgrading("1", "odd", formerVersion, "03")}, false},
	} {
		verdict, tally := explained(t, test.gate, nil, offeredCatalogue(), test.rows...)
		if got := tally.WantsImages(&verdict); got != test.want {
			t.Errorf("%s: got %t, want %t", name, got, test.want)
		}
	}
}

func TestElementOnItsWayShowsTheVersionItIsOnItsWayTo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		state, image string
		version      *string
	}{
		"downloading":           {"downloading", "03", new("6.3.6-b9")},
		"scheduled":             {"upgrade_scheduled", "04", new("6.3.6-b12")},
		"an image without text": {"downloading", "10", nil},
		"an image that left":    {"downloading", "404", nil},
		"failed":                {"failed", "03", nil},
		"not begun":             {"-", "03", nil},
	} {
		row := elementRow("1", test.state, formerVersion)
		row.UpgradeImageID = &test.image
		got, _ := explained(t, Gate{Target: mustTarget(t, wantedVersion, ""), MaxBlocking: 1}, nil, offeredCatalogue(), row)
		blocker := got.Blocking[0]
		if diff := cmp.Diff(test.version, blocker.UpgradeVersion); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		says := ", on its way to " + deref(test.version)
		if line := blocker.String(); strings.HasSuffix(line, says) != (test.version != nil) || strings.Contains(line, "on its way") != (test.version != nil) {
			t.Errorf("%s: got the line %q", name, line)
		}
	}
}

// Whatever a list of images holds, it decides nothing, and says something only
// where it is wanted.
func TestImagesDecideNothing(t *testing.T) {
	t.Parallel()
	explainedSome := false
	rapid.Check(t, func(t *rapid.T) {
		d := drawJudgement(t)
		images := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) inventory.Image {
			return offeredImage(
				rapid.SampledFrom([]string{"7", "8", "9"}).Draw(t, "image"),
				rapid.SampledFrom([]string{wantedVersion, formerVersion, oddVersion, "6.3.6", ""}).Draw(t, "version"),
				rapid.SampledFrom([]string{"release", "no-support", ""}).Draw(t, "state"),
				rapid.SampledFrom([]string{"2001-01-01", "2099-01-01", ""}).Draw(t, "end of life"),
				rapid.SampledFrom([][]string{nil, {}, {"ion 1200"}}).Draw(t, "models")...,
			)
		}), 0, 4).Draw(t, "images")
		tally := d.gate.StartTally()
		for _, row := range d.rows {
			if err := tally.Add(row); err != nil {
				t.Fatal(err)
			}
		}
		tally.LeaveOut(d.leftOut)
		plain, got := tally.Verdict(d.fleet), tally.Verdict(d.fleet)
		tally.Explain(&got, d.fleet, inventory.NewCatalogue(images))
		if diff := cmp.Diff(plain, got); diff != "" {
			explainedSome = true
			if !tally.WantsImages(&plain) {
				t.Fatalf("a verdict that wants no images is explained by them (-plain +explained):\n%s", diff)
			}
		}
		if len(got.Reasons) < len(plain.Reasons) || !slices.Equal(got.Reasons[:len(plain.Reasons)], plain.Reasons) {
			t.Fatalf("the reasons are %q, and %q without images", got.Reasons, plain.Reasons)
		}
		wantDecidedAlike(t, plain, got)
	})
	if !explainedSome {
		t.Error("the images explained no verdict, want some")
	}
}

func TestTextsOfImagesAreShortAndPrintable(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x\x1b", 1000)
	images := inventory.NewCatalogue([]inventory.Image{{ID: "03", Version: &long, State: &long}, {ID: long, Version: &long}})
	fleet := inventory.NewFleet([]inventory.Element{{ID: "1", ModelName: &long}}, nil)
	for _, target := range []Target{mustTarget(t, wantedVersion, ""), mustTarget(t, "", "03"), mustTarget(t, "", long)} {
		row := elementRow("1", "downloading", formerVersion)
		row.UpgradeImageID = new("03")
		got, _ := explained(t, Gate{Target: target, MaxBlocking: 1, Now: offeredDay}, fleet, images, row)
		wantShortPrintableTexts(t, target.String(), got)
	}
}

func TestTargetIsVerifiedByTheImages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		version, image string
		argument       imagestatus.Argument
		value, problem string
	}{
		"there":                      {version: "6.3.6-b9"},
		"there, several":             {version: "~> 6.3.5"},
		"past its end is no error":   {version: "6.1.11-b2"},
		"one of several has support": {version: ">= 6.5.0, < 6.8.0"},
		"no target":                  {},
		"an id":                      {image: "03"},
		"an id past its end":         {image: "02"},
		"not there": {
			version: "= 6.3.66-b9", argument: ArgumentTargetVersion, value: "= 6.3.66-b9",
			problem: "No image of this tenant satisfies 6.3.66-b9; the nearest is 6.3.6-b9.",
		},
		"not there, and the nearest has no support": {
			version: "6.5.0-b3", argument: ArgumentTargetVersion, value: "6.5.0-b3",
			problem: "No image of this tenant satisfies 6.5.0-b3; the nearest is 6.5.0-b2, which is no-support. The nearest version with support is 6.4.1-b1.",
		},
		"no support": {
			version: "6.5.0-b1", argument: ArgumentTargetVersion, value: "6.5.0-b1",
			problem: "The image is no-support. The nearest version with support is 6.4.1-b1.",
		},
		"several, none with support": {
			version: "6.5.0", argument: ArgumentTargetVersion, value: "6.5.0",
			problem: "2 images satisfy 6.5.0, the newest is 6.5.0-b2. All of them are no-support. The nearest version with support is 6.4.1-b1.",
		},
		"an id that is not there": {
			image: "404", argument: ArgumentTargetImage, value: "404",
			problem: `No image of this tenant has the id "404".`,
		},
		"an id without support": {
			image: "06", argument: ArgumentTargetImage, value: "06",
			problem: "The image is version 6.5.0-b1 and has the state no-support. The nearest version with support is 6.4.1-b1.",
		},
	} {
		err := mustTarget(t, test.version, test.image).Verify(offeredCatalogue(), inventory.DateOf(offeredDay))
		var unmet *UnmetError
		if !errors.As(err, &unmet) {
			unmet = new(UnmetError)
		}
		if diff := cmp.Diff(UnmetError{Argument: test.argument, Value: test.value, Problem: test.problem}, *unmet); diff != "" || (err == nil) != (test.problem == "") {
			t.Errorf("%s: got %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestVersionsThatDoNotTellAreCounted(t *testing.T) {
	t.Parallel()
	images := []inventory.Image{offeredImage("1", "6.3.6", "release", ""), offeredImage("2", "6.3.5-b9", "release", ""), offeredImage("3", "", "release", "")}
	for _, test := range []struct {
		images []inventory.Image
		says   string
	}{
		{images[1:], "No image of this tenant satisfies 6.3.6-b9; the nearest is 6.3.5-b9."},
		{images, "No image of this tenant satisfies 6.3.6-b9; the nearest is 6.3.5-b9. 1 more image may satisfy the target: its version does not tell."},
		{append(images, offeredImage("4", "nightly", "", "")), "No image of this tenant satisfies 6.3.6-b9; the nearest is 6.3.5-b9. 2 more images may satisfy the target: their versions do not tell."},
		{nil, "No image of this tenant satisfies 6.3.6-b9."},
	} {
		got, _ := explained(t, Gate{Target: mustTarget(t, wantedVersion, "")}, nil, inventory.NewCatalogue(test.images), elementRow("1", "-", formerVersion))
		if last := got.Reasons[len(got.Reasons)-1]; last != test.says {
			t.Errorf("got %q, want %q", last, test.says)
		}
	}
}

func TestElementsOnTargetAreCountedInEveryState(t *testing.T) {
	t.Parallel()
	got := judge(t, Gate{Target: mustTarget(t, wantedVersion, "")},
		elementRow("1", "complete", wantedVersion), elementRow("2", "failed", wantedVersion), elementRow("3", "downloading", wantedVersion),
		elementRow("4", "odd", wantedVersion), elementRow("", "complete", wantedVersion), elementRow("5", "complete", formerVersion), elementRow("6", "-", "-"),
	)
	if got.OnTarget != 5 {
		t.Errorf("%d rows are on target, want 5", got.OnTarget)
	}
}
