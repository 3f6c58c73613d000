package provider

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
)

// defaultReadTimeout bounds a read that does not wait.
const defaultReadTimeout = 5 * time.Minute

const timeoutsDescription = "How long this may take."

func timeoutDescription(fallback string) string {
	return "Time for all of it with sign-in, pages and retries, as a duration such as `90s` or `5m`. Default: " + fallback + "."
}

// readTimeouts is the timeouts attribute of a data source.
func readTimeouts(ctx context.Context, fallback string) schema.Attribute {
	attribute := timeouts.AttributesWithOpts(ctx, timeouts.Opts{ReadDescription: timeoutDescription(fallback)})
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		nested.MarkdownDescription = timeoutsDescription
		return nested
	}
	return attribute
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
