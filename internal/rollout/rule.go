package rollout

// decide opens the gate, or says why it is closed.
func (f *finding) decide() {
	for _, rule := range gateRules {
		if rule.holds(f) {
			continue
		}
		f.Reasons = append(f.Reasons, rule.reason(f))
		hopeless := rule.hopeless(f)
		f.Hopeless = f.Hopeless || hopeless
		if hopeless || !f.Hopeless {
			f.Remedies = append(f.Remedies, rule.remedy(f))
		}
	}
	f.Ready = len(f.Reasons) == 0
	f.Summary = f.summary()
}

// gateRules must all hold for the gate to open. A rule is hopeless if waiting
// does not change what it finds; those that are never hopeless come last, so
// that waiting is not advised beside the others.
var gateRules = []struct {
	holds, hopeless func(*finding) bool
	reason, remedy  func(*finding) string
}{
	{
		holds:    (*finding).mayHaveElements,
		hopeless: always,
		reason:   reasonTooFew,
		remedy:   adviseTooFew,
	},
	{
		holds:    func(f *finding) bool { return f.Counts.Unrecognized == 0 },
		hopeless: always,
		reason:   reasonUnrecognized,
		remedy:   advice("Look at these elements in the controller; a newer version of this provider may know the state."),
	},
	{
		holds:    func(f *finding) bool { return len(f.leftOut) == 0 || f.opensWithoutThem() },
		hopeless: (*finding).beyondReach,
		reason:   reasonLeftOut,
		remedy:   advice("Remove these elements from element_ids, or change the filters so that they select them."),
	},
	{
		holds:    func(f *finding) bool { return len(f.excluded) == 0 || f.opensWithoutThem() },
		hopeless: (*finding).beyondReach,
		reason:   reasonExcluded,
		remedy:   advice("Remove these values from where, or change its other conditions so that they select these elements too."),
	},
	{
		holds:    func(f *finding) bool { return len(f.unreadable) == 0 || f.enoughReady() },
		hopeless: (*finding).beyondReach,
		reason:   reasonUnreadable,
		remedy:   advice("Use target_image_id in place of target_version: it needs no version to be read."),
	},
	{
		holds:    func(f *finding) bool { return f.undated == 0 || f.enoughReady() },
		hopeless: (*finding).beyondReach,
		reason:   reasonUndated,
		remedy:   advice("Take these elements out of the selection, or remove settled_for: waiting does not give them a time of change."),
	},
	{
		holds:    (*finding).fewFailed,
		hopeless: always,
		reason:   reasonFailed,
		remedy:   adviseFailed,
	},
	{
		holds:    func(f *finding) bool { return len(f.noIDs) == 0 || f.opensWithoutThem() },
		hopeless: never,
		reason:   reasonNoIDs,
		remedy:   advice("Write the id of the element in place of its name; the data source prismasdwan_element_image_statuses lists the ids."),
	},
	{
		holds:    func(f *finding) bool { return len(f.nowhere) == 0 || f.opensWithoutThem() },
		hopeless: never,
		reason:   reasonNowhere,
		remedy:   advice("Correct these values of where, remove them, or claim the elements."),
	},
	{
		holds:    func(f *finding) bool { return f.hasElements() || !f.mayHaveElements() },
		hopeless: never,
		reason:   reasonNoStatusYet,
		remedy:   advice("Run again when the elements have a status, have the gate wait for them, or lower min_elements."),
	},
	{
		holds:    func(f *finding) bool { return f.unsettled == 0 || f.enoughReady() },
		hopeless: never,
		reason:   reasonUnsettled,
		remedy:   advice("Have the gate wait until the elements have been unchanged for long enough, or shorten settled_for."),
	},
	{
		holds:    (*finding).enoughReady,
		hopeless: never,
		reason:   reasonNotReady,
		remedy:   adviseNotReady,
	},
}

func always(*finding) bool { return true }

func never(*finding) bool { return false }

func advice(text string) func(*finding) string { return func(*finding) string { return text } }
