package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/version"
)

var _ function.Function = (*versionSatisfiesFunction)(nil)

type versionSatisfiesFunction struct{}

func newVersionSatisfiesFunction() function.Function { return versionSatisfiesFunction{} }

func (versionSatisfiesFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "version_satisfies"
}

func (versionSatisfiesFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Tells whether a version meets a constraint",
		MarkdownDescription: "Returns true if the version meets every part of the constraint. The constraint is written as in Terraform " +
			"(`=`, `!=`, `>`, `>=`, `<`, `<=`, `~>`, joined by commas). In it, a version without a build stands for the whole release: " +
			"`= 6.3.6` is any build of it, and `> 6.3.6` comes after all of its builds.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "version", Validators: []function.StringParameterValidator{knownArgument{}}, MarkdownDescription: "Version, complete with its build, such as `6.3.6-b9`."},
			function.StringParameter{Name: "constraint", Validators: []function.StringParameterValidator{knownArgument{}}, MarkdownDescription: "Constraint such as `>= 6.3.5-b1, < 6.4.0`, or a version."},
		},
		Return: function.BoolReturn{},
	}
}

func (versionSatisfiesFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text, constraintText string
	if resp.Error = req.Arguments.Get(ctx, &text, &constraintText); resp.Error != nil {
		return
	}
	parsed, err := version.Parse(text)
	if err != nil {
		resp.Error = argumentError(0, err)
	}
	constraint, err := version.ParseConstraint(constraintText)
	if err != nil {
		resp.Error = function.ConcatFuncErrors(resp.Error, argumentError(1, err))
	}
	if resp.Error != nil {
		return
	}
	resp.Error = resp.Result.Set(ctx, constraint.Allows(parsed))
}
