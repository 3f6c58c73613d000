package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// environment makes the lookup of a provider that sees these variables only,
// given as NAME=value.
func environment(variables ...string) func(string) (string, bool) {
	values := make(map[string]string, len(variables))
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		values[name] = value
	}
	return func(name string) (string, bool) {
		value, set := values[name]
		return value, set
	}
}

// impatient are the variables with which failures do not make tests wait.
var impatient = []string{"PRISMASDWAN_RETRY_WAIT_MIN=1ms", "PRISMASDWAN_RETRY_WAIT_MAX=2ms", "PRISMASDWAN_MAX_RETRIES=2"}

// factories gives Terraform this provider, with the variables as all of its
// environment, and the echo provider, which shows ephemeral values.
func factories(variables ...string) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		typeName: func() (tfprotov6.ProviderServer, error) {
			return NewServer(New("test", environment(variables...))())(), nil
		},
		"echo": echoprovider.NewProviderServer(),
	}
}

// connected gives a provider that reads from the server, signed in by form.
func connected(server *simulator.Server, form simulator.Form, more ...string) map[string]func() (tfprotov6.ProviderServer, error) {
	return factories(append(append(server.Environment(form), impatient...), more...)...)
}

// startSimulator serves a fleet until the test ends. The test fails if it was sent
// anything but a sign-in or a read: the provider changes no device.
func startSimulator(t *testing.T, options simulator.Options) *simulator.Server {
	t.Helper()
	server, err := simulator.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		for _, request := range server.Requests() {
			if request.Kind == simulator.RequestOther && request.Method != http.MethodGet {
				t.Errorf("%s %s is neither a sign-in nor a read", request.Method, request.Path)
			}
		}
	})
	return server
}
