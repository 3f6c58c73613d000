package provider

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

// fullAttributes has an attribute of each type that can be converted, with
// everything set that fill cannot make up.
func fullAttributes() []schema.Attribute {
	here := path.MatchRoot("other")
	leaf := map[string]schema.Attribute{"leaf": schema.StringAttribute{Optional: true, MarkdownDescription: "Leaf."}}
	object := basetypes.ObjectType{AttrTypes: map[string]attr.Type{"leaf": types.StringType}}
	return []schema.Attribute{
		schema.StringAttribute{CustomType: timetypes.RFC3339Type{}, Validators: []validator.String{stringvalidator.AlsoRequires(here)}},
		schema.Int64Attribute{CustomType: types.Int64Type, Validators: []validator.Int64{int64validator.AtLeast(1)}},
		schema.Float64Attribute{CustomType: types.Float64Type, Validators: []validator.Float64{float64validator.AtLeast(1)}},
		schema.BoolAttribute{CustomType: types.BoolType, Validators: []validator.Bool{nil}},
		schema.ListAttribute{ElementType: types.StringType, CustomType: types.ListType{ElemType: types.StringType}, Validators: []validator.List{listvalidator.SizeAtLeast(1)}},
		schema.MapAttribute{ElementType: types.StringType, CustomType: types.MapType{ElemType: types.StringType}, Validators: []validator.Map{mapvalidator.SizeAtLeast(1)}},
		schema.ListNestedAttribute{
			NestedObject: schema.NestedAttributeObject{Attributes: leaf, CustomType: object, Validators: []validator.Object{objectvalidator.AlsoRequires(here)}},
			CustomType:   types.ListType{ElemType: object}, Validators: []validator.List{listvalidator.SizeAtLeast(1)},
		},
		schema.SingleNestedAttribute{Attributes: leaf, CustomType: object, Validators: []validator.Object{objectvalidator.AlsoRequires(here)}},
	}
}

// fill sets every flag and text of an attribute but those named, and insists
// that nothing else is left zero.
func fill(t *testing.T, attribute schema.Attribute, but ...string) schema.Attribute {
	t.Helper()
	filled := reflect.New(reflect.TypeOf(attribute)).Elem()
	filled.Set(reflect.ValueOf(attribute))
	for i := range filled.NumField() {
		name, field := filled.Type().Field(i).Name, filled.Field(i)
		switch {
		case slices.Contains(but, name):
			continue
		case field.Kind() == reflect.Bool:
			field.SetBool(true)
		case field.Kind() == reflect.String:
			field.SetString(name)
		}
		if field.IsZero() {
			t.Fatalf("%T: this test sets no %s", attribute, name)
		}
	}
	full, _ := reflect.TypeAssert[schema.Attribute](filled)
	return full
}

// wantSameFields compares all fields of an attribute, nested ones included, with
// those of the attribute that it was turned into.
func wantSameFields(t *testing.T, at string, from, into reflect.Value) {
	t.Helper()
	for i := range from.NumField() {
		name := from.Type().Field(i).Name
		field, converted := from.Field(i), into.FieldByName(name)
		switch {
		case !converted.IsValid():
			if !field.IsZero() {
				t.Errorf("%s.%s has no place and is no error", at, name)
			}
		case name == "NestedObject":
			wantSameFields(t, at+"."+name, field, converted)
		case name == "Attributes":
			for _, key := range field.MapKeys() {
				nested := converted.MapIndex(key)
				if !nested.IsValid() {
					t.Errorf("%s.%s lost %s", at, name, key)
					continue
				}
				wantSameFields(t, fmt.Sprintf("%s.%s", at, key), field.MapIndex(key).Elem(), nested.Elem())
			}
		case !reflect.DeepEqual(field.Interface(), converted.Interface()):
			t.Errorf("%s.%s is %v and was %v", at, name, converted, field)
		}
	}
}

func TestAttributesKeepEverythingInAnotherKind(t *testing.T) {
	t.Parallel()
	for _, attribute := range fullAttributes() {
		t.Run(fmt.Sprintf("%T", attribute), func(t *testing.T) {
			t.Parallel()
			full := fill(t, attribute)
			ephemeral, err := ephemeralAttribute(full)
			if err != nil {
				t.Fatal(err)
			}
			wantSameFields(t, "ephemeral", reflect.ValueOf(full), reflect.ValueOf(ephemeral))

			argument := fill(t, attribute, "Computed", "Sensitive")
			action, err := actionAttribute(argument)
			if err != nil {
				t.Fatal(err)
			}
			wantSameFields(t, "action", reflect.ValueOf(argument), reflect.ValueOf(action))
			// An action can hold neither of the two: what is left set is an error.
			for _, without := range []string{"Computed", "Sensitive"} {
				if _, err := actionAttribute(fill(t, attribute, without)); err == nil {
					t.Errorf("an action has the attribute without %s and dropped the other of computed and sensitive", without)
				}
			}
		})
	}
}

func TestAttributeWithoutAnotherKindIsAnErrorWithItsName(t *testing.T) {
	t.Parallel()
	for depth, attributes := range map[string]map[string]schema.Attribute{
		"at the top": {"odd": schema.NumberAttribute{Optional: true}},
		"in a list":  {"list": schema.ListNestedAttribute{NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{"odd": schema.NumberAttribute{}}}}},
		"in an object": {"object": schema.SingleNestedAttribute{
			Attributes: map[string]schema.Attribute{"odd": schema.NumberAttribute{}},
		}},
	} {
		_, ephemeral := ephemeralAttributes(attributes)
		_, action := actionAttributes(attributes)
		for kind, err := range map[string]error{"ephemeral": ephemeral, "action": action} {
			if err == nil || !strings.Contains(err.Error(), "attribute odd: ") || !strings.Contains(err.Error(), kind) {
				t.Errorf("%s, %s: got %v, want an error that names the attribute and the kind", kind, depth, err)
			}
		}
	}
}
