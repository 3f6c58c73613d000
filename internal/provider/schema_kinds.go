package provider

import (
	"errors"
	"fmt"

	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

// The framework has a package of attribute types for each kind of schema: of data
// sources, of ephemeral resources and of actions. Attributes are written once, for a
// data source, and converted here. What another kind cannot hold is an error.

func ephemeralAttributes(attributes map[string]schema.Attribute) (map[string]ephemeralschema.Attribute, error) {
	return convertedAttributes(attributes, ephemeralAttribute)
}

// actionAttributes fails for a computed attribute, as an action has no results.
func actionAttributes(attributes map[string]schema.Attribute) (map[string]actionschema.Attribute, error) {
	return convertedAttributes(attributes, actionAttribute)
}

func convertedAttributes[Kind any](attributes map[string]schema.Attribute, convert func(schema.Attribute) (Kind, error)) (map[string]Kind, error) {
	converted := make(map[string]Kind, len(attributes))
	for name, attribute := range attributes {
		one, err := convert(attribute)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
		converted[name] = one
	}
	return converted, nil
}

// ephemeralAttribute converts whole structs if possible, so that a field which the
// framework adds to one of the two kinds fails to compile.
func ephemeralAttribute(attribute schema.Attribute) (ephemeralschema.Attribute, error) {
	switch a := attribute.(type) {
	case schema.StringAttribute:
		return ephemeralschema.StringAttribute(a), nil
	case schema.Int64Attribute:
		return ephemeralschema.Int64Attribute(a), nil
	case schema.Float64Attribute:
		return ephemeralschema.Float64Attribute(a), nil
	case schema.BoolAttribute:
		return ephemeralschema.BoolAttribute(a), nil
	case schema.ListAttribute:
		return ephemeralschema.ListAttribute(a), nil
	case schema.MapAttribute:
		return ephemeralschema.MapAttribute(a), nil
	case schema.ListNestedAttribute:
		nested, err := ephemeralAttributes(a.NestedObject.Attributes)
		return ephemeralschema.ListNestedAttribute{
			NestedObject: ephemeralschema.NestedAttributeObject{
				Attributes: nested, CustomType: a.NestedObject.CustomType, Validators: a.NestedObject.Validators,
			},
			CustomType: a.CustomType, Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive,
			Description: a.Description, MarkdownDescription: a.MarkdownDescription, DeprecationMessage: a.DeprecationMessage, Validators: a.Validators,
		}, err
	case schema.SingleNestedAttribute:
		nested, err := ephemeralAttributes(a.Attributes)
		return ephemeralschema.SingleNestedAttribute{
			Attributes: nested, CustomType: a.CustomType, Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive,
			Description: a.Description, MarkdownDescription: a.MarkdownDescription, DeprecationMessage: a.DeprecationMessage, Validators: a.Validators,
		}, err
	default:
		return nil, fmt.Errorf("%T has no ephemeral kind", attribute)
	}
}

func actionAttribute(attribute schema.Attribute) (actionschema.Attribute, error) {
	if attribute.IsComputed() {
		return nil, errors.New("an action has no computed attribute")
	}
	if attribute.IsSensitive() {
		return nil, errors.New("an argument of an action cannot be sensitive")
	}
	switch a := attribute.(type) {
	case schema.StringAttribute:
		return actionschema.StringAttribute{
			CustomType: a.CustomType, Required: a.Required, Optional: a.Optional,
			Description: a.Description, MarkdownDescription: a.MarkdownDescription, DeprecationMessage: a.DeprecationMessage, Validators: a.Validators,
		}, nil
	case schema.Int64Attribute:
		return actionschema.Int64Attribute{
			CustomType: a.CustomType, Required: a.Required, Optional: a.Optional,
			Description: a.Description, MarkdownDescription: a.MarkdownDescription, DeprecationMessage: a.DeprecationMessage, Validators: a.Validators,
		}, nil
	case schema.Float64Attribute:
		return actionschema.Float64Attribute{
			CustomType: a.CustomType, Required: a.Required, Optional: a.Optional,
			Description: a.Description, MarkdownDescription: a.MarkdownDescription, DeprecationMessage: a.DeprecationMessage, Validators: a.Validators,
		}, nil
	case schema.BoolAttribute:
		return actionschema.BoolAttribute{
			CustomType: a.CustomType, Required: a.Required, Optional: a.Optional,
			Description: a.Description, MarkdownDescription: a.MarkdownDescription, DeprecationMessage: a.DeprecationMessage, Validators: a.Validators,
		}, nil
	default:
		return actionCollection(attribute)
	}
}

func actionCollection(attribute schema.Attribute) (actionschema.Attribute, error) {
	switch a := attribute.(type) {
	case schema.ListAttribute:
		return actionschema.ListAttribute{
			ElementType: a.ElementType, CustomType: a.CustomType, Required: a.Required, Optional: a.Optional,
			Description: a.Description, MarkdownDescription: a.MarkdownDescription, DeprecationMessage: a.DeprecationMessage, Validators: a.Validators,
		}, nil
	case schema.MapAttribute:
		return actionschema.MapAttribute{
			ElementType: a.ElementType, CustomType: a.CustomType, Required: a.Required, Optional: a.Optional,
			Description: a.Description, MarkdownDescription: a.MarkdownDescription, DeprecationMessage: a.DeprecationMessage, Validators: a.Validators,
		}, nil
	case schema.ListNestedAttribute:
		nested, err := actionAttributes(a.NestedObject.Attributes)
		return actionschema.ListNestedAttribute{
			NestedObject: actionschema.NestedAttributeObject{
				Attributes: nested, CustomType: a.NestedObject.CustomType, Validators: a.NestedObject.Validators,
			},
			CustomType: a.CustomType, Required: a.Required, Optional: a.Optional,
			Description: a.Description, MarkdownDescription: a.MarkdownDescription, DeprecationMessage: a.DeprecationMessage, Validators: a.Validators,
		}, err
	case schema.SingleNestedAttribute:
		nested, err := actionAttributes(a.Attributes)
		return actionschema.SingleNestedAttribute{
			Attributes: nested, CustomType: a.CustomType, Required: a.Required, Optional: a.Optional,
			Description: a.Description, MarkdownDescription: a.MarkdownDescription, DeprecationMessage: a.DeprecationMessage, Validators: a.Validators,
		}, err
	default:
		return nil, fmt.Errorf("%T has no action kind", attribute)
	}
}
