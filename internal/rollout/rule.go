package rollout

func (f *finding) decide() {
	for _, rule := range gateRules {
		if rule.satisfied(f) {
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

// gateRules must all be satisfied for the gate to open. A rule is hopeless if waiting
// cannot satisfy it. Rules that are never hopeless come last, so that their remedies,
// which advise waiting, are omitted if another rule is hopeless.
var gateRules = []struct {
	satisfied, hopeless func(*finding) bool
	reason, remedy      func(*finding) string
}{
	{
		satisfied: (*finding).mayHaveElements,
		hopeless:  always,
		reason:    reasonTooFew,
		remedy:    adviseTooFew,
	},
	{
		satisfied: func(f *finding) bool { return f.Counts.Unrecognized == 0 },
		hopeless:  always,
		reason:    reasonUnrecognized,
		remedy:    advice("Look at these elements in the controller; a newer version of this provider may know the state."),
	},
	{
		satisfied: func(f *finding) bool { return len(f.leftOutIDs) == 0 || f.opensWithoutRowless() },
		hopeless:  (*finding).cannotOpen,
		reason:    reasonLeftOutIDs,
		remedy:    advice("Remove these elements from element_ids, or change the filters so that they select them."),
	},
	{
		satisfied: func(f *finding) bool { return len(f.leftOutValues) == 0 || f.opensWithoutRowless() },
		hopeless:  (*finding).cannotOpen,
		reason:    reasonLeftOutValues,
		remedy:    advice("Remove these values from where, or change its other conditions so that they select these elements too."),
	},
	{
		satisfied: func(f *finding) bool { return len(f.unreadable) == 0 || f.enoughReady() },
		hopeless:  (*finding).cannotOpen,
		reason:    reasonUnreadable,
		remedy:    advice("Use target_image_id in place of target_version: it needs no version to be read."),
	},
	{
		satisfied: func(f *finding) bool { return f.undated == 0 || f.enoughReady() },
		hopeless:  (*finding).cannotOpen,
		reason:    reasonUndated,
		remedy:    advice("Take these elements out of the selection, or remove settled_for: waiting does not set their time of change."),
	},
	{
		satisfied: (*finding).fewFailed,
		hopeless:  always,
		reason:    reasonFailed,
		remedy:    adviseFailed,
	},
	{
		satisfied: func(f *finding) bool { return len(f.malformedIDs) == 0 || f.opensWithoutRowless() },
		hopeless:  never,
		reason:    reasonMalformedIDs,
		remedy:    advice("Write the id of the element in place of its name; the data source prismasdwan_element_image_statuses lists the ids."),
	},
	{
		satisfied: func(f *finding) bool { return len(f.unmatched) == 0 || f.opensWithoutRowless() },
		hopeless:  never,
		reason:    reasonUnmatched,
		remedy:    advice("Correct these values of where, remove them, or claim the elements."),
	},
	{
		satisfied: func(f *finding) bool { return f.hasElements() || !f.mayHaveElements() },
		hopeless:  never,
		reason:    reasonNoStatusYet,
		remedy:    advice("Run again when the elements have a status, have the gate wait for them, or lower min_elements."),
	},
	{
		satisfied: func(f *finding) bool { return f.unsettled == 0 || f.enoughReady() },
		hopeless:  never,
		reason:    reasonUnsettled,
		remedy:    advice("Have the gate wait until the elements have been unchanged for long enough, or shorten settled_for."),
	},
	{
		satisfied: (*finding).enoughReady,
		hopeless:  never,
		reason:    reasonNotReady,
		remedy:    adviseNotReady,
	},
}

func always(*finding) bool { return true }

func never(*finding) bool { return false }

func advice(text string) func(*finding) string { return func(*finding) string { return text } }
