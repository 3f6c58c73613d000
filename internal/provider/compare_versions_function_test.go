package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
)

func TestAccCompareVersions(t *testing.T) {
	t.Parallel()
	functionTest{
		input: `"6.3.6-b12"`,
		known: []call{
			{`provider::prismasdwan::compare_versions("6.3.6-b9", "6.3.6-b12")`, knownvalue.Int64Exact(-1)},
			{`provider::prismasdwan::compare_versions("6.3.6-b12", "6.3.6-b9")`, knownvalue.Int64Exact(1)},
			{`provider::prismasdwan::compare_versions("6.3.6-b9", "6.3.6-b9")`, knownvalue.Int64Exact(0)},
			{`provider::prismasdwan::compare_versions("6.10.0-b1", "6.4.1-b1")`, knownvalue.Int64Exact(1)},
			{`provider::prismasdwan::compare_versions("4.4.1-pre-b38", "4.4.1-b1")`, knownvalue.Int64Exact(-1)},
			{`[for v in ["6.3.6-b9", "6.2.0-b1"] : provider::prismasdwan::compare_versions(v, "6.3.0-b1") >= 0]`, knownvalue.ListExact([]knownvalue.Check{knownvalue.Bool(true), knownvalue.Bool(false)})},
		},
		later: []call{
			{`provider::prismasdwan::compare_versions("6.3.6-b9", terraform_data.later.output)`, knownvalue.Int64Exact(-1)},
			{`provider::prismasdwan::compare_versions(terraform_data.later.output, "6.3.6-b9")`, knownvalue.Int64Exact(1)},
		},
		failures: []failing{
			{
				`provider::prismasdwan::compare_versions("6.3.6", "6.3.6-b9")`,
				`Invalid value for "a" parameter: "6.3.6" names no build: write a complete version such as 6.3.6-b9.`,
			},
			{
				`provider::prismasdwan::compare_versions("6.3.6-b9", "latest")`,
				`Invalid value for "b" parameter: "latest" is not a version: write major.minor.patch-bN such as 6.3.6-b9, or 4.4.1-pre-b38 with a tag.`,
			},
			{`provider::prismasdwan::compare_versions("6.3.6-b9", null)`, `Invalid value for "b" parameter: argument must not be null.`},
			{`provider::prismasdwan::compare_versions(null, "6.3.6-b9")`, `Invalid value for "a" parameter: argument must not be null.`},
		},
	}.run(t)
}
