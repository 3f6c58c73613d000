package provider

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

var _ function.Function = (*parseScheduleFunction)(nil)

type parseScheduleFunction struct{}

func newParseScheduleFunction() function.Function { return parseScheduleFunction{} }

func (parseScheduleFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_schedule"
}

func (parseScheduleFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Reads a scheduled time",
		MarkdownDescription: "Turns `scheduled_download` or `scheduled_upgrade`, written `MM-DD-YYYY HH:MM:SS` in UTC, into RFC 3339, " +
			"which Terraform's own time functions such as `timecmp` and `timeadd` take.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "text", Validators: []function.StringParameterValidator{knownArgument{}}, MarkdownDescription: "Scheduled time such as `08-21-2026 02:00:00`.",
		}},
		Return: function.StringReturn{},
	}
}

func (parseScheduleFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	at, err := imagestatus.ParseSchedule(text)
	if err != nil {
		resp.Error = argumentError(0, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, at.Format(time.RFC3339))
}

// argumentError reports an argument of a function by its position. Terraform
// ends the sentence itself.
func argumentError(position int, err error) *function.FuncError {
	text := err.Error()
	return function.NewArgumentFuncError(int64(position), strings.ToUpper(text[:1])+text[1:])
}
