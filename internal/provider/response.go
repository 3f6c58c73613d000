package provider

import (
	"bytes"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

func responseAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		Computed: true,
		MarkdownDescription: "What the controller's answer says besides its rows. With several pages, this is from the first one. " +
			"A field that it sent as null or left out is null.",
		Attributes: map[string]schema.Attribute{
			"id":            schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the answer. Documented by the vendor, not seen in practice."},
			"description":   schema.StringAttribute{Computed: true, MarkdownDescription: "Description of the query, at most 256 characters; unified form only. Documented by the vendor, not seen in practice."},
			"next_query":    schema.StringAttribute{Computed: true, MarkdownDescription: "The controller's echo of the query as JSON. It is not a cursor: `dest_page` selects pages."},
			"tenant_id":     schema.StringAttribute{Computed: true, MarkdownDescription: "Tenant of the rows; legacy form only."},
			"count":         schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of rows in the page."},
			"total_count":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of all rows that match."},
			"deleted_count": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of deleted rows. The vendor does not document what it counts."},
			"deleted_ids": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Ids of deleted rows. Documented by the vendor, not seen in practice.",
			},
		},
	}
}

var responseType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"id":            tftypes.String,
	"description":   tftypes.String,
	"next_query":    tftypes.String,
	"tenant_id":     tftypes.String,
	"count":         tftypes.Number,
	"total_count":   tftypes.Number,
	"deleted_count": tftypes.Number,
	"deleted_ids":   tftypes.List{ElementType: tftypes.String},
}}

func responseValue(envelope imagestatus.Envelope) tftypes.Value {
	return tftypes.NewValue(responseType, map[string]tftypes.Value{
		"id":            tftypes.NewValue(tftypes.String, envelope.ID),
		"description":   tftypes.NewValue(tftypes.String, envelope.Description),
		"next_query":    jsonValue(envelope.NextQuery),
		"tenant_id":     tftypes.NewValue(tftypes.String, envelope.TenantID),
		"count":         tftypes.NewValue(tftypes.Number, envelope.Count),
		"total_count":   tftypes.NewValue(tftypes.Number, envelope.TotalCount),
		"deleted_count": tftypes.NewValue(tftypes.Number, envelope.DeletedCount),
		"deleted_ids":   textsValue(envelope.DeletedIDs),
	})
}

// jsonValue normalizes the order and spacing of JSON, so that equal answers make equal
// state. Numbers keep all their digits.
func jsonValue(raw json.RawMessage) tftypes.Value {
	absent := tftypes.NewValue(tftypes.String, nil)
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return absent
	}
	normal, err := json.Marshal(value)
	if err != nil {
		return absent
	}
	return tftypes.NewValue(tftypes.String, string(normal))
}
