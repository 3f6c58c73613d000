package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
)

func TestAccVersionSatisfies(t *testing.T) {
	t.Parallel()
	satisfies := func(version, constraint string, want bool) call {
		return call{`provider::prismasdwan::version_satisfies("` + version + `", "` + constraint + `")`, knownvalue.Bool(want)}
	}
	functionTest{
		input: `"6.3.6-b9"`,
		known: []call{
			satisfies("6.3.6-b9", "6.3.6-b9", true),
			satisfies("6.3.6-b9", "6.3.6-b12", false),
			satisfies("6.3.6-b9", "= 6.3.6", true),
			satisfies("6.3.6-b9", "!= 6.3.6", false),
			satisfies("6.3.6-b9", "> 6.3.6", false),
			satisfies("6.3.6-b12", "> 6.3.6-b9", true),
			satisfies("6.3.6-b9", ">= 6.3.5-b1, < 6.4.0", true),
			satisfies("6.4.0-b1", ">= 6.3.5-b1, < 6.4.0", false),
			satisfies("6.10.0-b1", "~> 6.3", true),
			satisfies("6.10.0-b1", "~> 6.3.0", false),
		},
		later: []call{
			{`provider::prismasdwan::version_satisfies(terraform_data.later.output, ">= 6.3.6")`, knownvalue.Bool(true)},
			{`provider::prismasdwan::version_satisfies("6.3.6-b12", terraform_data.later.output)`, knownvalue.Bool(false)},
		},
		failures: []failing{
			{
				`provider::prismasdwan::version_satisfies("6.3.6", ">= 6.3.5")`,
				`Invalid value for "version" parameter: "6.3.6" names no build: write a complete version such as 6.3.6-b9.`,
			},
			{
				`provider::prismasdwan::version_satisfies("6.3.6-b9", ">= 6.3.x")`,
				`Invalid value for "constraint" parameter: "6.3.x" is not a version: write major.minor.patch-bN such as 6.3.6-b9, or 4.4.1-pre-b38 with a tag.`,
			},
			{
				`provider::prismasdwan::version_satisfies("6.3.6-b9", "= 6.3")`,
				`Invalid value for "constraint" parameter: "= 6.3" has no patch number: add it, or write ~> 6.3.0 for every 6.3.`,
			},
			{
				`provider::prismasdwan::version_satisfies("6.3.6-b9", "")`,
				`Invalid value for "constraint" parameter: A version constraint is empty: write a version such as 6.3.6-b9 or a constraint such as ">= 6.3.5, < 6.4.0".`,
			},
			{`provider::prismasdwan::version_satisfies(null, "6.3.6")`, `Invalid value for "version" parameter: argument must not be null.`},
		},
	}.run(t)
}
