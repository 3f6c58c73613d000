package main

import (
	"context"
	"net/http"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

const topicSignIn = "Sign-in and limits"

var signInQuestions = []question{
	{
		name: "profile_scopes", topic: topicSignIn, known: observed,
		asks: "Does the profile need a token with more scopes than the tenant?", how: "The sign-in itself.",
		presumed: "In some tenants. The provider also asks for the scopes email and profile if the profile is denied without them.",
		meanings: []meaning{
			{word: "no", says: "No.", positions: map[string]any{"ProfileNeedsScopes": false}},
			{word: "yes", says: "Yes: email and profile.", positions: map[string]any{"ProfileNeedsScopes": true}},
		},
		find: (*tenant).profileScopes,
	},
	{
		name: "token_lifetime", topic: topicSignIn, known: documented,
		asks: "How long does a token last?", how: "expires_in of the sign-in.",
		presumed: "899 seconds. The provider renews a token before it expires, and if it is refused.",
		meanings: []meaning{
			{word: "documented", says: "899 seconds.", positions: map[string]any{"TokenLifetime": int64(0)}},
			{word: "other", says: "Another time.", positions: map[string]any{"TokenLifetime": open{}}},
		},
		find: (*tenant).tokenLifetime,
	},
	{
		name: "rate_limit", topic: topicSignIn, known: unknown,
		asks: "Is there a rate limit?", how: "Every request of this probe, two a second at most.",
		presumed: "Perhaps. The provider waits as long as the controller asks, and then sends fewer queries at once.",
		meanings: nil, // A limit that was not reached cannot be told from none.
		find:     (*tenant).rateLimit,
	},
	{
		name: "failed_sign_in", topic: topicSignIn, known: observed,
		asks: "Is a wrong secret answered with 400 or 401?", how: "Not at all: a failed sign-in could lock the account.",
		presumed: "With either of them.",
		find: func(*tenant, context.Context) (finding, error) {
			return skipped("a failed sign-in could lock the account"), nil
		},
	},
	{
		name: "wrong_tenant", topic: topicSignIn, known: documented,
		asks: "Which status has TENANT_ID_INVALID_0001?", how: "Not at all: it would ask for another tenant's data.",
		presumed: "400, 403 or 404. The provider uses only the code.",
		find: func(*tenant, context.Context) (finding, error) {
			return skipped("it would ask for another tenant's data"), nil
		},
	},
	{
		name: "user_agent", topic: topicSignIn, known: observed,
		asks: "Is a session bound to the User-Agent that read the profile?", how: "One query with another User-Agent, last of all.",
		presumed: "Yes. The provider sends the same User-Agent with every request.",
		meanings: []meaning{
			{word: "free", says: "No.", positions: map[string]any{"BindUserAgent": "off"}},
			{word: "unauthorized", says: "Yes: status 401.", positions: map[string]any{"BindUserAgent": "401"}},
			{word: "forbidden", says: "Yes: status 403.", positions: map[string]any{"BindUserAgent": "403"}},
		},
		find: (*tenant).userAgent,
	},
}

const legacyToken = "the legacy form has a static token"

func (t *tenant) profileScopes(context.Context) (finding, error) {
	switch {
	case t.legacy:
		return skipped(legacyToken), nil
	case t.moreScopes:
		return skipped("the sign-in always asks for more scopes (SCM_SCOPE)"), nil
	}
	narrow, wide := 0, 0
	for _, step := range t.guard.signIns() {
		switch {
		case step.profile && step.wide:
			wide = step.status
		case step.profile:
			narrow = step.status
		}
	}
	switch {
	case narrow == http.StatusOK:
		return settled("no", "the profile: status %d", narrow), nil
	case narrow == http.StatusForbidden && wide == http.StatusOK:
		return settled("yes", "the profile: status %d, with more scopes %d", narrow, wide), nil
	default:
		return unclear("the profile: status %d, with more scopes %d", narrow, wide), nil
	}
}

func (t *tenant) tokenLifetime(context.Context) (finding, error) {
	const usual = 899 * time.Second
	stated := t.guard.tokenLifetime()
	switch {
	case t.legacy:
		return skipped(legacyToken), nil
	case stated == nil:
		return unclear("none is stated"), nil
	case *stated == usual:
		return settled("documented", "expires_in"), nil
	default:
		return settled("other", "expires_in: %d seconds", int64(stated.Seconds())).with("TokenLifetime", int64(*stated)), nil
	}
}

func (t *tenant) rateLimit(context.Context) (finding, error) {
	return unclear("none was reached in %s, two a second", counted(t.guard.requests(), "request")), nil
}

func (t *tenant) userAgent(ctx context.Context) (finding, error) {
	if t.legacy {
		return skipped(legacyToken), nil
	}
	answers, err := t.defaults(ctx)
	if err != nil {
		return finding{}, err
	}
	if !answers[0].good() {
		return skipped("statuses cannot be read"), nil
	}
	other, err := t.ask(withAgent(ctx, "curl/8.0"), sdwan.StatusQuery, t.oneRow())
	if err != nil {
		return finding{}, err
	}
	again, err := t.ask(ctx, sdwan.StatusQuery, t.oneRow())
	if err != nil {
		return finding{}, err
	}
	word := map[int]string{http.StatusOK: "free", http.StatusUnauthorized: "unauthorized", http.StatusForbidden: "forbidden"}[other.status]
	if !again.good() || word == "" {
		return unclear("another User-Agent: status %d, then the same as before: status %d", other.status, again.status), nil
	}
	return settled(word, "another User-Agent: status %d, then the same as before: status %d", other.status, again.status), nil
}
