package rollout

import (
	"cmp"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Class is what one element counts as in a verdict.
type Class string

// The classes. The last two are for requested elements without a row in the selection.
const (
	ClassReady        Class = "ready"
	ClassPending      Class = "pending"
	ClassDisconnected Class = "disconnected"
	ClassFailed       Class = "failed"
	ClassUnrecognized Class = "unrecognized"
	ClassMissing      Class = "missing"
	ClassLeftOut      Class = "left_out"
)

// Counts are the numbers of elements of a verdict by class.
type Counts struct {
	// Total is the sum of the others.
	Total, Ready, Pending, Disconnected, Failed, Unrecognized, Missing, LeftOut int64
}

// classTable has the classes in the order of verdicts. Counts, texts and schemas are
// all derived from it.
var classTable = []struct {
	class   Class
	badness int // 0 for ready; the worst come first in a verdict
	count   func(*Counts) *int64
	// The word follows a number in summaries, the clause in reasons. Clause is
	// replaced by described if that is set and a description selects the elements.
	word, clause, described string
	rowless                 string // why an element of the class has no row; "" if it has
	meaning                 string
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

// Classes lists the classes in the order of verdicts.
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

// compareBadness puts the worse class first. An undefined class is the worst.
func compareBadness(a, b Class) int { return cmp.Compare(b.badness(), a.badness()) }

func (c Class) badness() int {
	if i := c.index(); i >= 0 {
		return classTable[i].badness
	}
	return len(classTable)
}

// Meaning returns a sentence in Markdown about the elements of the class.
func (c Class) Meaning() string {
	if i := c.index(); i >= 0 {
		return classTable[i].meaning
	}
	return ""
}

// Rowless reports whether elements of the class have no row.
func (c Class) Rowless() bool {
	i := c.index()
	return i >= 0 && classTable[i].rowless != ""
}

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

// Of returns the number of elements of a class.
func (c Counts) Of(class Class) int64 {
	if i := class.index(); i >= 0 {
		return *classTable[i].count(&c)
	}
	return 0
}

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

var classesByPhase = map[imagestatus.Phase]struct{ onTarget, offTarget Class }{
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

// ClassOf returns the class of an element in a phase; ClassUnrecognized for an undefined
// phase.
func ClassOf(phase imagestatus.Phase, onTarget bool) Class {
	row, known := classesByPhase[phase]
	switch {
	case !known:
		return ClassUnrecognized
	case onTarget:
		return row.onTarget
	default:
		return row.offTarget
	}
}
