package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// The validators of terraform-plugin-framework-validators do not name the null entry,
// nor what to write instead of an empty list. Those in this file do.

// undescribed has the methods of a validator that nothing in this provider reads.
type undescribed struct{}

// Description is empty: the attributes have descriptions.
func (undescribed) Description(context.Context) string { return "" }

// MarkdownDescription is empty too.
func (undescribed) MarkdownDescription(context.Context) string { return "" }

// entries rejects null entries in a list, an empty list unless emptyAllowed, and empty
// texts if blankRefused.
type entries struct {
	undescribed
	emptyAllowed, blankRefused bool
}

// ValidateList reports the first null entry, every empty text, or the empty list.
func (v entries) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	members := req.ConfigValue.Elements()
	if len(members) == 0 && !v.emptyAllowed {
		invalid(&resp.Diagnostics, req.Path, "[]", "An empty list is not the same as no list. Write at least one entry, or leave the argument out (null).")
	}
	if i := firstNull(members); i >= 0 {
		invalid(&resp.Diagnostics, req.Path.AtListIndex(i), "null", "An entry cannot be null. Write a value, or leave the entry out.")
	}
	for i, member := range members {
		if text, ok := member.(types.String); ok && v.blankRefused && optionalText(text) != nil && text.ValueString() == "" {
			invalid(&resp.Diagnostics, req.Path.AtListIndex(i), `""`, "An entry cannot be empty. Write a value, or leave the entry out.")
		}
	}
}

func firstNull(members []attr.Value) int {
	for i, member := range members {
		if member.IsNull() {
			return i
		}
	}
	return -1
}

// elementID rejects an id that no element can have.
type elementID struct{ undescribed }

// ValidateString checks an id that is known.
func (elementID) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if text := optionalText(req.ConfigValue); text != nil {
		if problem := imagestatus.CheckElementID(*text); problem != nil {
			invalid(&resp.Diagnostics, req.Path, fmt.Sprintf("%q", *text), problem.Problem+" "+problem.Remedy)
		}
	}
}

// timeLimit rejects a text that is not a duration above zero.
type timeLimit struct{ undescribed }

// ValidateString checks a duration that is known.
func (timeLimit) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	text := optionalText(req.ConfigValue)
	if text == nil {
		return
	}
	if duration, err := time.ParseDuration(*text); err != nil || duration <= 0 {
		invalid(&resp.Diagnostics, req.Path, fmt.Sprintf("%q", *text),
			"It is not a duration above zero. Write a number with its unit, such as 90s, 5m or 1h30m.")
	}
}

func invalid(diags *diag.Diagnostics, at path.Path, value, advice string) {
	diags.AddAttributeError(at, summaryInvalidArgument, fmt.Sprintf("%s is %s. %s", at, value, advice))
}

// optionalText returns nil for null, and for a text that is not known yet.
func optionalText(text types.String) *string {
	if text.IsUnknown() {
		return nil
	}
	return text.ValueStringPointer()
}

// everythingKnown reports an unknown argument as an error. Terraform reads nothing
// before it knows all arguments; if it ever did, an unknown argument must not count as
// absent.
func everythingKnown(config tfsdk.Config, diags *diag.Diagnostics) bool {
	if config.Raw.IsFullyKnown() {
		return true
	}
	var at []any
	err := tftypes.Walk(config.Raw, func(here *tftypes.AttributePath, value tftypes.Value) (bool, error) {
		if !value.IsKnown() && at == nil {
			at = steps(here)
		}
		return at == nil, nil
	})
	if err != nil {
		at = nil
	}
	where := pathAlong(at)
	diags.AddAttributeError(where, "Argument not known yet",
		fmt.Sprintf("%s is known only after an apply, and is needed now. First apply what the value comes from with -target, or write a value that is known before.", where))
	return false
}

// steps converts a path of the protocol into the form of argumentPaths.
func steps(at *tftypes.AttributePath) []any {
	var all []any
	for _, step := range at.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			all = append(all, string(step))
		case tftypes.ElementKeyInt:
			all = append(all, int(step))
		}
	}
	return all
}

// knownArgument rejects an argument of a function that is unknown, null or has null
// entries. Of these, Terraform passes only null entries to a function.
type knownArgument struct{ nullAllowed bool }

// ValidateParameterString checks a text.
func (v knownArgument) ValidateParameterString(_ context.Context, req function.StringParameterValidatorRequest, resp *function.StringParameterValidatorResponse) {
	resp.Error = v.check(int(req.ArgumentPosition), req.Value, nil)
}

// ValidateParameterList checks a list and its entries.
func (v knownArgument) ValidateParameterList(_ context.Context, req function.ListParameterValidatorRequest, resp *function.ListParameterValidatorResponse) {
	resp.Error = v.check(int(req.ArgumentPosition), req.Value, req.Value.Elements())
}

func (v knownArgument) check(position int, value attr.Value, members []attr.Value) *function.FuncError {
	if value.IsUnknown() {
		return argumentError(position, errors.New("the value is not known yet"))
	}
	if value.IsNull() && !v.nullAllowed {
		return argumentError(position, errors.New("the value is null: write a value"))
	}
	for i, member := range members {
		if member.IsUnknown() {
			return argumentError(position, fmt.Errorf("entry %d, counted from 0, is not known yet", i))
		}
		if member.IsNull() {
			return argumentError(position, fmt.Errorf("entry %d, counted from 0, is null: write a value, or leave the entry out", i))
		}
	}
	return nil
}
