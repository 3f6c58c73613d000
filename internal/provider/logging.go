package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// logSubsystem is the only logger of this provider. TF_LOG_PROVIDER sets its level.
const logSubsystem = "controller"

// bodiesVariable turns on bodies in the log. They are long and hold statuses, but
// never credentials.
const bodiesVariable = "PRISMASDWAN_LOG_BODIES"

func logsBodies(lookup func(string) (string, bool)) bool {
	text, _ := lookup(bodiesVariable)
	on, err := strconv.ParseBool(text)
	return err == nil && on
}

// withLogging prepares the context of one operation. It masks secrets, although
// nothing should log them.
func withLogging(ctx context.Context, secrets []string) context.Context {
	ctx = tflog.NewSubsystem(ctx, logSubsystem)
	ctx = tflog.SubsystemMaskAllFieldValuesStrings(ctx, logSubsystem, secrets...)
	return tflog.SubsystemMaskMessageStrings(ctx, logSubsystem, secrets...)
}

func (c *connection) logAttempt(ctx context.Context, attempt sdwan.Attempt) {
	fields := map[string]any{
		"method": attempt.Method, "url": attempt.URL, "attempt": attempt.Number,
		"status": attempt.Status, "duration_ms": attempt.Duration.Milliseconds(), "bytes": attempt.Bytes,
	}
	if attempt.Err != nil {
		fields["error"] = attempt.Err.Error()
	}
	tflog.SubsystemDebug(ctx, logSubsystem, "Request to the controller", fields)
	if attempt.RequestBody != "" || attempt.ResponseBody != "" {
		tflog.SubsystemTrace(ctx, logSubsystem, "Bodies of the request", map[string]any{
			"request": attempt.RequestBody, "response": attempt.ResponseBody,
		})
	}
}
