package rollout

import (
	"cmp"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Class is what one element counts as when a gate is judged.
type Class string

// The classes. The last two are of elements that were asked for and are in no
// row of the selection; no row is ever classified as one of them.
const (
	ClassReady        Class = "ready"
	ClassPending      Class = "pending"
	ClassDisconnected Class = "disconnected"
	ClassFailed       Class = "failed"
	ClassUnrecognized Class = "unrecognized"
	ClassMissing      Class = "missing"
	ClassLeftOut      Class = "left_out"
)

// Counts are the elements of a verdict by class.
type Counts struct {
	// Total is the number of elements in all classes.
	Total, Ready, Pending, Disconnected, Failed, Unrecognized, Missing, LeftOut int64
}

// classTable has the classes in the order in which a verdict counts them. It is
// the one place from which counts, texts and schemas learn the classes.
var classTable = []struct {
	class Class
	// badness is 0 for ready elements; the worst come first in a verdict.
	badness int
	count   func(*Counts) *int64
	// word follows a number in a summary, clause in a reason; described is the
	// clause where a description selects the elements and it differs.
	word, clause, described string
	// rowless says of a class without rows why there is none.
	rowless string
	meaning string
}{
	{
		class: ClassReady, badness: 0, count: func(c *Counts) *int64 { return &c.Ready },
		word: "ready", clause: "ready",
		meaning: "Elements on target whose phase is `succeeded`, `idle` or `aborted`, and that satisfy `settled_for` and `require_connected`.",
	},
	{
		class: ClassPending, badness: 1, count: func(c *Counts) *int64 { return &c.Pending },
		word: "pending", clause: "pending",
		meaning: "Elements that are not done, not on target, or not unchanged for `settled_for`.",
	},
	{
		class: ClassDisconnected, badness: 2, count: func(c *Counts) *int64 { return &c.Disconnected },
		word: "disconnected", clause: "disconnected",
		meaning: "Elements on target and done that are not known to be connected to the controller, with `require_connected`.",
	},
	{
		class: ClassFailed, badness: 5, count: func(c *Counts) *int64 { return &c.Failed },
		word: "failed", clause: "failed",
		meaning: "Elements in phase `failed`, or `aborted` and not on target.",
	},
	{
		class: ClassUnrecognized, badness: 6, count: func(c *Counts) *int64 { return &c.Unrecognized },
		word: "unrecognized", clause: "unrecognized",
		meaning: "Elements in phase `unknown`. One of them closes the gate whatever else holds.",
	},
	{
		class: ClassMissing, badness: 3, count: func(c *Counts) *int64 { return &c.Missing },
		word: "missing", clause: "without a status yet", rowless: "no status yet",
		meaning: "Elements named in `element_ids` or selected by `where` that have no status yet, and names, sites and serial numbers in `where` that no element has.",
	},
	{
		class: ClassLeftOut, badness: 4, count: func(c *Counts) *int64 { return &c.LeftOut },
		word: "left out", clause: "left out by the filters", described: "left out by other conditions of where", rowless: "not selected by the filters",
		meaning: "Elements named in `element_ids` that have a status and that `filters` leave out, and names, sites and serial numbers in `where` that its other conditions leave out.",
	},
}

// Classes lists the classes in the order in which a verdict counts them.
func Classes() []Class {
	classes := make([]Class, len(classTable))
	for i, row := range classTable {
		classes[i] = row.class
	}
	return classes
}

// BlockingClasses lists the classes of elements that are not ready, the worst
// first.
func BlockingClasses() []Class {
	return slices.SortedFunc(slices.Values(Classes()[1:]), compareBadness)
}

// compareBadness puts the worse class first. A class that is not in the table
// is the worst.
func compareBadness(a, b Class) int { return cmp.Compare(b.badness(), a.badness()) }

func (c Class) badness() int {
	if i := c.index(); i >= 0 {
		return classTable[i].badness
	}
	return len(classTable)
}

// Meaning is a sentence in Markdown on the elements that count as this class.
func (c Class) Meaning() string {
	if i := c.index(); i >= 0 {
		return classTable[i].meaning
	}
	return ""
}

// Rowless reports whether elements of this class are in no row.
func (c Class) Rowless() bool {
	i := c.index()
	return i >= 0 && classTable[i].rowless != ""
}

// word is the class in a sentence.
func (c Class) word() string {
	if i := c.index(); i >= 0 {
		return classTable[i].word
	}
	return string(c)
}

func (c Class) index() int {
	for i, row := range classTable {
		if row.class == c {
			return i
		}
	}
	return -1
}

// Of gives the number of elements in a class.
func (c Counts) Of(class Class) int64 {
	if i := class.index(); i >= 0 {
		return *classTable[i].count(&c)
	}
	return 0
}

// withRow gives the number of elements that have a row.
func (c Counts) withRow() int64 {
	rows := c.Total
	for _, row := range classTable {
		if row.rowless != "" {
			rows -= *row.count(&c)
		}
	}
	return rows
}

func countsOf(byClass map[Class]int64) Counts {
	var counts Counts
	for _, row := range classTable {
		*row.count(&counts) = byClass[row.class]
		counts.Total += byClass[row.class]
	}
	return counts
}

// truthTable says what an element with a row counts as by its phase, on its
// target and off it.
var truthTable = map[imagestatus.Phase]struct{ onTarget, offTarget Class }{
	imagestatus.PhaseIdle:        {ClassReady, ClassPending},
	imagestatus.PhaseQueued:      {ClassPending, ClassPending},
	imagestatus.PhaseScheduled:   {ClassPending, ClassPending},
	imagestatus.PhaseDownloading: {ClassPending, ClassPending},
	imagestatus.PhaseStaged:      {ClassPending, ClassPending},
	imagestatus.PhaseInstalling:  {ClassPending, ClassPending},
	imagestatus.PhaseAborting:    {ClassPending, ClassPending},
	imagestatus.PhaseAborted:     {ClassReady, ClassFailed},
	imagestatus.PhaseFailed:      {ClassFailed, ClassFailed},
	imagestatus.PhaseSucceeded:   {ClassReady, ClassPending},
	imagestatus.PhaseUnknown:     {ClassUnrecognized, ClassUnrecognized},
}

// ClassOf gives what an element in a phase counts as. A phase that is not in
// the table is ClassUnrecognized.
func ClassOf(phase imagestatus.Phase, onTarget bool) Class {
	row, known := truthTable[phase]
	switch {
	case !known:
		return ClassUnrecognized
	case onTarget:
		return row.onTarget
	default:
		return row.offTarget
	}
}
