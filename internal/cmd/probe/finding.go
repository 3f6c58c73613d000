package main

import (
	"context"
	"fmt"
)

// class is how far a question was answered.
type class string

const (
	classSettled      class = "settled"      // one of the expected answers
	classContradicted class = "contradicted" // against what is documented or was observed
	classUnclear      class = "unclear"      // asked, but no answer can be told from another
	classNotAsked     class = "not asked"
)

// finding is the result of a question.
type finding struct {
	word     string // that of one of the question's meanings; "" is none of them
	skipped  bool
	evidence string
	// measured are the positions that the meaning leaves open, by switch.
	measured map[string]any
}

func settled(word, format string, arguments ...any) finding {
	return finding{word: word, evidence: fmt.Sprintf(format, arguments...)}
}

func unclear(format string, arguments ...any) finding {
	return finding{evidence: fmt.Sprintf(format, arguments...)}
}

func skipped(reason string) finding { return finding{skipped: true, evidence: reason} }

func (f finding) with(name string, position any) finding {
	f.measured = map[string]any{name: position}
	return f
}

// knowledge is how well something was known before a real tenant was asked.
type knowledge string

const (
	documented knowledge = "documented" // by the vendor
	observed   knowledge = "observed"   // in published recordings or clients
	inferred   knowledge = "inferred"   // from words and neighbours
	unknown    knowledge = "unknown"
)

// open stands in a meaning for a position that the probe measures.
type open struct{}

// meaning is one answer that a question can have.
type meaning struct {
	word string
	says string
	// contradicts says that the answer is against what is documented or was observed.
	contradicts bool
	// positions of the simulator's switches that make it answer in this way.
	positions map[string]any
}

// question is one fact about the controller to find out. The probe, the report and the
// guide on what is known all use it.
type question struct {
	name, topic string
	asks        string // in a sentence
	how         string // the requests, in a sentence
	known       knowledge
	// presumed is what the provider and the simulator assume until it is settled.
	presumed string
	meanings []meaning
	find     func(*tenant, context.Context) (finding, error)
}

func (q *question) read(found finding) (meaning, class) {
	if found.skipped {
		return meaning{}, classNotAsked
	}
	for _, one := range q.meanings {
		if one.word != found.word {
			continue
		}
		if one.contradicts {
			return one, classContradicted
		}
		return one, classSettled
	}
	return meaning{}, classUnclear
}

// settles returns the simulator's positions for the finding.
func (m meaning) settles(found finding) map[string]any {
	settled := make(map[string]any, len(m.positions))
	for name, position := range m.positions {
		if _, measured := position.(open); measured {
			position = found.measured[name]
		}
		settled[name] = position
	}
	return settled
}
