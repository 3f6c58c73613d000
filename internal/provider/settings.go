package provider

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// setting is one argument of the provider block.
type setting struct {
	attribute   string
	description string
	fallback    string // describes the default; "" is none
	sensitive   bool
	kind        settingKind // the zero kind is a text
	// vendor is the variable of the vendor's own provider, "" if there is none;
	// translate turns its value into that of the argument.
	vendor    string
	translate func(string) string
	// form is the form of sign-in that setting the argument chooses, if any.
	form string
	// only is the one form that uses the argument, which does not choose the form.
	only string
	// check returns a clause on what is wrong with a value.
	check func(value string) error
}

type settingKind int

const (
	settingText settingKind = iota
	settingInteger
	settingTruth
)

// Names of the arguments that code refers to.
const (
	settingEndpoint       = "endpoint"
	settingClientID       = "client_id"
	settingClientSecret   = "client_secret"
	settingTSGID          = "tsg_id"
	settingTokenURL       = "token_url"
	settingAuthToken      = "auth_token"
	settingTenantID       = "tenant_id"
	settingCAFile         = "ca_certificate_file"
	settingPageSize       = "page_size"
	settingConcurrency    = "max_concurrent_requests"
	settingRetries        = "max_retries"
	settingRetryWaitMin   = "retry_wait_min"
	settingRetryWaitMax   = "retry_wait_max"
	settingRequestTimeout = "request_timeout"
	settingShowNames      = "show_names"
)

const (
	formUnified = "unified"
	formLegacy  = "legacy"
)

// oneSource is part of the description of each credential of the unified form.
const oneSource = "`client_id`, `client_secret` and `tsg_id` must come from the same source: all from the configuration, all from `PRISMASDWAN_…` variables, or all from `SCM_…` variables."

// settings lists the provider's arguments. The schema, the environment variables, the
// checks and the documentation all follow it.
var settings = []setting{
	{
		attribute: settingEndpoint, vendor: "SCM_HOST", translate: hostURL, check: checkEndpoint,
		description: "Base URL of the controller. Plain `http` is allowed to a loopback address only.",
		fallback: "`" + sdwan.DefaultUnifiedEndpoint + "`; with `auth_token`, `https://api.<region>.cloudgenix.com` for the region named in the token, " +
			"else `" + sdwan.DefaultLegacyEndpoint + "`",
	},
	{
		attribute: settingClientID, vendor: "SCM_CLIENT_ID", form: formUnified, check: sdwan.CheckHeader,
		description: "Client id of the service account (unified form), such as `name@1234567890.iam.panserviceaccount.com`. " + oneSource + " Conflicts with `auth_token`.",
	},
	{
		attribute: settingClientSecret, vendor: "SCM_CLIENT_SECRET", form: formUnified, sensitive: true, check: sdwan.CheckHeader,
		description: "Client secret of the service account (unified form). " + oneSource + " Conflicts with `auth_token`.",
	},
	{
		attribute: settingTSGID, vendor: "SCM_SCOPE", translate: scopeTSG, form: formUnified, check: checkTSG,
		description: "Tenant service group of the service account (unified form), as digits. " + oneSource + " Conflicts with `auth_token`.",
	},
	{
		attribute: settingTokenURL, vendor: "SCM_AUTH_URL", only: formUnified, check: checkEndpoint,
		description: "URL that issues access tokens (unified form). Plain `http` is allowed to a loopback address only.",
		fallback:    "`" + sdwan.DefaultTokenURL + "`",
	},
	{
		attribute: settingAuthToken, form: formLegacy, sensitive: true, check: sdwan.CheckHeader,
		description: "Static token of the legacy (CloudGenix) form, sent as `X-Auth-Token`. Conflicts with `client_id`, `client_secret` and `tsg_id`.",
	},
	{
		attribute: settingTenantID, only: formLegacy, check: checkTenant,
		description: "Tenant id in the path of the legacy form, as digits.",
		fallback:    "the tenant of the token, read from its profile",
	},
	{
		attribute:   settingCAFile,
		description: "File of PEM certificates, in UTF-8 or UTF-16, to trust for the controller and the token URL, in place of the system's, such as those of an inspecting proxy.",
		fallback:    "the system's certificate authorities",
	},
	{
		attribute: settingPageSize, kind: settingInteger, check: checkBetween(1, 10_000),
		description: "Rows to ask for in one request, 1 to 10,000. If the controller returns fewer, the provider reads on in pages of that size.",
		fallback:    fmt.Sprintf("`%d`", sdwan.DefaultPageSize),
	},
	{
		attribute: settingConcurrency, kind: settingInteger, check: checkBetween(1, 32),
		description: "Maximum number of queries in flight at once, 1 to 32, for everything that this provider reads together.",
		fallback:    fmt.Sprintf("`%d`", sdwan.DefaultMaxConcurrentRequests),
	},
	{
		attribute: settingRetries, kind: settingInteger, check: checkBetween(0, 20),
		description: "Retries of a request that failed for a transient reason, 0 to 20: no connection, a body that is cut off, or one of these answers: " +
			retriedAnswers() + ". A 429, or a 503 with `Retry-After`, uses up no retry while the controller answers other queries in between.",
		fallback: fmt.Sprintf("`%d`", sdwan.DefaultMaxRetries),
	},
	{
		attribute: settingRetryWaitMin, check: checkDuration,
		description: "Shortest wait before a retry, as a duration such as `1s`. Each wait is about twice the one before, and at least as long as the controller's `Retry-After`.",
		fallback:    "`1s`",
	},
	{
		attribute: settingRetryWaitMax, check: checkDuration,
		description: "Longest wait before a retry, as a duration such as `30s`. A longer `Retry-After` is obeyed.",
		fallback:    "`30s`",
	},
	{
		attribute: settingRequestTimeout, check: checkDuration,
		description: "Time for one request with its answer, as a duration such as `60s`. The `timeouts` of a data source bound all of its requests together.",
		fallback:    "`60s`",
	},
	{
		attribute: settingShowNames, kind: settingTruth, check: checkTruth,
		description: "Whether a closed gate reads the names of the elements that it shows, and of their sites, in at most two more requests, and the list of images where that explains its target or an upgrade in progress, in one: `true` or `false`. " +
			"With `false` it shows ids and says nothing of images; names that were read for `where` are shown all the same.",
		fallback: "`true`",
	},
}

// retriedAnswers lists the answers that the client retries.
func retriedAnswers() string {
	var answers []string
	for _, row := range sdwan.StatusTable() {
		if row.Retry {
			answers = append(answers, row.Answer)
		}
	}
	return strings.Join(answers, ", ")
}

// variable is the PRISMASDWAN_… environment variable of the argument.
func (s setting) variable() string {
	return "PRISMASDWAN_" + strings.ToUpper(s.attribute)
}

func (s setting) usedBy(form string) bool {
	return (s.form == "" || s.form == form) && (s.only == "" || s.only == form)
}

func (s setting) markdown() string {
	text := s.description
	if s.fallback != "" {
		text += " Default: " + s.fallback + "."
	}
	text += " Environment variable: `" + s.variable() + "`"
	switch {
	case s.vendor == "SCM_SCOPE":
		text += ", else `SCM_SCOPE` of the form `tsg_id:<digits>`, whose other words are sent as further scopes"
	case s.vendor != "":
		text += ", else `" + s.vendor + "`"
	}
	return text + "."
}

func settingAttributes() map[string]schema.Attribute {
	attributes := make(map[string]schema.Attribute, len(settings))
	for _, s := range settings {
		switch s.kind {
		case settingInteger:
			attributes[s.attribute] = schema.Int64Attribute{Optional: true, MarkdownDescription: s.markdown()}
		case settingTruth:
			attributes[s.attribute] = schema.BoolAttribute{Optional: true, MarkdownDescription: s.markdown()}
		case settingText:
			attributes[s.attribute] = schema.StringAttribute{Optional: true, Sensitive: s.sensitive, MarkdownDescription: s.markdown()}
		}
	}
	return attributes
}

// settingValue is an argument's value as text, with its source.
type settingValue struct {
	text  string
	given string // the text before translate
	// source names the attribute or the variable, for messages.
	source  string
	rank    sourceRank
	set     bool
	unknown bool
}

// sourceRank orders the sources: the lowest wins.
type sourceRank int

const (
	fromConfiguration sourceRank = iota
	fromVariable
	fromVendorVariable
)

type settingValues map[string]settingValue

// readSettings reads each argument from the first source that sets it, and reports
// values that cannot be used.
func readSettings(ctx context.Context, config tfsdk.Config, lookup func(string) (string, bool), diags *diag.Diagnostics) settingValues {
	values := make(settingValues, len(settings))
	for _, s := range settings {
		value := s.configured(ctx, config, diags)
		if !value.set && !value.unknown {
			value = s.fromEnvironment(lookup)
		}
		values[s.attribute] = value
		s.checkValue(value, diags)
	}
	return values
}

func (s setting) configured(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) settingValue {
	value := settingValue{source: "the argument `" + s.attribute + "`", rank: fromConfiguration}
	switch s.kind {
	case settingInteger:
		var number types.Int64
		diags.Append(config.GetAttribute(ctx, path.Root(s.attribute), &number)...)
		value.store(number, strconv.FormatInt(number.ValueInt64(), 10))
	case settingTruth:
		var truth types.Bool
		diags.Append(config.GetAttribute(ctx, path.Root(s.attribute), &truth)...)
		value.store(truth, strconv.FormatBool(truth.ValueBool()))
	case settingText:
		var text types.String
		diags.Append(config.GetAttribute(ctx, path.Root(s.attribute), &text)...)
		value.store(text, text.ValueString())
	}
	return value
}

func (v *settingValue) store(argument attr.Value, text string) {
	v.unknown, v.set = argument.IsUnknown(), !argument.IsNull() && !argument.IsUnknown()
	v.text, v.given = text, text
}

// fromEnvironment treats an empty variable as not set: shells and CI systems cannot
// always tell the two apart.
func (s setting) fromEnvironment(lookup func(string) (string, bool)) settingValue {
	if text, _ := lookup(s.variable()); text != "" {
		return settingValue{text: text, given: text, source: "the environment variable " + s.variable(), rank: fromVariable, set: true}
	}
	if s.vendor == "" {
		return settingValue{}
	}
	given, _ := lookup(s.vendor)
	if given == "" {
		return settingValue{}
	}
	text := given
	if s.translate != nil {
		text = s.translate(given)
	}
	return settingValue{text: text, given: given, source: "the environment variable " + s.vendor, rank: fromVendorVariable, set: true}
}

func (s setting) checkValue(value settingValue, diags *diag.Diagnostics) {
	if !value.set {
		return
	}
	if value.text == "" {
		diags.AddAttributeError(path.Root(s.attribute), "Empty provider argument",
			fmt.Sprintf("The value of %s is empty. Give it a value or leave it out.", value.source))
		return
	}
	if s.check == nil {
		return
	}
	if err := s.check(value.text); err != nil {
		shown := "The value of "
		if !s.sensitive {
			shown = fmt.Sprintf("The value %q of ", value.given)
		}
		diags.AddAttributeError(path.Root(s.attribute), "Invalid provider argument", fmt.Sprintf("%s%s cannot be used: %s.", shown, value.source, err))
	}
}

func (v settingValues) unknown() []string {
	var unknown []string
	for _, s := range settings {
		if v[s.attribute].unknown {
			unknown = append(unknown, s.attribute)
		}
	}
	return unknown
}

func (v settingValues) integer(attribute string, fallback int64) int64 {
	if !v[attribute].set {
		return fallback
	}
	number, err := strconv.ParseInt(v[attribute].text, 10, 64)
	if err != nil {
		return fallback // checkValue has reported it.
	}
	return number
}

func (v settingValues) truth(attribute string, fallback bool) bool {
	if !v[attribute].set {
		return fallback
	}
	return v[attribute].text == trueText
}

func (v settingValues) duration(attribute string, fallback time.Duration) time.Duration {
	if !v[attribute].set {
		return fallback
	}
	duration, err := time.ParseDuration(v[attribute].text)
	if err != nil {
		return fallback // checkValue has reported it.
	}
	return duration
}

// hostURL turns SCM_HOST, a host name, into a URL.
func hostURL(host string) string {
	if strings.Contains(host, "://") {
		return host
	}
	return "https://" + host
}

// scopeGroup matches the tenant service group in SCM_SCOPE. Blanks around the colon
// are common and harmless.
var scopeGroup = regexp.MustCompile(`(?:^|\s)tsg_id\s*:\s*(\S+)`)

// scopeTSG finds the id in SCM_SCOPE, whose words are OAuth scopes. Unless there is
// exactly one id, it returns the text itself, which checkTSG rejects.
func scopeTSG(scope string) string {
	if found := scopeGroup.FindAllStringSubmatch(scope, -1); len(found) == 1 {
		return found[0][1]
	}
	return strings.TrimSpace(scope)
}

// moreScopes returns the words of SCM_SCOPE other than the id.
func moreScopes(tsg settingValue) []string {
	if tsg.rank != fromVendorVariable || tsg.text == strings.TrimSpace(tsg.given) {
		return nil
	}
	return strings.Fields(scopeGroup.ReplaceAllString(tsg.given, " "))
}
