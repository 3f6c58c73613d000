package sdwan

import "github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"

var statusCollection = collection[wireStatus, imagestatus.Status]{
	resource:  resource{subject: "image statuses", version: "v2.1", path: "/software/current_status", cutBy: imagestatus.FieldElementID},
	row:       (*wireStatus).status,
	identity:  identity,
	anonymous: "neither id nor element_id",
	noun:      "element",
	name:      (*imagestatus.Status).Element,
}

// mostNamed is how many rows the controller is asked for by their ids. For more of
// them every row is read, and those wanted are kept.
//
// BenchmarkNamed measures both, of 10,000 rows with 50 ms for a request: by ids,
// 1,000 rows take a fifth of the time and a tenth of the bytes, 2,500 two thirds
// and a third, 5,000 four fifths and two thirds, 9,000 three times and half as much
// again. The number is that of one page all the same: beyond it every page
// repeats the ids, 20 kB for each thousand, in a body whose bound nobody
// documents, and a refused body fails a read that the other way does not. What it
// would save is less than it looks: whoever names so many elements has read the
// list of all of them before.
const mostNamed = DefaultPageSize

// statusesOf asks for a bounded number of ids, and has the provider keep what the
// selection leaves to it.
func statusesOf(query imagestatus.Query) want[imagestatus.Status] {
	if query.Selection.AmongCount() <= mostNamed {
		query.Selection, _ = query.Selection.ByID()
	}
	return wantedRows(query)
}

// wantedRows asks as the selection says.
func wantedRows(query imagestatus.Query) want[imagestatus.Status] {
	wanted := want[imagestatus.Status]{
		nothing: query.Selection.Empty(),
		limit:   query.Limit,
		page:    query.Page,
		named:   len(query.Selection.ElementIDs()),
		judge:   query.Matches,
		body:    func(size, page int64) wireQuery { return newWireQuery(query, size, page) },
	}
	if query.Selection.Narrows() {
		wanted.keeps = query.Selection.Keeps
	}
	return wanted
}

// identity is "" for a row that could be any.
func identity(status *imagestatus.Status) string {
	for _, id := range []*string{status.ID, status.ElementID} {
		if id != nil && *id != "" {
			return *id
		}
	}
	return ""
}

// wireStatus is imagestatus.Status as it is spelt on the wire.
type wireStatus struct {
	ID                        *string  `json:"id"`
	ElementID                 *string  `json:"element_id"`
	ActiveImageID             *string  `json:"active_image_id"`
	ActiveVersion             *string  `json:"active_version"`
	PreviousImageID           *string  `json:"previous_image_id"`
	RollbackVersion           *string  `json:"rollback_version"`
	UpgradeImageID            *string  `json:"upgrade_image_id"`
	UpgradeState              *string  `json:"upgrade_state"`
	DownloadPercent           *integer `json:"download_percent"`
	DownloadInterval          *integer `json:"download_interval"`
	UpgradeInterval           *integer `json:"upgrade_interval"`
	ScheduledDownload         *string  `json:"scheduled_download"`
	ScheduledUpgrade          *string  `json:"scheduled_upgrade"`
	FailureInfo               *string  `json:"failure_info"`
	SoftwareVersionChangeTime *integer `json:"software_version_change_time"`
	Etag                      *integer `json:"_etag"`
	CreatedOnUTC              *integer `json:"_created_on_utc"`
	UpdatedOnUTC              *integer `json:"_updated_on_utc"`
}

func (w *wireStatus) status() imagestatus.Status {
	return imagestatus.Status{
		ID:                        w.ID,
		ElementID:                 w.ElementID,
		ActiveImageID:             w.ActiveImageID,
		ActiveVersion:             w.ActiveVersion,
		PreviousImageID:           w.PreviousImageID,
		RollbackVersion:           w.RollbackVersion,
		UpgradeImageID:            w.UpgradeImageID,
		UpgradeState:              w.UpgradeState,
		DownloadPercent:           (*int64)(w.DownloadPercent),
		DownloadInterval:          (*int64)(w.DownloadInterval),
		UpgradeInterval:           (*int64)(w.UpgradeInterval),
		ScheduledDownload:         w.ScheduledDownload,
		ScheduledUpgrade:          w.ScheduledUpgrade,
		FailureInfo:               w.FailureInfo,
		SoftwareVersionChangeTime: (*int64)(w.SoftwareVersionChangeTime),
		Etag:                      (*int64)(w.Etag),
		CreatedOnUTC:              (*int64)(w.CreatedOnUTC),
		UpdatedOnUTC:              (*int64)(w.UpdatedOnUTC),
	}
}
