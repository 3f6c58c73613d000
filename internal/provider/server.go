package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns a constructor of a server that speaks protocol 6 for p.
//
// The framework runs validators only when Terraform asks for it, and some arguments
// may then be unknown. The protocol does not oblige Terraform to ask again once they
// are known (Terraform 1.15 does not for an action: observed). So this server repeats
// the check before every call that uses arguments.
func NewServer(p provider.Provider) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		server := providerserver.NewProtocol6(p)()
		actions, ok := server.(tfprotov6.ActionServer)
		if !ok {
			return server // Every framework server has actions; their tests would fail.
		}
		return checkingServer{ProviderServer: server, ActionServer: actions}
	}
}

type checkingServer struct {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
}

// ValidateProviderConfig corrects the framework's diagnostics.
func (s checkingServer) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	checked, err := s.ProviderServer.ValidateProviderConfig(ctx, req)
	if err != nil {
		return nil, err
	}
	checked.Diagnostics, err = s.restate(ctx, checked.Diagnostics, req.Config,
		func(schemas *tfprotov6.GetProviderSchemaResponse) *tfprotov6.Schema { return schemas.Provider })
	return checked, err
}

// ValidateDataResourceConfig corrects the framework's diagnostics.
func (s checkingServer) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	checked, err := s.ProviderServer.ValidateDataResourceConfig(ctx, req)
	if err != nil {
		return nil, err
	}
	checked.Diagnostics, err = s.restate(ctx, checked.Diagnostics, req.Config,
		func(schemas *tfprotov6.GetProviderSchemaResponse) *tfprotov6.Schema {
			return schemas.DataSourceSchemas[req.TypeName]
		})
	return checked, err
}

// ValidateEphemeralResourceConfig corrects the framework's diagnostics.
func (s checkingServer) ValidateEphemeralResourceConfig(ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	checked, err := s.ProviderServer.ValidateEphemeralResourceConfig(ctx, req)
	if err != nil {
		return nil, err
	}
	checked.Diagnostics, err = s.restate(ctx, checked.Diagnostics, req.Config,
		func(schemas *tfprotov6.GetProviderSchemaResponse) *tfprotov6.Schema {
			return schemas.EphemeralResourceSchemas[req.TypeName]
		})
	return checked, err
}

// ValidateActionConfig corrects the framework's diagnostics.
func (s checkingServer) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	checked, err := s.ActionServer.ValidateActionConfig(ctx, req)
	if err != nil {
		return nil, err
	}
	checked.Diagnostics, err = s.restate(ctx, checked.Diagnostics, req.Config,
		func(schemas *tfprotov6.GetProviderSchemaResponse) *tfprotov6.Schema {
			if action, known := schemas.ActionSchemas[req.ActionType]; known {
				return action.Schema
			}
			return nil
		})
	return checked, err
}

// ReadDataSource checks the arguments, then reads.
func (s checkingServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	checked, err := s.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: req.TypeName, Config: req.Config})
	if err != nil {
		return nil, err
	}
	if refused(checked.Diagnostics) {
		return &tfprotov6.ReadDataSourceResponse{Diagnostics: checked.Diagnostics}, nil
	}
	ctx, completed := withCompleteState(ctx)
	response, err := s.ProviderServer.ReadDataSource(ctx, req)
	if err != nil {
		return nil, err
	}
	return response, completed.put(response)
}

// OpenEphemeralResource checks the arguments, then opens.
func (s checkingServer) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	checked, err := s.ValidateEphemeralResourceConfig(ctx, &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: req.TypeName, Config: req.Config})
	if err != nil {
		return nil, err
	}
	if refused(checked.Diagnostics) {
		return &tfprotov6.OpenEphemeralResourceResponse{Diagnostics: checked.Diagnostics}, nil
	}
	return s.ProviderServer.OpenEphemeralResource(ctx, req)
}

// PlanAction checks the arguments, then plans.
func (s checkingServer) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	checked, err := s.checkAction(ctx, req.ActionType, req.Config)
	if err != nil {
		return nil, err
	}
	if refused(checked) {
		return &tfprotov6.PlanActionResponse{Diagnostics: checked}, nil
	}
	return s.ActionServer.PlanAction(ctx, req)
}

// InvokeAction checks the arguments, then runs the action.
func (s checkingServer) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	checked, err := s.checkAction(ctx, req.ActionType, req.Config)
	if err != nil {
		return nil, err
	}
	if refused(checked) {
		ended := tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: checked}}
		return &tfprotov6.InvokeActionServerStream{Events: slices.Values([]tfprotov6.InvokeActionEvent{ended})}, nil
	}
	return s.ActionServer.InvokeAction(ctx, req)
}

func (s checkingServer) checkAction(ctx context.Context, action string, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
	checked, err := s.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: action, Config: config})
	if err != nil {
		return nil, err
	}
	return checked.Diagnostics, nil
}

func refused(diagnostics []*tfprotov6.Diagnostic) bool {
	return slices.ContainsFunc(diagnostics, func(diagnostic *tfprotov6.Diagnostic) bool {
		return diagnostic.Severity == tfprotov6.DiagnosticSeverityError
	})
}
