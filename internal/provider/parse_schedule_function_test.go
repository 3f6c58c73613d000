package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
)

func TestAccParseSchedule(t *testing.T) {
	t.Parallel()
	functionTest{
		input: `"08-21-2026 02:00:00"`,
		known: []call{
			{`provider::prismasdwan::parse_schedule("08-21-2026 02:00:00")`, knownvalue.StringExact("2026-08-21T02:00:00Z")},
			{`provider::prismasdwan::parse_schedule("2-29-2028 23:59:59")`, knownvalue.StringExact("2028-02-29T23:59:59Z")},
			{`timecmp(provider::prismasdwan::parse_schedule("08-21-2026 02:00:00"), "2026-08-21T04:00:00+02:00")`, knownvalue.Int64Exact(0)},
		},
		later: []call{
			{`provider::prismasdwan::parse_schedule(terraform_data.later.output)`, knownvalue.StringExact("2026-08-21T02:00:00Z")},
		},
		failures: []failing{
			{
				`provider::prismasdwan::parse_schedule("2026-08-21T02:00:00Z")`,
				`Invalid value for "text" parameter: "2026-08-21T02:00:00Z" is not a scheduled time: it is written MM-DD-YYYY HH:MM:SS in UTC, such as 08-21-2026 02:00:00.`,
			},
			{
				`provider::prismasdwan::parse_schedule("02-29-2026 02:00:00")`,
				`Invalid value for "text" parameter: "02-29-2026 02:00:00" is not a scheduled time: there is no such date or time of day.`,
			},
			{`provider::prismasdwan::parse_schedule("")`, `Invalid value for "text" parameter: "" is not a scheduled time: it is written MM-DD-YYYY HH:MM:SS in UTC`},
			{`provider::prismasdwan::parse_schedule(null)`, `Invalid value for "text" parameter: argument must not be null.`},
		},
	}.run(t)
}
