package version

import (
	"testing"

	hashicorp "github.com/hashicorp/go-version"
)

// TestSemanticOrderReadsBuildsAsTexts holds why this package has an order of its
// own: to the library that Terraform uses, -b9 is a pre-release whose name is a
// text. When this test fails, the library can be asked again.
func TestSemanticOrderReadsBuildsAsTexts(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"6.3.6-b9", "6.3.6-b12"}, {"4.4.1-pre-b38", "4.4.1-pre-b101"}} {
		older, newer := pair[0], pair[1]
		ours, err := Parse(older)
		if err != nil {
			t.Fatal(err)
		}
		newest, err := Parse(newer)
		if err != nil {
			t.Fatal(err)
		}
		if ours.Compare(newest) != -1 {
			t.Errorf("%s does not come before %s", older, newer)
		}
		if theirs := hashicorp.Must(hashicorp.NewVersion(older)).Compare(hashicorp.Must(hashicorp.NewVersion(newer))); theirs != 1 {
			t.Errorf("the library's order of %s and %s is %d, and was 1", older, newer, theirs)
		}
	}
	allowed := hashicorp.MustConstraints(hashicorp.NewConstraint(">= 6.3.5"))
	if allowed.Check(hashicorp.Must(hashicorp.NewVersion("6.3.6-b9"))) {
		t.Error("to the library, 6.3.6-b9 now satisfies >= 6.3.5, and did not")
	}
}
