package main

import (
	"context"
	"errors"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// questions are asked in this order, in which the last may end the session.
var questions = slices.Concat(rowQuestions, pagingQuestions, queryQuestions, fieldQuestions, fleetQuestions, signInQuestions)

// topics are the headings of a report, in its order.
var topics = []string{topicRows, topicPaging, topicQuery, topicFields, topicFleet, topicSignIn}

// askAll asks every question, until one meets a reason to stop. The rest was not
// asked for that reason, which is the error.
func (t *tenant) askAll(ctx context.Context, progress func(*question)) (*report, error) {
	read := newReport(t)
	var stop error
	for i := range questions {
		asked := &questions[i]
		found := skipped(reasonOf(stop))
		if stop == nil {
			progress(asked)
			if found, stop = asked.answer(t, ctx); stop != nil {
				found = skipped(reasonOf(stop))
			}
		}
		read.add(asked, found)
	}
	read.Requests = t.guard.requests()
	return read, stop
}

// reasonOf is why nothing more was asked, without what the error may quote.
func reasonOf(stop error) string {
	for _, known := range []error{errBudget, errLimited, errNotRead} {
		if errors.Is(stop, known) {
			return known.Error()
		}
	}
	switch {
	case stop == nil:
		return ""
	case errors.Is(stop, context.Canceled):
		return "interrupted"
	case sdwan.KindOf(stop) != "":
		return string(sdwan.KindOf(stop))
	default:
		return "the controller was not reached"
	}
}
