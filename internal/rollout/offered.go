package rollout

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/version"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/wording"
)

const adviseOffered = "Check the target: the data source prismasdwan_element_images lists the images that this tenant is offered."

var upgradingPhases = map[imagestatus.Phase]bool{
	imagestatus.PhaseQueued:      true,
	imagestatus.PhaseScheduled:   true,
	imagestatus.PhaseDownloading: true,
	imagestatus.PhaseStaged:      true,
	imagestatus.PhaseInstalling:  true,
}

func (b Blocker) upgradeInProgress() bool {
	return upgradingPhases[b.Phase] && !b.Class.Rowless() && deref(b.UpgradeImageID) != ""
}

// WantsImages reports whether the tenant's list of images could explain a closed
// verdict: no element is on target, or the upgrade of a blocker is in progress.
func (t *Tally) WantsImages(verdict *Verdict) bool {
	return !verdict.Ready && (t.noneOnTarget(verdict) || slices.ContainsFunc(verdict.Blocking, Blocker.upgradeInProgress))
}

// noneOnTarget is false without a target or without elements.
func (t *Tally) noneOnTarget(verdict *Verdict) bool {
	return t.gate.Target.String() != "" && verdict.OnTarget == 0 && verdict.Counts.Total > 0
}

// Explain adds information from the tenant's list of images to a closed verdict: about
// a target that no element is on, with the models of the elements as far as fleet has
// them, and about the images of upgrades in progress. It does not change the decision.
// End of life is compared with the day of Gate.Now.
func (t *Tally) Explain(verdict *Verdict, fleet *inventory.Fleet, images *inventory.Catalogue) {
	if verdict.Ready {
		return
	}
	for i := range verdict.Blocking {
		if blocker := &verdict.Blocking[i]; blocker.upgradeInProgress() {
			if image, listed := images.Image(*blocker.UpgradeImageID); listed {
				blocker.UpgradeVersion = shortened(image.Version, maxKeyRunes)
			}
		}
	}
	if !t.noneOnTarget(verdict) {
		return
	}
	models, today := t.models(verdict, fleet), inventory.DateOf(t.gate.Now)
	offer := t.gate.Target.offer(images, byCount(models.counts), today)
	if sentences := t.gate.Target.sentences(offer, models, today); len(sentences) > 0 {
		verdict.Reasons = append(verdict.Reasons, strings.Join(sentences, " "))
	}
	if !offer.Usable || len(offer.NotFor) > 0 {
		verdict.Remedies = slices.Insert(verdict.Remedies, 0, adviseOffered)
	}
}

// WantsImages is Tally.WantsImages of the current wave. Later waves must wait, so that
// none of their elements should be on target.
func (t *SequenceTally) WantsImages(verdict *SequenceVerdict) bool {
	return !verdict.Done() && t.waves[verdict.Current-1].WantsImages(&verdict.Waves[verdict.Current-1].Verdict)
}

// Explain is Tally.Explain for the current wave.
func (t *SequenceTally) Explain(verdict *SequenceVerdict, fleet *inventory.Fleet, images *inventory.Catalogue) {
	if !verdict.Done() {
		t.waves[verdict.Current-1].Explain(&verdict.Waves[verdict.Current-1].Verdict, fleet, images)
	}
}

type modelCounts struct {
	counts  map[string]int64 // elements by model
	partial bool             // the models of some elements are not known
}

// models does not count elements that the filters leave out.
func (t *Tally) models(verdict *Verdict, fleet *inventory.Fleet) modelCounts {
	models := modelCounts{counts: make(map[string]int64)}
	missing := make(map[string]bool)
	for _, id := range t.Missing() {
		if !t.leftOut[id] {
			missing[id] = true
		}
	}
	counted := int64(0)
	if fleet != nil {
		elements := fleet.Elements()
		for i := range elements {
			element := &elements[i]
			if _, hasRow := t.elements[t.key(element.ID)]; element.ModelName != nil && (hasRow || missing[element.ID]) {
				models.counts[*element.ModelName]++
				counted++
			}
		}
	}
	models.partial = counted < verdict.Counts.withRow()+int64(len(missing))
	return models
}

func (m modelCounts) describe(model string) string {
	count := countOf(m.counts[model], "element")
	if m.partial {
		count = "at least " + count
	}
	return fmt.Sprintf("%s (%s)", shorten(model, maxKeyRunes), count)
}

func (t Target) offer(images *inventory.Catalogue, models []string, today inventory.Date) inventory.Offer {
	if t.Version != nil {
		return images.Offer(*t.Version, models, today)
	}
	return images.OfferOf(t.ImageID, models, today)
}

// offerWords are the sentences about one image or about several.
type offerWords struct{ unsupported, ended, unusable, notFor string }

var (
	// No sentence before has named the image.
	wordsOfFirst   = offerWords{"The image is no-support.", "The image's end of life was %s.", "", "The image is not offered for %s."}
	wordsOfImage   = offerWords{"It is no-support.", "Its end of life was %s.", "", "It is not offered for %s."}
	wordsOfSeveral = offerWords{"All of them are no-support.", "The last of them reached its end of life on %s.", "Each of them is no-support or past its end of life.", "None of them is offered for %s."}
)

// sentences explain why elements may not reach the target. An image that was given by
// its id is described in any case.
func (t Target) sentences(offer inventory.Offer, models modelCounts, today inventory.Date) []string {
	switch {
	case len(offer.Images) == 0 && t.Version == nil:
		return []string{fmt.Sprintf("No image of this tenant has the id %s.", quote(t.ImageID))}
	case len(offer.Images) == 0:
		return t.unsatisfied(offer, today)
	case t.Version == nil:
		described := []string{describeImage(&offer.Images[0], today)}
		if namesModels(offer) {
			described = append(described, wordsOfImage.notOffered(offer, models))
		}
		return described
	}
	intro, words, rest := t.introduce(offer.Images)
	var facts []string
	for _, fact := range []struct {
		applies bool
		text    func(offerWords) string
	}{
		{offer.Unsupported, func(w offerWords) string { return w.unsupported }},
		{offer.Ended != nil, func(w offerWords) string { return fmt.Sprintf(w.ended, *offer.Ended) }},
		{!offer.Usable && !offer.Unsupported && offer.Ended == nil, func(w offerWords) string { return w.unusable }},
		{namesModels(offer), func(w offerWords) string { return w.notOffered(offer, models) }},
	} {
		if fact.applies {
			facts = append(facts, fact.text(words))
			words = rest
		}
	}
	if intro != "" && len(facts) > 0 {
		facts = slices.Insert(facts, 0, intro)
	}
	return facts
}

// introduce returns no intro for a target that is the version of its only image.
func (t Target) introduce(images []inventory.Image) (intro string, first, rest offerWords) {
	newest := shorten(deref(images[0].Version), maxKeyRunes)
	switch {
	case len(images) > 1:
		return fmt.Sprintf("%d images satisfy %s, the newest is %s.", len(images), t.versions(), newest), wordsOfSeveral, wordsOfSeveral
	case newest == t.versions():
		return "", wordsOfFirst, wordsOfImage
	default:
		return fmt.Sprintf("The only image that satisfies %s is %s.", t.versions(), newest), wordsOfImage, wordsOfImage
	}
}

// namesModels is false for unsupported images, whose models do not matter.
func namesModels(offer inventory.Offer) bool { return len(offer.NotFor) > 0 && !offer.Unsupported }

func (w offerWords) notOffered(offer inventory.Offer, models modelCounts) string {
	noun := "model "
	if len(offer.NotFor) > 1 {
		noun = "models "
	}
	return fmt.Sprintf(w.notFor, noun+listNames(offer.NotFor, models.describe))
}

func (t Target) unsatisfied(offer inventory.Offer, today inventory.Date) []string {
	sentence := fmt.Sprintf("No image of this tenant satisfies %s", t.versions())
	if nearest := offer.Nearest; nearest != nil {
		sentence += "; the nearest is " + shorten(deref(nearest.Version), maxKeyRunes)
		switch {
		case nearest.Unsupported():
			sentence += ", which is no-support"
		case nearest.Ended(today):
			sentence += fmt.Sprintf(", whose end of life was %s", *nearest.EndOfLife)
		}
	}
	sentences := []string{sentence + "."}
	switch {
	case offer.Undecided == 1:
		sentences = append(sentences, "1 more image may satisfy the target: its version does not tell.")
	case offer.Undecided > 1:
		sentences = append(sentences, fmt.Sprintf("%d more images may satisfy the target: their versions do not tell.", offer.Undecided))
	}
	return sentences
}

func describeImage(image *inventory.Image, today inventory.Date) string {
	var facts []string
	if image.Version != nil {
		facts = append(facts, "is version "+shorten(*image.Version, maxKeyRunes))
	}
	if image.State != nil {
		facts = append(facts, "has the state "+shorten(*image.State, maxKeyRunes))
	}
	if image.EndOfLife != nil {
		verb := "reaches"
		if image.Ended(today) {
			verb = "reached"
		}
		facts = append(facts, fmt.Sprintf("%s its end of life on %s", verb, *image.EndOfLife))
	}
	if len(facts) == 0 {
		return "The image is on this tenant's list, which says nothing about it."
	}
	return "The image " + wording.Join("and", facts) + "."
}

func (t Target) versions() string {
	text := strings.Join(strings.Fields(t.Version.String()), " ")
	return strings.TrimSpace(strings.TrimPrefix(text, "="))
}

// UnmetError reports a target that no supported image of a tenant satisfies.
type UnmetError struct {
	Argument imagestatus.Argument
	Value    string // of the argument
	Problem  string // one or more sentences
}

// Error returns the argument, its value and the problem in one line.
func (e *UnmetError) Error() string {
	return fmt.Sprintf("%s = %q: %s", e.Argument, e.Value, e.Problem)
}

// Verify returns an *UnmetError if no image satisfies the target, or if all those that
// do are unsupported. An image past its end of life is no error; neither is the zero
// Target.
func (t Target) Verify(images *inventory.Catalogue, today inventory.Date) error {
	if t.String() == "" {
		return nil
	}
	offer := t.offer(images, nil, today)
	if len(offer.Images) > 0 && !offer.Unsupported {
		return nil
	}
	unmet := &UnmetError{Argument: ArgumentTargetImage, Value: t.ImageID}
	if t.Version != nil {
		unmet.Argument, unmet.Value = ArgumentTargetVersion, t.Version.String()
	}
	sentences := t.sentences(offer, modelCounts{}, today)
	if supported := t.nearestSupported(images, offer, today); supported != "" {
		sentences = append(sentences, fmt.Sprintf("The nearest version with support is %s.", supported))
	}
	unmet.Problem = strings.Join(sentences, " ")
	return unmet
}

// nearestSupported returns a version; "" if there is none, or if the offer has it.
func (t Target) nearestSupported(images *inventory.Catalogue, offer inventory.Offer, today inventory.Date) string {
	wanted := t.Version
	if wanted == nil && len(offer.Images) > 0 {
		if constraint, err := version.ParseConstraint(deref(offer.Images[0].Version)); err == nil {
			wanted = &constraint
		}
	}
	if wanted == nil || offer.Nearest != nil && !offer.Nearest.Unsupported() {
		return ""
	}
	nearest := images.Supported().Offer(*wanted, nil, today).Nearest
	if nearest == nil {
		return ""
	}
	return shorten(deref(nearest.Version), maxKeyRunes)
}
