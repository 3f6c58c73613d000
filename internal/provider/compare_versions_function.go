package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/version"
)

var _ function.Function = (*compareVersionsFunction)(nil)

type compareVersionsFunction struct{}

func newCompareVersionsFunction() function.Function { return compareVersionsFunction{} }

func (compareVersionsFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "compare_versions"
}

func (compareVersionsFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Compares two image versions",
		MarkdownDescription: "Returns -1 if the first version is older, 0 if the two are the same, and 1 if the first is newer. " +
			"Numbers compare as numbers, so `6.3.6-b9` is older than `6.3.6-b12`; a tagged version is older than the untagged one, so `4.4.1-pre-b38` is older than `4.4.1-b1`.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "a", Validators: []function.StringParameterValidator{knownArgument{}}, MarkdownDescription: "First version, complete with its build, such as `6.3.6-b9`."},
			function.StringParameter{Name: "b", Validators: []function.StringParameterValidator{knownArgument{}}, MarkdownDescription: "Second version, complete with its build."},
		},
		Return: function.Int64Return{},
	}
}

func (compareVersionsFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var texts [2]string
	if resp.Error = req.Arguments.Get(ctx, &texts[0], &texts[1]); resp.Error != nil {
		return
	}
	var versions [2]version.Version
	for i, text := range texts {
		parsed, err := version.Parse(text)
		if err != nil {
			resp.Error = function.ConcatFuncErrors(resp.Error, argumentError(i, err))
		}
		versions[i] = parsed
	}
	if resp.Error != nil {
		return
	}
	resp.Error = resp.Result.Set(ctx, int64(versions[0].Compare(versions[1])))
}
