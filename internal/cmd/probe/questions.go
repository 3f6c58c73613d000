package main

import (
	"context"
	"errors"
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// questions are asked in this order: the last may end the session.
var questions = slices.Concat(rowQuestions, spellingQuestions, pagingQuestions, queryQuestions, fieldQuestions, fleetQuestions, elementQuestions, signInQuestions)

// topics are the headings of a report in their order.
var topics = []string{topicRows, topicPaging, topicQuery, topicFields, topicFleet, topicSignIn}

// askAll asks every question, until one meets a reason to stop, which is the error and
// why the remaining questions are not asked.
func (t *tenant) askAll(ctx context.Context, progress func(*question)) (*report, error) {
	read := newReport(t)
	var stop error
	for i := range questions {
		asked := &questions[i]
		found := skipped(reasonOf(stop))
		if stop == nil {
			progress(asked)
			if found, stop = asked.find(t, ctx); stop != nil {
				found = skipped(reasonOf(stop))
			}
		}
		read.add(asked, found)
	}
	read.Requests = t.guard.requests()
	return read, stop
}

// reasonOf says why no more was asked, without the text that an error may quote.
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

// causeOf is why the probe stopped, for its last line. An error of the client also
// has the URL, which names the tenant in the legacy form, and the request id.
func causeOf(stop error) error {
	failure, is := errors.AsType[*sdwan.Error](stop)
	if !is {
		return stop
	}
	text := failure.Operation + ": " + string(failure.Kind)
	if failure.Problem != "" {
		text += ": " + failure.Problem
	}
	return errors.New(text)
}
