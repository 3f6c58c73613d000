package provider

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// settledState is where a data source leaves a state that is complete, for the
// server to send. The framework would copy such a state, compare it with the
// copy, compare each attribute with the configuration, in which a result cannot
// be, and look for blocks, of which there are none, at each null. Over a large
// fleet that takes more than half of the processor time of a read.
type settledState struct{ value *tftypes.Value }

type settledStateKey struct{}

// withSettledState returns a context in which a data source can leave its state.
func withSettledState(ctx context.Context) (context.Context, *settledState) {
	settled := new(settledState)
	return context.WithValue(ctx, settledStateKey{}, settled), settled
}

// put replaces the state of a response, if a data source left one.
func (s *settledState) put(response *tfprotov6.ReadDataSourceResponse) error {
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

// setRaw completes a data source's state: what was configured stays, and the
// given attributes are put in. The state is then done with: nothing may be
// read or set through it.
func setRaw(ctx context.Context, state *tfsdk.State, config tfsdk.Config, computed map[string]tftypes.Value) error {
	var configured map[string]tftypes.Value
	if err := config.Raw.As(&configured); err != nil {
		return fmt.Errorf("take the configuration apart: %w", err)
	}
	// As hands out the configuration's own map.
	attributes := maps.Clone(configured)
	maps.Copy(attributes, computed)
	kind := state.Schema.Type().TerraformType(ctx)
	if err := tftypes.ValidateValue(kind, attributes); err != nil {
		return fmt.Errorf("compose the result: %w", err)
	}
	value := tftypes.NewValue(kind, attributes)
	if settled, served := ctx.Value(settledStateKey{}).(*settledState); served {
		settled.value = &value
		return nil
	}
	state.Raw = value
	return nil
}
