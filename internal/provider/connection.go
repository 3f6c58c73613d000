package provider

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// connection is what the provider's configuration gives to everything that
// reads: a client, or the reason why there is none.
type connection struct {
	client *sdwan.Client
	// values tell a message which attribute or variable a value came from.
	values settingValues
	form   string
	// unknown lists arguments of the provider whose values are not known yet.
	unknown []string
	// secrets are masked in logs.
	secrets []string
}

// ready reports whether there is a client to read with, and otherwise says
// why in diags.
func (c *connection) ready(diags *diag.Diagnostics) bool {
	if c == nil {
		diags.AddError("Provider not configured",
			"Something was read before the provider was configured. Please report this to the provider's developers.")
		return false
	}
	for _, attribute := range c.unknown {
		diags.AddAttributeError(root(attribute), "Provider argument not known yet",
			fmt.Sprintf("The provider argument `%s` comes from something that is known only after an apply, and this read needs it now. "+
				"The provider does not fall back to other credentials, which could be those of another tenant. "+
				"Apply the source of the value first with -target, or set the value in the configuration or by %s.",
				attribute, settingByName(attribute).variable()))
	}
	return len(c.unknown) == 0
}

// connectionOf takes the connection out of what the framework hands to a
// Configure method. It is nil while the provider is not configured.
func connectionOf(data any, diags *diag.Diagnostics) *connection {
	if data == nil {
		return nil
	}
	connected, ok := data.(*connection)
	if !ok {
		diags.AddError("Provider data of the wrong type",
			fmt.Sprintf("Got %T. Please report this to the provider's developers.", data))
	}
	return connected
}

func settingByName(attribute string) setting {
	index := slices.IndexFunc(settings, func(s setting) bool { return s.attribute == attribute })
	return settings[index]
}

// newConnection makes a client of known values.
func newConnection(values settingValues, agent string, lookup func(string) (string, bool), diags *diag.Diagnostics) *connection {
	connected := &connection{values: values, form: checkForms(values, diags)}
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
	}
	config.RetryWaitMax = values.duration(settingRetryWaitMax, max(sdwan.DefaultRetryWaitMax, config.RetryWaitMin))
	connected.credentials(&config, diags)
	config.CertificateAuthorities = certificateAuthorities(values[settingCAFile], diags)
	if config.RetryWaitMax < config.RetryWaitMin {
		diags.AddAttributeError(root(settingRetryWaitMax), "Invalid provider argument",
			fmt.Sprintf("`%s` is %s and `%s` is %s. The longest wait cannot be shorter than the shortest one.",
				settingRetryWaitMin, config.RetryWaitMin, settingRetryWaitMax, config.RetryWaitMax))
	}
	if diags.HasError() {
		return nil
	}
	client, err := sdwan.New(config)
	if err != nil {
		diags.AddError("Provider cannot be configured", err.Error())
		return nil
	}
	connected.client = client
	return connected
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
	}
	c.secrets = []string{config.Unified.ClientSecret}
	for _, attribute := range formArguments(formUnified) {
		if !c.values[attribute].set {
			diags.AddAttributeError(root(attribute), "Missing provider argument", missingArgument(c.values, attribute))
		}
	}
}

// missingArgument explains a credential that is missing, as part of the
// unified form or because there is no credential at all.
func missingArgument(values settingValues, attribute string) string {
	needed := settingByName(attribute)
	text := fmt.Sprintf("The unified sign-in needs `%s`: set the argument or the environment variable %s or %s.",
		attribute, needed.variable(), needed.vendor)
	if slices.ContainsFunc(formArguments(formUnified), func(name string) bool { return values[name].set }) {
		return text
	}
	return text + fmt.Sprintf(" For the legacy (CloudGenix) sign-in, set `%s` or %s instead.",
		settingAuthToken, settingByName(settingAuthToken).variable())
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

// checkForms gives the form of sign-in that the strongest source chooses and
// reports a source that chooses both.
func checkForms(values settingValues, diags *diag.Diagnostics) string {
	for rank := fromConfiguration; rank <= fromVendorVariable; rank++ {
		unified := chosenBy(values, formUnified, rank)
		legacy := chosenBy(values, formLegacy, rank)
		if len(unified) > 0 && len(legacy) > 0 {
			diags.AddAttributeError(root(settingAuthToken), "Two forms of sign-in",
				fmt.Sprintf("%s asks for the legacy sign-in and %s for the unified one. Keep one of them.",
					sentence(legacy), strings.Join(unified, ", ")))
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

func sentence(parts []string) string {
	text := strings.Join(parts, ", ")
	return strings.ToUpper(text[:1]) + text[1:]
}

func certificateAuthorities(file settingValue, diags *diag.Diagnostics) *x509.CertPool {
	if !file.set {
		return nil
	}
	content, err := os.ReadFile(file.text)
	if err != nil {
		diags.AddAttributeError(root(settingCAFile), "Certificate file not readable",
			fmt.Sprintf("The file named by %s cannot be read: %s.", file.source, err))
		return nil
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(content) {
		diags.AddAttributeError(root(settingCAFile), "Certificate file without certificates",
			fmt.Sprintf("The file %q, named by %s, holds no PEM certificate. "+
				"Write the certificate authority's certificate there, beginning with -----BEGIN CERTIFICATE-----.", file.text, file.source))
	}
	return authorities
}

// logging gives the context that a read logs and ends with.
func (c *connection) logging(ctx context.Context) context.Context {
	return withLogging(ctx, c.secrets)
}
