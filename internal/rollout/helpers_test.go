package rollout

import (
	"encoding/json"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// drawRow draws what a verdict looks at from few values, so that rows often
// agree.
func drawRow(t *rapid.T) imagestatus.Status {
	text := func(label string) *string {
		return rapid.Ptr(rapid.SampledFrom([]string{"", "a", "A", "b", "complete"}), true).Draw(t, label)
	}
	number := func(label string) *int64 {
		return rapid.Ptr(rapid.Int64Range(-1, 2), true).Draw(t, label)
	}
	return imagestatus.Status{
		ID: text("id"), ElementID: text("element_id"), ActiveImageID: text("active_image_id"), ActiveVersion: text("active_version"),
		UpgradeState: text("upgrade_state"), FailureInfo: text("failure_info"), DownloadPercent: number("download_percent"),
		Etag: number("_etag"), CreatedOnUTC: number("_created_on_utc"), UpdatedOnUTC: number("_updated_on_utc"),
	}
}

// rowTexts writes rows for a message: pointers would print as addresses.
func rowTexts(rows ...imagestatus.Status) string {
	text, err := json.Marshal(rows)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// argumentError insists that an error tells which argument is wrong.
func argumentError(t *testing.T, err error) *imagestatus.ArgumentError {
	t.Helper()
	argument, isArgument := errors.AsType[*imagestatus.ArgumentError](err)
	if !isArgument {
		t.Fatalf("got the error %v of type %T, want an *ArgumentError", err, err)
	}
	return argument
}
