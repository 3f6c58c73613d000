package provider

import (
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

// defaultReadTimeout bounds a read that does not wait.
const defaultReadTimeout = 5 * time.Minute

// timeoutsType is the type of the timeouts of one operation. The timeouts packages for
// data sources, ephemeral resources and actions each wrap it in a type of their own.
func timeoutsType(operation string) types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{operation: types.StringType}}
}

// timeoutsAttribute is that of terraform-plugin-framework-timeouts, except that it
// rejects zero and negative durations, which would end a read before it starts. File
// schema_kinds.go converts it for ephemeral resources and actions.
func timeoutsAttribute(operation string, kind basetypes.ObjectTypable, fallback string) schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true, CustomType: kind, MarkdownDescription: "How long this may take.",
		Attributes: map[string]schema.Attribute{operation: schema.StringAttribute{
			Optional: true, Validators: []validator.String{timeLimit{}},
			MarkdownDescription: "Time for the whole operation with sign-in, pages and retries, as a duration above zero such as `90s` or `5m`. Default: " + fallback + ".",
		}},
	}
}

// readTimeouts is the timeouts attribute of a data source.
func readTimeouts(fallback string) schema.Attribute {
	return timeoutsAttribute("read", timeouts.Type{ObjectType: timeoutsType("read")}, fallback)
}

// shortDuration writes a duration without the units that are zero: 5m, not
// 5m0s.
func shortDuration(duration time.Duration) string {
	text := duration.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
