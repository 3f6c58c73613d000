package rollout

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestStricterBoundOnFailuresHolds(t *testing.T) {
	t.Parallel()
	const (
		byNumber = "raise max_failed."
		byShare  = "raise max_failed_percent."
		byBoth   = "raise max_failed and max_failed_percent."
	)
	for _, test := range []struct {
		number         *int64
		share          string
		failed, total  int
		reason, remedy string
	}{
		{nil, "", 0, 1, "", ""},
		{nil, "", 1, 40, "1 element failed (max_failed is 0)", byNumber},
		{new(int64(2)), "", 2, 40, "", ""},
		{new(int64(2)), "", 3, 40, "3 elements failed (max_failed is 2)", byNumber},
		{nil, "5", 2, 40, "", ""},
		{nil, "5", 3, 40, "3 of 40 elements failed, 7.5% (max_failed_percent is 5)", byShare},
		{nil, "0", 1, 1, "1 of 1 element failed, 100% (max_failed_percent is 0)", byShare},
		{nil, "0.5", 1, 200, "", ""},
		{nil, "0.5", 1, 199, "1 of 199 elements failed, 0.51% (max_failed_percent is 0.5)", byShare},
		{nil, "33.33", 1, 3, "1 of 3 elements failed, 33.34% (max_failed_percent is 33.33)", byShare},
		{nil, "100", 3, 3, "", ""},
		{new(int64(5)), "5", 3, 40, "3 of 40 elements failed, 7.5% (max_failed_percent is 5)", byShare},
		{new(int64(1)), "5", 2, 40, "2 elements failed (max_failed is 1)", byNumber},
		{new(int64(1)), "5", 3, 40, "3 elements failed (max_failed is 1)", byBoth},
		{new(int64(3)), "5", 4, 40, "4 of 40 elements failed, 10% (max_failed_percent is 5)", byBoth},
		{new(int64(2)), "5", 3, 40, "3 elements failed (max_failed is 2)", byBoth},
		{new(int64(0)), "100", 1, 40, "1 element failed (max_failed is 0)", byNumber},
	} {
		gate := Gate{MaxFailed: test.number, MinReadyPercent: new(big.Rat)}
		if test.share != "" {
			gate.MaxFailedPercent = mustRat(t, test.share)
		}
		rows := append(elementRows(test.failed, "f", "failed", wantedVersion), elementRows(test.total-test.failed, "r", "complete", wantedVersion)...)
		got := judge(t, gate, rows...)
		name := fmt.Sprintf("%d of %d failed, at most %v and %q percent", test.failed, test.total, deref(test.number), test.share)
		if closed := test.reason != ""; got.Ready == closed || got.Hopeless != closed {
			t.Errorf("%s: got ready %t and hopeless %t, want closed %t", name, got.Ready, got.Hopeless, closed)
		}
		if test.reason == "" {
			continue
		}
		if !slices.Equal(got.Reasons, []string{test.reason + "."}) {
			t.Errorf("%s: got the reasons %q, want %q", name, got.Reasons, test.reason)
		}
		if len(got.Remedies) != 1 || !strings.HasSuffix(got.Remedies[0], ", or "+test.remedy) {
			t.Errorf("%s: got the remedies %q, want one that ends with %q", name, got.Remedies, test.remedy)
		}
	}
}

func TestShareOfFailedElementsIsComparedExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(1, 60).Draw(t, "total")
		failed := rapid.IntRange(0, total).Draw(t, "failed")
		percent := big.NewRat(rapid.Int64Range(0, 10_000).Draw(t, "hundredths of a percent"), 100)
		rows := append(elementRows(failed, "f", "failed", wantedVersion), elementRows(total-failed, "r", "complete", wantedVersion)...)
		got := judge(t, Gate{MaxFailedPercent: percent, MinReadyPercent: new(big.Rat)}, rows...)
		if want := big.NewRat(int64(failed)*100, int64(total)).Cmp(percent) <= 0; got.Ready != want {
			t.Fatalf("%d of %d failed, at most %s%%: got ready %t, want %t", failed, total, ratText(percent), got.Ready, want)
		}
	})
}

func TestOpenGateNamesTheFailuresItAllows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		number *int64
		share  *big.Rat
		want   string
	}{
		{nil, nil, ""},
		{nil, new(big.Rat), ""},
		{new(int64(0)), mustRat(t, "5"), ""},
		{new(int64(3)), new(big.Rat), ""},
		{nil, mustRat(t, "2.5"), " (max_failed_percent is 2.5)"},
		{new(int64(3)), mustRat(t, "2.5"), " (max_failed is 3, max_failed_percent is 2.5)"},
	} {
		got := judge(t, Gate{MaxFailed: test.number, MaxFailedPercent: test.share}, elementRow("1", "complete", wantedVersion)).Summary
		if want := "open: 1/1 ready (100%)" + test.want; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFailedPercentIsReadAsAPercentage(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0", "0.05", "1", "5", "99.95", "100"} {
		if got, err := ParseMaxFailedPercent(text); err != nil || got.Cmp(mustRat(t, text)) != 0 {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"-0.5", "100.01", "+Inf", "NaN", "five", ""} {
		got, err := ParseMaxFailedPercent(text)
		want := fmt.Sprintf("percentage of failed elements = %q: It is not a percentage from 0 to 100. Write a number such as 5 for 5%%.", text)
		if refused := argumentError(t, err).Error(); refused != want || got != nil {
			t.Errorf("%s: got %v and %s, want %s", text, got, refused, want)
		}
	}
}
