package sdwan

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// forms are the two ways to sign in; what holds for one must hold for both.
var forms = []simulator.Form{simulator.Unified, simulator.Legacy}

// startSimulator serves a fleet until the test ends.
func startSimulator(t *testing.T, options simulator.Options) *simulator.Server {
	t.Helper()
	server, err := simulator.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// newClient signs in to a simulator, with retries that do not wait. Edits
// change the configuration first.
func newClient(t *testing.T, server *simulator.Server, form simulator.Form, edits ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		Endpoint: server.URL, MaxRetries: 2, RetryWaitMin: time.Millisecond, RetryWaitMax: 2 * time.Millisecond,
		RequestTimeout: 10 * time.Second,
	}
	if form == simulator.Legacy {
		config.Legacy = &Legacy{AuthToken: simulator.AuthToken, TenantID: simulator.TenantID}
	} else {
		config.Unified = &Unified{
			ClientID: simulator.ClientID, ClientSecret: simulator.ClientSecret, TSGID: simulator.TSGID,
			TokenURL: server.URL + "/oauth2/access_token",
		}
	}
	for _, edit := range edits {
		edit(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// collector keeps rows, as the provider's rows do.
type collector struct{ rows []imagestatus.Status }

func (c *collector) Add(status imagestatus.Status) error {
	c.rows = append(c.rows, status)
	return nil
}

func readAll(ctx context.Context, client *Client, query imagestatus.Query) ([]imagestatus.Status, Summary, error) {
	read, summary, err := Read(ctx, client, query, func() *collector { return new(collector) })
	if err != nil {
		return nil, summary, err
	}
	return read.rows, summary, nil
}
