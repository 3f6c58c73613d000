package rollout

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Remedies as a user reads them.
const (
	remedySelection    = "Check the selection: element_ids and filters must name elements of this tenant."
	remedyUnrecognized = "Look at these elements in the controller; a newer version of this provider may know the state."
	remedyFailed       = "Repair or retry the failed elements, take them out of the selection, or raise max_failed."
	remedyLeftOut      = "Remove these elements from element_ids, or change the filters so that they select them."
	remedyUnreadable   = "Use target_image_id in place of target_version: it needs no version to be read."
	remedyNoIDs        = "Write the id of the element in place of its name; the data source prismasdwan_element_image_statuses lists the ids."
	remedyNoStatus     = "Run again when the elements have a status, have the gate wait for them, or lower min_elements."
	remedyNotReady     = "Run again when the elements are done, have the gate wait for them, or lower min_ready_percent."
)

func TestVerdictExplainsItself(t *testing.T) {
	t.Parallel()
	version, image := mustTarget(t, wantedVersion, ""), mustTarget(t, "", "1773674147762003945")
	failed := func(id, state, info string) imagestatus.Status {
		row := elementRow(id, state, formerVersion)
		if info != "" {
			row.FailureInfo = &info
		}
		return row
	}
	ready := func(count int) []imagestatus.Status { return elementRows(count, "r", "complete", wantedVersion) }
	for _, test := range []struct {
		name              string
		gate              Gate
		rows              []imagestatus.Status
		leftOut           []string
		summary           string
		reasons, remedies []string
	}{
		{
			name: "open", rows: ready(3), summary: "open: 3/3 ready (100%)",
		},
		{
			name: "open on a version", gate: Gate{Target: version}, rows: ready(1), summary: "open: 1/1 ready (100%), target version 6.3.6-b9",
		},
		{
			name: "open with a failure that is allowed", gate: Gate{MaxFailed: new(int64(1)), MinReadyPercent: mustRat(t, "66.6")},
			rows: append(ready(2), failed("1", "failed", "")), summary: "open: 2/3 ready (66.66%), 1 failed (min_ready_percent is 66.6, max_failed is 1)",
		},
		{
			name: "pending and failed", gate: Gate{Target: version, MaxBlocking: 20},
			rows:    slices.Concat(ready(37), elementRows(12, "p", "downloading", formerVersion), []imagestatus.Status{failed("1773", "install_failed", "no space\nleft")}),
			summary: "closed: 37/50 ready (74%), 12 pending, 1 failed, target version 6.3.6-b9",
			reasons: []string{
				"1 element failed (max_failed is 0): 1773 (install_failed: no space left).",
				"37 of 50 elements are ready on version 6.3.6-b9 (74%), 100% required: 12 pending, 1 failed.",
			},
			remedies: []string{remedyFailed},
		},
		{
			name: "many failed", gate: Gate{MaxFailed: new(int64(2)), MinReadyPercent: mustRat(t, "0"), MaxBlocking: 20},
			rows: []imagestatus.Status{
				failed("1", "failed", ""), failed("2", "download_failed", "timeout"), failed("3", "upgrade_failed", ""),
				failed("4", "failed", ""), failed("5", "failed", ""),
			},
			summary:  "closed: 0/5 ready (0%), 5 failed",
			reasons:  []string{"5 elements failed (max_failed is 2): 1 (failed), 2 (download_failed: timeout), 3 (upgrade_failed) and 2 more."},
			remedies: []string{remedyFailed},
		},
		{
			name: "failed, none shown", gate: Gate{MinReadyPercent: mustRat(t, "0")}, rows: []imagestatus.Status{failed("1", "failed", "")},
			summary:  "closed: 0/1 ready (0%), 1 failed",
			reasons:  []string{"1 element failed (max_failed is 0)."},
			remedies: []string{remedyFailed},
		},
		{
			name: "nothing selected", summary: "closed: 0/0 ready (0%)",
			reasons:  []string{"The selection matches no element that has an image status (min_elements is 1)."},
			remedies: []string{remedySelection},
		},
		{
			name: "one selected", gate: Gate{MinElements: 5}, rows: ready(1), summary: "closed: 1/1 ready (100%)",
			reasons: []string{"The selection matches 1 element (min_elements is 5)."}, remedies: []string{remedySelection},
		},
		{
			name: "few selected", gate: Gate{MinElements: 5}, rows: ready(4), summary: "closed: 4/4 ready (100%)",
			reasons: []string{"The selection matches 4 elements (min_elements is 5)."}, remedies: []string{remedySelection},
		},
		{
			name: "one unrecognized", gate: Gate{MinReadyPercent: mustRat(t, "50")}, rows: append(ready(1), elementRow("1", "melting", wantedVersion)),
			summary:  "closed: 1/2 ready (50%), 1 unrecognized",
			reasons:  []string{`1 element is in a state that this provider does not recognize: "melting" (1). What the state means for the rollout is not known.`},
			remedies: []string{remedyUnrecognized},
		},
		{
			name: "many unrecognized", gate: Gate{MinReadyPercent: mustRat(t, "0")},
			rows: slices.Concat(
				elementRows(1, "a", "invalid", wantedVersion), elementRows(3, "b", "melting", wantedVersion), elementRows(2, "c", "x", wantedVersion),
				elementRows(1, "d", "y", wantedVersion), elementRows(1, "e", "", wantedVersion),
			),
			summary: "closed: 0/8 ready (0%), 8 unrecognized",
			reasons: []string{`8 elements are in a state that this provider does not recognize: "melting" (3), "x" (2), "" (1) and 2 other states. ` +
				"What the state means for the rollout is not known."},
			remedies: []string{remedyUnrecognized},
		},
		{
			name: "a row of nobody", gate: Gate{MinReadyPercent: mustRat(t, "0")}, rows: []imagestatus.Status{elementRow("-", "complete", wantedVersion)},
			summary:  "closed: 0/1 ready (0%), 1 unrecognized",
			reasons:  []string{"1 status row names no element, so that it is not known whose state this is."},
			remedies: []string{remedyUnrecognized},
		},
		{
			name: "rows of nobody and an unknown state", gate: Gate{MinReadyPercent: mustRat(t, "0")},
			rows:    []imagestatus.Status{elementRow("-", "complete", wantedVersion), elementRow("", "-", wantedVersion), elementRow("1", "invalid", wantedVersion)},
			summary: "closed: 0/3 ready (0%), 3 unrecognized",
			reasons: []string{`1 element is in a state that this provider does not recognize: "invalid" (1). What the state means for the rollout is not known. ` +
				"2 status rows name no element, so that it is not known whose state this is."},
			remedies: []string{remedyUnrecognized},
		},
		{
			name: "missing", gate: Gate{Target: image, ElementIDs: []string{"r0000", "4"}}, rows: ready(1),
			summary:  "closed: 0/2 ready (0%), 1 pending, 1 missing, target image 1773674147762003945",
			reasons:  []string{"0 of 2 elements are ready on image 1773674147762003945 (0%), 100% required: 1 pending, 1 without a status yet."},
			remedies: []string{remedyNotReady},
		},
		{
			name: "a target of several lines", gate: Gate{Target: mustTarget(t, ">= 6.3.5-b1,\n  < 6.4.0", "")}, rows: ready(1),
			summary: "open: 1/1 ready (100%), target version >= 6.3.5-b1, < 6.4.0",
		},
		{
			name: "few selected, and a target", gate: Gate{Target: version, MinElements: 3}, rows: ready(3),
			summary: "open: 3/3 ready (100%), target version 6.3.6-b9 (min_elements is 3)",
		},
		{
			name: "every threshold at its default", gate: Gate{MinReadyPercent: mustRat(t, "100"), MinElements: 1}, rows: ready(3), summary: "open: 3/3 ready (100%)",
		},
		{
			name: "left out", gate: Gate{ElementIDs: []string{"r0000", "1", "2", "3", "4", "5"}}, rows: ready(1), leftOut: []string{"1", "2", "3", "4"},
			summary: "closed: 1/6 ready (16.66%), 1 missing, 4 left out",
			reasons: []string{
				`The filters leave out 4 of the 6 elements named in element_ids: "1", "2", "3" and 1 more.`,
				"1 of 6 elements is ready (16.66%), 100% required: 1 without a status yet, 4 left out by the filters.",
			},
			remedies: []string{remedyLeftOut},
		},
		{
			name: "all left out", gate: Gate{ElementIDs: []string{"1"}, MinReadyPercent: mustRat(t, "0")}, leftOut: []string{"1"},
			summary: "closed: 0/1 ready (0%), 1 left out",
			reasons: []string{
				"The selection matches no element that has an image status (min_elements is 1).",
				`The filters leave out 1 of the 1 element named in element_ids: "1".`,
			},
			remedies: []string{remedySelection, remedyLeftOut},
		},
		{
			name: "left out, and enough without them", gate: Gate{ElementIDs: []string{"r0000", "1"}, MinReadyPercent: mustRat(t, "50")}, rows: ready(1), leftOut: []string{"1"},
			summary: "open: 1/2 ready (50%), 1 left out (min_ready_percent is 50)",
		},
		{
			name: "no status yet", gate: Gate{ElementIDs: []string{"1", "2"}, MinReadyPercent: mustRat(t, "0")},
			summary:  "closed: 0/2 ready (0%), 2 missing",
			reasons:  []string{"0 of 2 elements named in element_ids have a status (min_elements is 1)."},
			remedies: []string{remedyNoStatus},
		},
		{
			name: "a name for an id", gate: Gate{ElementIDs: []string{"r0000", "ion-berlin-01"}}, rows: ready(1),
			summary: "closed: 1/2 ready (50%), 1 missing",
			reasons: []string{
				`element_ids takes ids, which consist of digits, and not names. There is no status for "ion-berlin-01".`,
				"1 of 2 elements is ready (50%), 100% required: 1 without a status yet.",
			},
			remedies: []string{remedyNoIDs, remedyNotReady},
		},
		{
			name: "versions that cannot be read", gate: Gate{Target: version}, rows: append(ready(1), elementRow("1", "complete", "6.3.6"), elementRow("2", "-", oddVersion)),
			summary: "closed: 1/3 ready (33.33%), 2 pending, target version 6.3.6-b9",
			reasons: []string{
				`2 elements report a version that this provider cannot read, so that it is not known whether it is the target: "6.3.6" (1), "6.3.6-b9-hf1" (1).`,
				"1 of 3 elements is ready on version 6.3.6-b9 (33.33%), 100% required: 2 pending.",
			},
			remedies: []string{remedyUnreadable},
		},
		{
			name: "one of three", gate: Gate{MinReadyPercent: mustRat(t, "33.4")}, rows: append(ready(1), elementRows(2, "p", "init", wantedVersion)...),
			summary:  "closed: 1/3 ready (33.33%), 2 pending",
			reasons:  []string{"1 of 3 elements is ready (33.33%), 33.4% required: 2 pending."},
			remedies: []string{remedyNotReady},
		},
		{
			name: "none of one", rows: elementRows(1, "p", "init", wantedVersion), summary: "closed: 0/1 ready (0%), 1 pending",
			reasons: []string{"0 of 1 element is ready (0%), 100% required: 1 pending."}, remedies: []string{remedyNotReady},
		},
	} {
		tally := test.gate.StartTally()
		for _, row := range test.rows {
			if err := tally.Add(row); err != nil {
				t.Fatal(err)
			}
		}
		left := make(map[string]bool)
		for _, id := range test.leftOut {
			left[id] = true
		}
		tally.LeaveOut(left)
		got := tally.Verdict(nil)
		if got.Summary != test.summary {
			t.Errorf("%s: got the summary %q, want %q", test.name, got.Summary, test.summary)
		}
		if diff := cmp.Diff(test.reasons, got.Reasons); diff != "" {
			t.Errorf("%s: reasons (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(test.remedies, got.Remedies); diff != "" {
			t.Errorf("%s: remedies (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestBlockingElementIsDescribedInOneLine(t *testing.T) {
	t.Parallel()
	row := func(id, state, version string, percent int64, info string) imagestatus.Status {
		row := elementRow(id, state, version)
		row.DownloadPercent = &percent
		if info != "" {
			row.FailureInfo = &info
		}
		return row
	}
	for _, test := range []struct {
		row  imagestatus.Status
		want string
	}{
		{row("1", "downloading", formerVersion, 37, ""), "1  pending, state downloading, version 6.3.3-b4, 37% downloaded"},
		{row("1", "installing", formerVersion, 100, ""), "1  pending, state installing, version 6.3.3-b4"},
		{row("1", "install_failed", formerVersion, 100, "no space\nleft"), "1  failed, state install_failed, version 6.3.3-b4: no space left"},
		{row("1", "init", "-", 0, ""), "1  pending, state init, version none"},
		{row("-", "-", formerVersion, 0, ""), "(no element id)  unrecognized, state none, version 6.3.3-b4"},
	} {
		got := judge(t, Gate{MaxBlocking: 1}, test.row).Blocking
		if len(got) != 1 || got[0].String() != test.want {
			t.Errorf("%s: got %q, want %q", rowTexts(test.row), got, test.want)
		}
	}
	missing := judge(t, Gate{MaxBlocking: 1, ElementIDs: []string{"7"}}).Blocking
	if want := "7  missing, no status yet"; len(missing) != 1 || missing[0].String() != want {
		t.Errorf("a missing element: got %q, want %q", missing, want)
	}
}
