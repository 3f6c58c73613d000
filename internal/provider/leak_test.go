package provider

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the run when a test leaves a goroutine behind, in the provider,
// its client or the simulator. The one exception is the plugin library, whose
// server in the test's own process leaves the copying of its standard streams
// to the garbage collector.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/hashicorp/go-plugin.copyChan"), goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(builtDirectory)
		os.Exit(code)
	}))
}
