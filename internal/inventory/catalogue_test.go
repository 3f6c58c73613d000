package inventory

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/version"
)

// today is the day of the tests; the end of life of some images is around it.
var today = Date{2026, time.August, 21}

// image is one with an id, a version and a state; "" is null.
func image(id, of, state string, edits ...func(*Image)) Image {
	made := Image{ID: id}
	if of != "" {
		made.Version = &of
	}
	if state != "" {
		made.State = &state
	}
	for _, edit := range edits {
		edit(&made)
	}
	return made
}

func ends(year int, month time.Month, day int) func(*Image) {
	return func(i *Image) { i.EndOfLife = &Date{year, month, day} }
}

func offeredFor(models ...string) func(*Image) {
	return func(i *Image) { i.Models = append([]string{}, models...) }
}

func recommended(i *Image) { i.Recommended = new(true) }

func longTerm(i *Image) { i.IsLTS = new(true) }

// smallCatalogue has an image of every kind.
func smallCatalogue() []Image {
	return []Image{
		image("01", "5.6.1-b14", ImageUnsupported, ends(2026, time.August, 20), longTerm, offeredFor("ion 3000")),
		image("02", "6.1.11-b2", ImageReleased, ends(2026, time.August, 20), longTerm, recommended),
		image("03", "6.3.5-b9", ImageReleased, ends(2026, time.August, 21), longTerm, offeredFor("ion 3000", "ion 3200")),
		image("04", "6.3.6-pre-b38", "beta", offeredFor("ion 3200")),
		image("05", "6.3.6-b9", ImageReleased, recommended, offeredFor("ion 3200")),
		image("06", "6.3.6-b12", ImageReleased, offeredFor("ion 3200", "ion 9000")),
		image("07", "6.10.0-b1", ImageUnsupported, recommended, longTerm, offeredFor()),
		image("08", "6.4.1-b1", ""),
		image("09", "", ImageReleased, recommended, longTerm),
		image("10", "nightly", ImageReleased, longTerm),
		image("11", "6.5.0", ImageReleased),
	}
}

func ids(images []Image) []string {
	found := []string{}
	for _, image := range images {
		found = append(found, image.ID)
	}
	return found
}

func idOf(image *Image) string {
	if image == nil {
		return ""
	}
	return image.ID
}

func constraintOf(t *testing.T, text string) version.Constraint {
	t.Helper()
	constraint, err := version.ParseConstraint(text)
	if err != nil {
		t.Fatal(err)
	}
	return constraint
}

func TestImagesAreOrderedNewestFirstWhateverTheirOrder(t *testing.T) {
	t.Parallel()
	want := []string{"07", "08", "06", "05", "04", "03", "02", "01", "09", "10", "11"}
	images := append(smallCatalogue(), image("06", "9.9.9-b9", ImageReleased))
	wantSame(t, want, ids(NewCatalogue(images).Images()))
	shuffled := smallCatalogue()
	rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	wantSame(t, want, ids(NewCatalogue(shuffled).Images()))
	wantSame(t, []string{}, ids(NewCatalogue(nil).Images()))
}

func TestImagesOfOneVersionAreOrderedByID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Custom(func(t *rapid.T) Image {
			texts := rapid.SampledFrom([]string{"6.3.6-b9", "6.3.6-b12", "6.3.6-PRE-b9", "6.3.6-pre-b9", "6.3.6", "nightly", ""})
			return image(rapid.StringMatching(`[0-9]{2}`).Draw(t, "id"), texts.Draw(t, "version"), "")
		})
		images := rapid.SliceOfDistinct(draw, func(i Image) string { return i.ID }).Draw(t, "images")
		once := ids(NewCatalogue(images).Images())
		slices.Reverse(images)
		if again := ids(NewCatalogue(images).Images()); !slices.Equal(once, again) {
			t.Fatalf("the order is %v, and %v for the same images reversed", once, again)
		}
	})
}

func TestOfTwoImagesWithOneIDTheFirstCounts(t *testing.T) {
	t.Parallel()
	images := []Image{{ID: "1", Version: new("6.3.6-b9")}, {ID: "1", Version: new("6.4.1-b1")}, {ID: "2", Version: new("6.3.5-b1")}}
	wantSame(t, []Image{images[0], images[2]}, NewCatalogue(images).Images())
}

func TestImageIsFoundByItsID(t *testing.T) {
	t.Parallel()
	catalogue := NewCatalogue(smallCatalogue())
	if found, is := catalogue.Image("05"); !is || *found.Version != "6.3.6-b9" {
		t.Errorf("image 05 is %+v, %t", found, is)
	}
	if found, is := catalogue.Image("99"); is || found != nil {
		t.Errorf("an image that left the list is %+v", found)
	}
}

func TestChoiceSelectsImages(t *testing.T) {
	t.Parallel()
	constraint := func(text string) *version.Constraint { return new(constraintOf(t, text)) }
	for name, test := range map[string]struct {
		choice Choice
		want   []string
	}{
		"no condition":               {Choice{}, []string{"07", "08", "06", "05", "04", "03", "02", "01", "09", "10", "11"}},
		"a release":                  {Choice{Version: constraint("6.3.6")}, []string{"06", "05"}},
		"a build":                    {Choice{Version: constraint("6.3.6-b9")}, []string{"05"}},
		"a release without a build":  {Choice{Version: constraint("= 6.5.0")}, []string{"11"}},
		"a build of such a release":  {Choice{Version: constraint("= 6.5.0-b1")}, []string{}},
		"a range":                    {Choice{Version: constraint("~> 6.3.5")}, []string{"06", "05", "04", "03"}},
		"everything readable":        {Choice{Version: constraint(">= 0.0.0")}, []string{"07", "08", "06", "05", "04", "03", "02", "01", "11"}},
		"a model":                    {Choice{Model: new("ion 3000")}, []string{"03", "01"}},
		"a model in another case":    {Choice{Model: new("ION 3000")}, []string{}},
		"a model and a range":        {Choice{Model: new("ion 3200"), Version: constraint("6.3.6")}, []string{"06", "05"}},
		"a state":                    {Choice{States: []string{ImageUnsupported}}, []string{"07", "01"}},
		"two states, one of unknown": {Choice{States: []string{"beta", ImageUnsupported}}, []string{"07", "04", "01"}},
		"a state that none has":      {Choice{States: []string{"retired"}}, []string{}},
		"an empty state is no null":  {Choice{States: []string{""}}, []string{}},
		"no states":                  {Choice{States: []string{}}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantSame(t, test.want, ids(NewCatalogue(smallCatalogue()).Select(test.choice).Images()))
		})
	}
}

func TestLatestIsNeverUnsupportedAndNeverPastItsEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		images                         []Image
		latest, recommended, latestLTS string
	}{
		"all kinds":              {smallCatalogue(), "08", "05", "03"},
		"none":                   {nil, "", "", ""},
		"unsupported alone":      {[]Image{image("1", "6.3.6-b9", ImageUnsupported, recommended, longTerm)}, "", "", ""},
		"ended yesterday":        {[]Image{image("1", "6.3.6-b9", ImageReleased, ends(2026, time.August, 20), recommended, longTerm)}, "", "", ""},
		"ends today":             {[]Image{image("1", "6.3.6-b9", ImageReleased, ends(2026, time.August, 21), recommended, longTerm)}, "1", "1", "1"},
		"ended last year":        {[]Image{image("1", "6.3.6-b9", ImageReleased, ends(2025, time.December, 31))}, "", "", ""},
		"a state nobody knows":   {[]Image{image("1", "6.3.6-b9", "golden", recommended)}, "1", "1", ""},
		"all null":               {[]Image{image("1", "6.3.6-b9", "")}, "1", "", ""},
		"no version":             {[]Image{image("1", "", ImageReleased, recommended, longTerm)}, "", "", ""},
		"two recommended":        {[]Image{image("1", "6.3.9-b1", "", recommended), image("2", "6.3.10-b1", "", recommended)}, "2", "2", ""},
		"a flag that says false": {[]Image{image("1", "6.3.6-b9", "", func(i *Image) { i.Recommended, i.IsLTS = new(false), new(false) })}, "1", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalogue := NewCatalogue(test.images)
			got := []string{idOf(catalogue.Latest(today)), idOf(catalogue.Recommended(today)), idOf(catalogue.LatestLTS(today))}
			wantSame(t, []string{test.latest, test.recommended, test.latestLTS}, got)
		})
	}
}

func TestWhatIsUsableDependsOnTheDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		date := rapid.Custom(func(t *rapid.T) Date {
			return DateOf(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "seconds"), 0))
		})
		of := image("1", "6.3.6-b9", rapid.SampledFrom([]string{"", ImageReleased, ImageUnsupported, "beta"}).Draw(t, "state"))
		of.EndOfLife = rapid.Ptr(date, true).Draw(t, "end of life")
		day := date.Draw(t, "today")
		latest := NewCatalogue([]Image{of}).Latest(day)
		if latest == nil {
			if !of.Unsupported() && (of.EndOfLife == nil || of.EndOfLife.String() >= day.String()) {
				t.Fatalf("%+v is not the latest on %s", of, day)
			}
			return
		}
		if of.Unsupported() || of.EndOfLife != nil && of.EndOfLife.String() < day.String() {
			t.Fatalf("%+v is the latest on %s", of, day)
		}
	})
}

func TestOfferSaysWhatThereIsForAConstraint(t *testing.T) {
	t.Parallel()
	type said struct {
		Images, Nearest, Ended string
		Undecided              int
		Unsupported, Usable    bool
		NotFor                 []string
	}
	for name, test := range map[string]struct {
		constraint string
		models     []string
		want       said
	}{
		"several builds":              {"6.3.6", []string{"ion 3200"}, said{Images: "0605", Usable: true}},
		"none of them for a model":    {"6.3.6", []string{"ion 1200", "ion 9000", "ion 3000"}, said{Images: "0605", Usable: true, NotFor: []string{"ion 1200", "ion 3000"}}},
		"one that names no models":    {">= 6.4.0, < 6.5.0", []string{"ion 1200"}, said{Images: "08", Usable: true}},
		"one for no model":            {"6.10.0-b1", []string{"ion 1200"}, said{Images: "07", Unsupported: true, NotFor: []string{"ion 1200"}}},
		"past its end":                {"~> 6.1.0", nil, said{Images: "02", Ended: "2026-08-20"}},
		"unsupported and past":        {"5.6.1-b14", nil, said{Images: "01", Unsupported: true, Ended: "2026-08-20"}},
		"one past and one not":        {">= 6.1.0, < 6.3.6-pre-b1", nil, said{Images: "0302", Usable: true}},
		"a state nobody knows":        {"6.3.6-pre-b38", nil, said{Images: "04", Usable: true}},
		"a build that is not there":   {"6.3.6-b10", []string{"ion 3200"}, said{Nearest: "05", Undecided: 1}},
		"a release that is not there": {"~> 6.9.0", nil, said{Nearest: "07", Undecided: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			offer := NewCatalogue(smallCatalogue()).Offer(constraintOf(t, test.constraint), test.models, today)
			got := said{Nearest: idOf(offer.Nearest), Unsupported: offer.Unsupported, Usable: offer.Usable, NotFor: offer.NotFor, Undecided: offer.Undecided}
			for _, image := range offer.Images {
				got.Images += image.ID
			}
			if offer.Ended != nil {
				got.Ended = offer.Ended.String()
			}
			wantSame(t, test.want, got)
		})
	}
}

func TestOfferOfAnImageSaysWhatItsConstraintSays(t *testing.T) {
	t.Parallel()
	catalogue, models := NewCatalogue(smallCatalogue()), []string{"ion 1200", "ion 3200"}
	offered := 0
	for _, listed := range catalogue.Images() {
		byID := catalogue.OfferOf(listed.ID, models, today)
		wantSame(t, []Image{listed}, byID.Images)
		constraint, err := version.ParseConstraint(deref(listed.Version))
		if err != nil {
			continue
		}
		if byVersion := catalogue.Offer(constraint, models, today); len(byVersion.Images) == 1 {
			offered++
			wantSame(t, byVersion, byID)
		}
	}
	if offered < 5 {
		t.Errorf("only %d images have a version of their own", offered)
	}
	wantSame(t, Offer{}, catalogue.OfferOf("404", models, today))
}

func TestSupportedImagesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	catalogue := NewCatalogue(smallCatalogue())
	var want []Image
	for _, image := range catalogue.Images() {
		if !image.Unsupported() {
			want = append(want, image)
		}
	}
	if len(want) == len(catalogue.Images()) {
		t.Fatal("every image is supported")
	}
	wantSame(t, want, catalogue.Supported().Images())
}

func TestOfferNamesTheLatestEndOfLife(t *testing.T) {
	t.Parallel()
	catalogue := NewCatalogue([]Image{
		image("1", "6.3.6-b9", "", ends(2026, time.March, 1)),
		image("2", "6.3.6-b12", ImageUnsupported, ends(2026, time.June, 30)),
		image("3", "6.3.6-b14", "", ends(2025, time.December, 31)),
	})
	offer := catalogue.Offer(constraintOf(t, "6.3.6"), nil, today)
	if offer.Ended == nil || offer.Ended.String() != "2026-06-30" || offer.Unsupported || offer.Usable {
		t.Errorf("got %+v", offer)
	}
	mixed := NewCatalogue([]Image{
		image("1", "6.3.6-b9", ImageReleased, ends(2026, time.March, 1)),
		image("2", "6.3.6-b12", ImageUnsupported),
	}).Offer(constraintOf(t, "6.3.6"), nil, today)
	if mixed.Unsupported || mixed.Ended != nil || mixed.Usable {
		t.Errorf("one past its end and one unsupported: got %+v", mixed)
	}
	none := NewCatalogue([]Image{image("1", "nightly", "")}).Offer(constraintOf(t, "6.3.6"), []string{"ion 3200"}, today)
	if none.Nearest != nil || none.Unsupported || none.Ended != nil || none.NotFor != nil || none.Usable {
		t.Errorf("without a readable version: got %+v", none)
	}
}

func TestDatesAreReadAsDaysOrNotAtAll(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2026-08-21", "2028-02-29", "0001-01-01"} {
		if date, is := ParseDate(text); !is || date.String() != text {
			t.Errorf("%q is read as %s, %t", text, date, is)
		}
	}
	for _, text := range []string{"", "2026-02-29", "2026-8-21", "21.08.2026", "2026-08-21T00:00:00Z", " 2026-08-21", "tbd", "0"} {
		if date, is := ParseDate(text); is {
			t.Errorf("%q is read as %s", text, date)
		}
	}
	late := time.Date(2026, time.August, 21, 23, 30, 0, 0, time.FixedZone("", -2*60*60))
	if got := DateOf(late).String(); got != "2026-08-22" {
		t.Errorf("%s is the day %s in UTC", late, got)
	}
}
