package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// advice is what a diagnostic says about one kind of error.
type advice struct {
	summary string // of at most eight words
	remedy  string
	// settings are the provider's arguments to check. The diagnostic names the source
	// of each value.
	settings []string
}

// adviceByKind holds the diagnostics of the client's errors.
var adviceByKind = map[sdwan.Kind]advice{
	sdwan.KindCredentials: {
		summary:  "Sign-in refused",
		remedy:   "Check that the credentials are current and belong together.",
		settings: []string{settingClientID, settingClientSecret, settingTSGID, settingTokenURL, settingAuthToken},
	},
	sdwan.KindSignIn: {
		summary:  "Sign-in failed",
		remedy:   "Check that these name a token endpoint and a controller, and that no proxy answers in their place.",
		settings: []string{settingTokenURL, settingEndpoint},
	},
	sdwan.KindForbidden: {
		summary:  "Access denied by the controller",
		remedy:   "The sign-in worked, but the account may not read this. Give its role read access to Prisma SD-WAN, or use another account.",
		settings: []string{settingClientID, settingTSGID, settingAuthToken},
	},
	sdwan.KindTenant: {
		summary:  "Tenant not accepted",
		remedy:   "Set `tenant_id` to the tenant of the token, or leave it out: the provider then reads it from the profile.",
		settings: []string{settingTenantID, settingAuthToken},
	},
	sdwan.KindRefused: {
		summary: "Query refused by the controller",
		remedy:  "Change the query. A code below, if any, is the controller's own reason. Which queries the controller accepts beyond the documented filters is not published.",
	},
	sdwan.KindQueryTooLarge: {
		summary:  "Query too large",
		remedy:   "Lower `page_size`, or name fewer `element_ids` in one block.",
		settings: []string{settingPageSize},
	},
	sdwan.KindNotFound: {
		summary:  "Controller has no such path",
		remedy:   "Check that the endpoint is the base URL of a controller of this form of sign-in, without a path.",
		settings: []string{settingEndpoint},
	},
	sdwan.KindRedirected: {
		summary:  "Endpoint redirects elsewhere",
		remedy:   "Credentials are not sent after a redirect. If you trust the new address, set it yourself.",
		settings: []string{settingEndpoint, settingTokenURL},
	},
	sdwan.KindRateLimited: {
		summary:  "Rate limit of the controller reached",
		remedy:   "Try again later, or raise `max_retries` and `retry_wait_max` to wait longer.",
		settings: []string{settingRetries, settingRetryWaitMax},
	},
	sdwan.KindUnavailable: {
		summary:  "Controller unavailable",
		remedy:   "The controller, or a gateway in front of it, fails. Try again later, or raise `max_retries` and `retry_wait_max` to wait longer.",
		settings: []string{settingRetries, settingRetryWaitMax},
	},
	sdwan.KindUnreachable: {
		summary:  "Controller not reachable",
		remedy:   "Check the address with its port, the network and proxy variables (HTTPS_PROXY, NO_PROXY), and `request_timeout` for a slow controller.",
		settings: []string{settingEndpoint, settingTokenURL},
	},
	sdwan.KindCertificate: {
		summary:  "Server certificate not trusted",
		remedy:   "If a proxy inspects TLS here, set `ca_certificate_file` to its certificate authority.",
		settings: []string{settingEndpoint, settingTokenURL, settingCAFile},
	},
	sdwan.KindCertificateTime: {
		summary:  "Server certificate expired or not yet valid",
		remedy:   "Check the clock of this machine against the time above. If the clock is right, the server, or a proxy that inspects TLS, needs a new certificate.",
		settings: []string{settingEndpoint, settingTokenURL},
	},
	sdwan.KindCertificateName: {
		summary:  "Server certificate of another host",
		remedy:   "Write the address with a host name that the certificate is for. If it is right, its name leads to another server here: check DNS and proxies.",
		settings: []string{settingEndpoint, settingTokenURL},
	},
	sdwan.KindProxy: {
		summary: "Proxy refuses the connection",
		remedy: "This is the answer of the proxy, not of the controller. " +
			"If it asks for a sign-in (407), correct the user name and password in HTTPS_PROXY, with special characters percent-encoded, such as %40 for @; " +
			"an HTTP proxy must take the Basic scheme. " +
			"If it does not allow the host (403), have the host allowed there, or name it in NO_PROXY if it can be reached without the proxy.",
		settings: []string{settingEndpoint, settingTokenURL},
	},
	sdwan.KindTimeout: {
		summary: "Read took too long",
		remedy:  "Raise `timeouts` of this block, or narrow the query.",
	},
	sdwan.KindCancelled: {
		summary: "Read cancelled",
		remedy:  "The run was interrupted; nothing was decided.",
	},
	sdwan.KindMalformed: {
		summary:  "Answer not understood",
		remedy:   "Check that the endpoint is a controller and that no proxy answers in its place. If it is, please report this with the request id.",
		settings: []string{settingEndpoint},
	},
	sdwan.KindTooLarge: {
		summary:  "Answer too large",
		remedy:   "Lower `page_size`, so that each answer holds fewer rows.",
		settings: []string{settingPageSize},
	},
	sdwan.KindInconsistent: {
		summary: "Rows do not add up",
		remedy: "Rows came or went while they were read, or the controller counts something other than the rows. The result could be incomplete, so nothing was decided. " +
			"Run again. If the error remains, narrow the query.",
	},
	sdwan.KindNoAggregate: {
		summary: "Controller gives no usable aggregate",
		remedy:  "Set `compute` to `provider` or `auto`, so that the provider computes it from the rows.",
	},
	sdwan.KindFilterIgnored: {
		summary: "Controller ignored the filter",
		remedy:  "A result that contradicts the query cannot be used. Select by other fields, or read all rows and choose in Terraform.",
	},
}

// unforeseen is the advice for an error that should not happen.
var unforeseen = advice{summary: "Read failed", remedy: "Please report this to the provider's developers."}

// laterRemedy applies if the controller asks to wait beyond the end of the read, so
// that more retries would not help.
const laterRemedy = "Try again later, or raise `timeouts` of this block."

// addError reports an error of the client, of the domain or any other.
func (c *connection) addError(diags *diag.Diagnostics, err error) {
	if unmet, is := errors.AsType[*rollout.UnmetError](err); is {
		diags.AddAttributeError(pathAlong(argumentPaths[unmet.Argument]), summaryUnmet, explainUnmet(unmet))
		return
	}
	if argument, isArgument := errors.AsType[*imagestatus.ArgumentError](err); isArgument {
		addArgumentErrors(diags, argument)
		return
	}
	diags.AddError(c.explanation(err))
}

func (c *connection) explanation(err error) (summary, detail string) {
	var failure *sdwan.Error
	if !errors.As(err, &failure) {
		return unforeseen.summary, fmt.Sprintf("Could not read from the controller: %s.\n\n%s", err, unforeseen.remedy)
	}
	advised, known := adviceByKind[failure.Kind]
	if !known {
		advised = unforeseen
	}
	if sdwan.IsBeyondDeadline(failure) {
		advised.remedy, advised.settings = laterRemedy, nil
	}
	lines := []string{fmt.Sprintf("Could not %s: %s.", failure.Operation, failure.Problem), "", advised.remedy}
	lines = append(lines, c.sources(advised.settings)...)
	if facts := failure.Facts(); len(facts) > 0 {
		lines = append(append(lines, ""), facts...)
	}
	return advised.summary, strings.Join(lines, "\n")
}

// sources names the source of each argument's value, and the value unless it is a
// secret.
func (c *connection) sources(attributes []string) []string {
	var lines []string
	for _, attribute := range attributes {
		value, s := c.values[attribute], settingByName(attribute)
		switch {
		case !s.usedBy(c.form):
			continue
		case value.set && s.sensitive:
			lines = append(lines, fmt.Sprintf("  %s: from %s", attribute, value.source))
		case value.set:
			lines = append(lines, fmt.Sprintf("  %s: %q, from %s", attribute, value.text, value.source))
		case s.form == "" && s.fallback != "":
			lines = append(lines, fmt.Sprintf("  %s: not set (argument or %s)", attribute, s.variable()))
		}
	}
	return lines
}
