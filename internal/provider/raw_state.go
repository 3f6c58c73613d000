package provider

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// completeState is where a data source leaves its complete state, for the server to
// send. The framework would copy such a state, compare it with the copy, compare
// each attribute with the configuration and search each null for blocks, all without
// effect here. For a large fleet, that takes more than half of a read's CPU time.
type completeState struct{ value *tftypes.Value }

type completeStateKey struct{}

// withCompleteState returns a context in which a data source can leave its state.
func withCompleteState(ctx context.Context) (context.Context, *completeState) {
	completed := new(completeState)
	return context.WithValue(ctx, completeStateKey{}, completed), completed
}

// put replaces the state of a response, if a data source left one.
func (s *completeState) put(response *tfprotov6.ReadDataSourceResponse) error {
	if s.value == nil || refused(response.Diagnostics) {
		return nil
	}
	state, err := tfprotov6.NewDynamicValue(s.value.Type(), *s.value)
	if err != nil {
		return fmt.Errorf("encode the state: %w", err)
	}
	response.State = &state
	return nil
}

// setRaw sets a data source's state to its configuration and the computed attributes.
// Do not use the state afterwards.
func setRaw(ctx context.Context, state *tfsdk.State, config tfsdk.Config, computed map[string]tftypes.Value) error {
	var configured map[string]tftypes.Value
	if err := config.Raw.As(&configured); err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	// As returns the configuration's own map.
	attributes := maps.Clone(configured)
	maps.Copy(attributes, computed)
	kind := state.Schema.Type().TerraformType(ctx)
	if err := tftypes.ValidateValue(kind, attributes); err != nil {
		return fmt.Errorf("compose the result: %w", err)
	}
	value := tftypes.NewValue(kind, attributes)
	if completed, served := ctx.Value(completeStateKey{}).(*completeState); served {
		completed.value = &value
		return nil
	}
	state.Raw = value
	return nil
}
