package provider

import (
	"context"
	"fmt"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The framework's summaries that restate corrects.
const (
	summaryMissingRequired = "Missing Configuration for Required Attribute"
	summaryConversion      = "Value Conversion Error"
	summaryRead            = "Configuration Read Error"
)

// restate corrects two errors of the framework. For an entry that is not known yet,
// it reports missing required attributes. For a number that is not whole, it reports
// a defect of the provider, twice.
func (s checkingServer) restate(ctx context.Context, diagnostics []*tfprotov6.Diagnostic, config *tfprotov6.DynamicValue,
	schemaOf func(*tfprotov6.GetProviderSchemaResponse) *tfprotov6.Schema,
) ([]*tfprotov6.Diagnostic, error) {
	if !refused(diagnostics) {
		return diagnostics, nil
	}
	schemas, err := s.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	schema := schemaOf(schemas)
	if schema == nil || config == nil {
		return diagnostics, nil
	}
	value, err := config.Unmarshal(schema.ValueType())
	if err != nil {
		return diagnostics, nil //nolint:nilerr // The framework has reported what cannot be decoded.
	}
	var restated []*tfprotov6.Diagnostic
	for _, diagnostic := range diagnostics {
		corrected := restateOne(diagnostic, value)
		same := func(other *tfprotov6.Diagnostic) bool {
			return other.Detail == corrected.Detail && other.Attribute.Equal(corrected.Attribute)
		}
		if corrected != nil && !slices.ContainsFunc(restated, same) {
			restated = append(restated, corrected)
		}
	}
	return restated, nil
}

// restateOne returns nil for an error to leave out.
func restateOne(diagnostic *tfprotov6.Diagnostic, config tftypes.Value) *tfprotov6.Diagnostic {
	if diagnostic.Attribute == nil {
		return diagnostic
	}
	switch diagnostic.Summary {
	case summaryMissingRequired:
		if at := valueAt(config, diagnostic.Attribute); !at.IsKnown() {
			return nil
		}
	case summaryConversion, summaryRead:
		if below, written, found := notWhole(valueAt(config, diagnostic.Attribute)); found {
			at := tftypes.NewAttributePathWithSteps(slices.Concat(diagnostic.Attribute.Steps(), below.Steps()))
			return &tfprotov6.Diagnostic{
				Severity: diagnostic.Severity, Attribute: at, Summary: summaryInvalidArgument,
				Detail: fmt.Sprintf("%s is %s. It is not a whole number of at most 64 bits. Write one.", pathAlong(steps(at)), written),
			}
		}
	}
	return diagnostic
}

// valueAt returns the value of an argument, or the null or unknown value that it is
// part of.
func valueAt(config tftypes.Value, at *tftypes.AttributePath) tftypes.Value {
	reached, _, err := tftypes.WalkAttributePath(config, at)
	value, isValue := reached.(tftypes.Value)
	if err != nil && !isValue {
		return tftypes.Value{}
	}
	return value
}

// notWhole finds the first number, at or below a value, that is not a 64-bit integer.
func notWhole(value tftypes.Value) (below *tftypes.AttributePath, written string, found bool) {
	err := tftypes.Walk(value, func(at *tftypes.AttributePath, member tftypes.Value) (bool, error) {
		if found || member.IsNull() || !member.IsKnown() || !member.Type().Is(tftypes.Number) {
			return !found, nil
		}
		var number big.Float
		if err := member.As(&number); err != nil {
			return false, err
		}
		if _, accuracy := number.Int64(); accuracy != big.Exact {
			below, written, found = at, number.Text('g', -1), true
		}
		return !found, nil
	})
	return below, written, found && err == nil
}
