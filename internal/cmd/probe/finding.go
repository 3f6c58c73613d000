package main

import (
	"context"
	"fmt"
)

// class is how far a question was answered.
type class string

// The classes of an answer.
const (
	classSettled      class = "settled"      // one of the answers that we know of
	classContradicted class = "contradicted" // against what is documented or was observed
	classUnclear      class = "unclear"      // asked, and it could be one or the other
	classNotAsked     class = "not asked"
)

// finding is what came of a question.
type finding struct {
	// word is that of the question's meaning; "" where none was found.
	word     string
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

// knowledge is how well something was known before anybody asked a tenant.
type knowledge string

// The grades of knowledge, best first.
const (
	documented knowledge = "documented" // by the vendor
	observed   knowledge = "observed"   // in published recordings or clients
	inferred   knowledge = "inferred"   // from words and neighbours
	unknown    knowledge = "unknown"
)

// open stands in a meaning for a position that the answer measures.
type open struct{}

// meaning is one answer that a question can have.
type meaning struct {
	word string
	says string
	// contradicts says that it is against what is documented or was observed.
	contradicts bool
	// positions are those of the simulator that answer in this way, by switch; open
	// where the size is measured.
	positions map[string]any
}

// question is one thing about the controller, with everything there is to know of
// it: the probe, the report and the page on what is known all read this.
type question struct {
	name, topic string
	asks        string // in a sentence
	how         string // the requests, in a sentence
	known       knowledge
	// presumed is what the provider and the simulator go by until it is settled.
	presumed string
	meanings []meaning
	answer   func(*tenant, context.Context) (finding, error)
}

// read finds the meaning of a finding, and its class.
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

// positions are those of the simulator that a finding settles.
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
