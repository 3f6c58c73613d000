package provider

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/wording"
)

// connection is the configured provider, for everything that reads: a client, or
// the unknown arguments because of which there is none.
type connection struct {
	client *sdwan.Client
	// values hold the source of each value too, for messages.
	values    settingValues
	form      string
	unknown   []string // arguments
	showNames bool
	secrets   []string // to mask in logs
}

// ready reports whether a read can begin: there is a client, and config is known. If
// not, diags say why.
func (c *connection) ready(config tfsdk.Config, diags *diag.Diagnostics) bool {
	if c == nil {
		diags.AddError("Provider not configured",
			"Something was read before the provider was configured. Please report this to the provider's developers.")
		return false
	}
	if len(c.unknown) == 0 {
		return everythingKnown(config, diags)
	}
	replaced := withRelated(c.unknown)
	variables := make([]string, len(replaced))
	for i, attribute := range replaced {
		variables[i] = settingByName(attribute).variable()
	}
	diags.AddAttributeError(path.Root(c.unknown[0]), "Provider argument not known yet",
		fmt.Sprintf("The provider needs its %s now, to read this, and the value is known only after an apply. "+
			"The provider does not fall back to other credentials, which could be those of another tenant. "+
			"First apply what the value comes from with -target, or write a value that is known before, or leave out the %s and set %s.",
			arguments(c.unknown), arguments(replaced), wording.Join("and", variables)))
	return false
}

// withRelated adds the other credentials of the unified form if one of them is among
// the arguments, as all must come from one source.
func withRelated(attributes []string) []string {
	credentials := formArguments(formUnified)
	isCredential := func(attribute string) bool { return slices.Contains(credentials, attribute) }
	if !slices.ContainsFunc(attributes, isCredential) {
		return attributes
	}
	return append(credentials, slices.DeleteFunc(slices.Clone(attributes), isCredential)...)
}

// arguments names arguments of the provider in a sentence.
func arguments(attributes []string) string {
	noun := "arguments "
	if len(attributes) == 1 {
		noun = "argument "
	}
	return noun + wording.Join("and", wording.Code(attributes))
}

// alternatives quotes values: "a", "b" or "c".
func alternatives(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = strconv.Quote(value)
	}
	return wording.Join("or", quoted)
}

// connectionOf returns the connection that the framework passes to a Configure
// method; nil while the provider is not configured.
func connectionOf(data any, diags *diag.Diagnostics) *connection {
	if data == nil {
		return nil
	}
	connected, ok := data.(*connection)
	if !ok {
		diags.AddError("Provider data of the wrong type",
			"The framework passed something other than a connection. Please report this to the provider's developers.")
	}
	return connected
}

func settingByName(attribute string) setting {
	index := slices.IndexFunc(settings, func(s setting) bool { return s.attribute == attribute })
	return settings[index]
}

func newConnection(values settingValues, agent string, lookup func(string) (string, bool), diags *diag.Diagnostics) *connection {
	connected, config := prepareConnection(values, agent, lookup, diags)
	if diags.HasError() {
		return nil
	}
	client, err := sdwan.New(config)
	if err != nil {
		diags.AddError("Provider cannot be configured", fmt.Sprintf("The client cannot be made: %s. Please report this to the provider's developers.", err))
		return nil
	}
	connected.client = client
	return connected
}

// prepareConnection returns the configuration of a client, and a connection that still
// lacks that client.
func prepareConnection(values settingValues, agent string, lookup func(string) (string, bool), diags *diag.Diagnostics) (*connection, sdwan.Config) {
	connected := &connection{values: values, form: checkForms(values, diags), showNames: values.truth(settingShowNames, true)}
	if diags.HasError() {
		return nil, sdwan.Config{}
	}
	if connected.form == formLegacy && values[settingEndpoint].rank == fromVendorVariable {
		// The vendor's variables are for the unified form: a legacy token must not be
		// sent to their host.
		values[settingEndpoint] = settingValue{}
	}
	config := sdwan.Config{
		Endpoint:              values[settingEndpoint].text,
		PageSize:              values.integer(settingPageSize, sdwan.DefaultPageSize),
		MaxConcurrentRequests: int(values.integer(settingConcurrency, sdwan.DefaultMaxConcurrentRequests)),
		MaxRetries:            int(values.integer(settingRetries, sdwan.DefaultMaxRetries)),
		RetryWaitMin:          values.duration(settingRetryWaitMin, sdwan.DefaultRetryWaitMin),
		RequestTimeout:        values.duration(settingRequestTimeout, sdwan.DefaultRequestTimeout),
		UserAgent:             agent,
		Observe:               connected.logAttempt,
		ObserveBodies:         logsBodies(lookup),
		Proxy:                 proxies(lookup, diags),
	}
	config.RetryWaitMax = values.duration(settingRetryWaitMax, max(sdwan.DefaultRetryWaitMax, config.RetryWaitMin))
	connected.credentials(&config, diags)
	config.CertificateAuthorities = certificateAuthorities(values[settingCAFile], diags)
	if config.RetryWaitMax < config.RetryWaitMin {
		diags.AddAttributeError(path.Root(settingRetryWaitMax), "Invalid provider argument",
			fmt.Sprintf("`%s` is %s and `%s` is %s. The longest wait cannot be shorter than the shortest one. Raise the first or lower the second.",
				settingRetryWaitMin, config.RetryWaitMin, settingRetryWaitMax, config.RetryWaitMax))
	}
	return connected, config
}

func (c *connection) credentials(config *sdwan.Config, diags *diag.Diagnostics) {
	if c.form == formLegacy {
		config.Legacy = &sdwan.Legacy{AuthToken: c.values[settingAuthToken].text, TenantID: c.values[settingTenantID].text}
		c.secrets = []string{config.Legacy.AuthToken}
		return
	}
	config.Unified = &sdwan.Unified{
		ClientID:     c.values[settingClientID].text,
		ClientSecret: c.values[settingClientSecret].text,
		TSGID:        c.values[settingTSGID].text,
		TokenURL:     c.values[settingTokenURL].text,
		Scopes:       moreScopes(c.values[settingTSGID]),
	}
	c.secrets = []string{config.Unified.ClientSecret}
	var missing []string
	var given []settingValue
	for _, attribute := range formArguments(formUnified) {
		if value := c.values[attribute]; value.set {
			given = append(given, value)
		} else {
			missing = append(missing, attribute)
		}
	}
	isOfAnotherSource := func(value settingValue) bool { return value.rank != given[0].rank }
	switch {
	case slices.ContainsFunc(given, isOfAnotherSource):
		diags.AddAttributeError(path.Root(settingClientID), "Credentials of more than one source", mixedCredentials(given))
	case len(missing) > 0:
		diags.AddAttributeError(path.Root(missing[0]), "Missing credentials", missingCredentials(given, missing))
	}
}

// settingNames returns the names by which the arguments are set in one source.
func settingNames(attributes []string, rank sourceRank) []string {
	named := make([]string, len(attributes))
	for i, attribute := range attributes {
		s := settingByName(attribute)
		named[i] = map[sourceRank]string{fromConfiguration: "`" + attribute + "`", fromVariable: s.variable(), fromVendorVariable: s.vendor}[rank]
	}
	return named
}

func sourcesOf(values []settingValue) string {
	sources := make([]string, len(values))
	for i, value := range values {
		sources[i] = value.source
	}
	return wording.Join("and", sources)
}

func mixedCredentials(given []settingValue) string {
	all := formArguments(formUnified)
	return fmt.Sprintf("The credentials of the unified (Prisma SASE) sign-in come from more than one source: %s. "+
		"They are not mixed, as they could belong to two tenants. "+
		"Set all of them as %s, or all of them in the environment as %s (or %s, as the vendor's provider names them). "+
		"To keep the secret out of the configuration, set `client_secret` to a variable that is declared with `sensitive = true` and `ephemeral = true`, "+
		"and set that variable in the environment as TF_VAR_ followed by its name.",
		sourcesOf(given), arguments(all), wording.Join("and", settingNames(all, fromVariable)), wording.Join("and", settingNames(all, fromVendorVariable)))
}

func missingCredentials(given []settingValue, missing []string) string {
	if len(given) > 0 {
		return fmt.Sprintf("The unified (Prisma SASE) sign-in is chosen by %s and needs more from the same source: set %s as well.",
			sourcesOf(given), wording.Join("and", settingNames(missing, given[0].rank)))
	}
	token := settingByName(settingAuthToken)
	return fmt.Sprintf("The provider has no credentials. For the unified (Prisma SASE) sign-in, "+
		"set the %s, or in the environment %s (or %s, as the vendor's provider names them). "+
		"For the legacy (CloudGenix) sign-in, set the argument `%s`, or in the environment %s.",
		arguments(missing), wording.Join("and", settingNames(missing, fromVariable)), wording.Join("and", settingNames(missing, fromVendorVariable)), token.attribute, token.variable())
}

func formArguments(form string) []string {
	var attributes []string
	for _, s := range settings {
		if s.form == form {
			attributes = append(attributes, s.attribute)
		}
	}
	return attributes
}

// checkForms returns the form of sign-in that the first source chooses, and reports a
// source that chooses both.
func checkForms(values settingValues, diags *diag.Diagnostics) string {
	for rank := fromConfiguration; rank <= fromVendorVariable; rank++ {
		unified := chosenBy(values, formUnified, rank)
		legacy := chosenBy(values, formLegacy, rank)
		if len(unified) > 0 && len(legacy) > 0 {
			diags.AddAttributeError(path.Root(settingAuthToken), "Two forms of sign-in",
				fmt.Sprintf("The legacy (CloudGenix) sign-in is chosen by %s, and the unified (Prisma SASE) one by %s. Remove one of the two.",
					wording.Join("and", legacy), wording.Join("and", unified)))
		}
		if len(unified) > 0 {
			return formUnified
		}
		if len(legacy) > 0 {
			return formLegacy
		}
	}
	return formUnified
}

func chosenBy(values settingValues, form string, rank sourceRank) []string {
	var sources []string
	for _, attribute := range formArguments(form) {
		if value := values[attribute]; (value.set || value.unknown) && value.rank == rank {
			sources = append(sources, value.source)
		}
	}
	return sources
}

func (c *connection) logging(ctx context.Context) context.Context {
	return withLogging(ctx, c.secrets)
}
