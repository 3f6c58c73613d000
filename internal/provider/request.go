package provider

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-validators/boolvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// requestModel holds the fields of the request's body that are passed through.
type requestModel struct {
	GetDeleted          types.Bool   `tfsdk:"get_deleted"`
	ID                  types.String `tfsdk:"id"`
	LastQueryTS         types.Int64  `tfsdk:"last_query_ts"`
	NextQuery           types.String `tfsdk:"next_query"`
	RetrievedFields     types.List   `tfsdk:"retrieved_fields"`
	RetrievedFieldsMask types.Bool   `tfsdk:"retrieved_fields_mask"`
	SortCaseInsensitive types.Bool   `tfsdk:"sort_case_insensitive"`
	TotalCount          types.Int64  `tfsdk:"total_count"`
}

func requestAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Further fields of the request's body, passed through as given; none is sent by default. The vendor documents their types only. " +
			"Two body fields have no argument because they have no effect: `_etag` is ignored for a query, and `isReadPreferenceSecondary` is never read from a request.",
		Attributes: map[string]schema.Attribute{
			"get_deleted": schema.BoolAttribute{Optional: true, MarkdownDescription: "`getDeleted`: whether to report deleted rows in `response`."},
			"id": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: "`id` of the query.",
			},
			"last_query_ts": schema.Int64Attribute{
				Optional: true, MarkdownDescription: "`last_query_ts`: time of an earlier query, an integer in an undocumented unit.",
			},
			"next_query": schema.StringAttribute{
				Optional: true, MarkdownDescription: "`next_query`: an object as JSON, such as the `response.next_query` of an earlier read.",
			},
			"retrieved_fields": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				Validators: []validator.List{entries{}, listvalidator.ValueStringsAre(stringvalidator.OneOf(imagestatus.FieldNames()...))},
				MarkdownDescription: "`retrieved_fields`: the fields wanted. Fields that are not listed are null in `items`, since a controller fills them with made-up values. " +
					"The provider also asks for the fields that it needs to compare rows with the query.",
			},
			"retrieved_fields_mask": schema.BoolAttribute{
				Optional:   true,
				Validators: []validator.Bool{boolvalidator.AlsoRequires(path.MatchRoot("request").AtName("retrieved_fields"))},
				MarkdownDescription: "`retrieved_fields_mask`: its effect on `retrieved_fields` is not documented. With `true` no field of a row can be told from a made-up value, " +
					"so every field of `items` except `id` is null.",
			},
			"sort_case_insensitive": schema.BoolAttribute{Optional: true, MarkdownDescription: "`sort_case_insensitive`: whether `sort_by` ignores letter case. The order of `items` follows it."},
			"total_count":           schema.Int64Attribute{Optional: true, MarkdownDescription: "`total_count`: accepted by the controller, with no known effect."},
		},
	}
}

func (m elementImageStatusesModel) request(ctx context.Context, diags *diag.Diagnostics) (request imagestatus.Request) {
	if m.Request.IsNull() || m.Request.IsUnknown() {
		return request
	}
	var model requestModel
	diags.Append(m.Request.As(ctx, &model, basetypes.ObjectAsOptions{})...)
	fields, _ := knownTexts(ctx, model.RetrievedFields, diags)
	return imagestatus.Request{
		GetDeleted:          model.GetDeleted.ValueBoolPointer(),
		ID:                  model.ID.ValueStringPointer(),
		LastQueryTS:         model.LastQueryTS.ValueInt64Pointer(),
		NextQuery:           model.nextQuery(diags),
		RetrievedFields:     fields,
		RetrievedFieldsMask: model.RetrievedFieldsMask.ValueBoolPointer(),
		SortCaseInsensitive: model.SortCaseInsensitive.ValueBoolPointer(),
		TotalCount:          model.TotalCount.ValueInt64Pointer(),
	}
}

func (m requestModel) nextQuery(diags *diag.Diagnostics) json.RawMessage {
	if m.NextQuery.IsNull() || m.NextQuery.IsUnknown() {
		return nil
	}
	text := m.NextQuery.ValueString()
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil || object == nil {
		invalid(diags, path.Root("request").AtName("next_query"), strconv.Quote(text),
			"It is not a JSON object. Write an object with jsonencode, or pass response.next_query of an earlier read.")
		return nil
	}
	return json.RawMessage(text)
}
