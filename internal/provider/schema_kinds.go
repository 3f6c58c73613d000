package provider

import (
	"fmt"

	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

// The framework has a package of attribute types for each kind of surface, all
// alike. Attributes are written once, as those of a data source, and turned
// into the other kinds here.

func ephemeralAttributes(attributes map[string]schema.Attribute) (map[string]ephemeralschema.Attribute, error) {
	converted := make(map[string]ephemeralschema.Attribute, len(attributes))
	for name, attribute := range attributes {
		switch a := attribute.(type) {
		case schema.StringAttribute:
			converted[name] = ephemeralschema.StringAttribute{
				CustomType: a.CustomType, Required: a.Required, Optional: a.Optional, Computed: a.Computed,
				MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.Int64Attribute:
			converted[name] = ephemeralschema.Int64Attribute{
				Required: a.Required, Optional: a.Optional, Computed: a.Computed,
				MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.Float64Attribute:
			converted[name] = ephemeralschema.Float64Attribute{
				Required: a.Required, Optional: a.Optional, Computed: a.Computed,
				MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.BoolAttribute:
			converted[name] = ephemeralschema.BoolAttribute{
				Required: a.Required, Optional: a.Optional, Computed: a.Computed, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.ListAttribute:
			converted[name] = ephemeralschema.ListAttribute{
				ElementType: a.ElementType, Required: a.Required, Optional: a.Optional, Computed: a.Computed,
				MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.MapAttribute:
			converted[name] = ephemeralschema.MapAttribute{
				ElementType: a.ElementType, Required: a.Required, Optional: a.Optional, Computed: a.Computed,
				MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.ListNestedAttribute:
			nested, err := ephemeralAttributes(a.NestedObject.Attributes)
			if err != nil {
				return nil, err
			}
			converted[name] = ephemeralschema.ListNestedAttribute{
				NestedObject: ephemeralschema.NestedAttributeObject{Attributes: nested},
				Required:     a.Required, Optional: a.Optional, Computed: a.Computed, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.SingleNestedAttribute:
			nested, err := ephemeralAttributes(a.Attributes)
			if err != nil {
				return nil, err
			}
			converted[name] = ephemeralschema.SingleNestedAttribute{
				Attributes: nested, CustomType: a.CustomType,
				Required: a.Required, Optional: a.Optional, Computed: a.Computed, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		default:
			return nil, fmt.Errorf("attribute %s of type %T has no ephemeral kind", name, attribute)
		}
	}
	return converted, nil
}

// actionAttributes takes arguments only: an action gives nothing back.
func actionAttributes(attributes map[string]schema.Attribute) (map[string]actionschema.Attribute, error) {
	converted := make(map[string]actionschema.Attribute, len(attributes))
	for name, attribute := range attributes {
		switch a := attribute.(type) {
		case schema.StringAttribute:
			converted[name] = actionschema.StringAttribute{
				CustomType: a.CustomType, Required: a.Required, Optional: a.Optional,
				MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.Int64Attribute:
			converted[name] = actionschema.Int64Attribute{
				Required: a.Required, Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.Float64Attribute:
			converted[name] = actionschema.Float64Attribute{
				Required: a.Required, Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.BoolAttribute:
			converted[name] = actionschema.BoolAttribute{
				Required: a.Required, Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.ListAttribute:
			converted[name] = actionschema.ListAttribute{
				ElementType: a.ElementType, Required: a.Required, Optional: a.Optional,
				MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.ListNestedAttribute:
			nested, err := actionAttributes(a.NestedObject.Attributes)
			if err != nil {
				return nil, err
			}
			converted[name] = actionschema.ListNestedAttribute{
				NestedObject: actionschema.NestedAttributeObject{Attributes: nested},
				Required:     a.Required, Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case schema.SingleNestedAttribute:
			nested, err := actionAttributes(a.Attributes)
			if err != nil {
				return nil, err
			}
			converted[name] = actionschema.SingleNestedAttribute{
				Attributes: nested, CustomType: a.CustomType,
				Required: a.Required, Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		default:
			return nil, fmt.Errorf("attribute %s of type %T has no action kind", name, attribute)
		}
	}
	return converted, nil
}
