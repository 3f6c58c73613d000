package simulator

import (
	"slices"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// statusSchema describes image statuses, which have the fields of imagestatus.Status.
var statusSchema = newSchema(schema[imagestatus.Status]{
	name: "status", description: "Element image status query", bodyKeys: queryKeys,
	orderedBy: imagestatus.FieldElementID, kept: []string{imagestatus.FieldID},
}, statusFields()...)

func statusFields() []field[imagestatus.Status] {
	newer := []string{"software_version_change_time", "_etag"}
	fields := make([]field[imagestatus.Status], len(imagestatus.Fields()))
	for i, known := range imagestatus.Fields() {
		fields[i] = field[imagestatus.Status]{attribute: attribute{name: known.Name, newer: slices.Contains(newer, known.Name)}, value: known.Value}
		if known.Kind == imagestatus.KindInteger {
			fields[i].kind = kindInteger
		}
		if known.Name == imagestatus.FieldUpgradeState {
			fields[i].fabricated = string(imagestatus.States()[0])
		}
	}
	return fields
}

// statuses is the list of a fleet's rows that the switches show.
func (r *snapshot) statuses(fleet *fleet, playing *playing) *list[*record, imagestatus.Status] {
	return &list[*record, imagestatus.Status]{
		snapshot: r, schema: statusSchema, stored: fleet.records, ordered: fleet.byElement,
		see: r.row, whole: r.switches.NeverUpgradedRows != RowsAbsent,
		item: r.item, twist: playing.twistRow(),
	}
}

// queryCurrent is the endpoint: the current image status of all elements.
func (s *Simulator) queryCurrent(c *call) ([]byte, error) {
	if c.switches.RolesDenied {
		return nil, roleForbids()
	}
	return answerQuery(s, c, statusSchema, func(r *snapshot) *list[*record, imagestatus.Status] { return r.statuses(r.fleet, c.playing) })
}

// queryHistory is a sibling endpoint: up to 5 upgrades of each element.
func (s *Simulator) queryHistory(c *call) ([]byte, error) {
	return answerQuery(s, c, statusSchema, func(r *snapshot) *list[*record, imagestatus.Status] {
		r.fleet = r.fleet.withHistory(r.now)
		return r.statuses(r.fleet, c.playing)
	})
}

// item encodes a row, and caches it until the row changes.
func (r *snapshot) item(record *record, style style) []byte {
	row, _ := r.row(record)
	if record.item == nil || record.itemStyle != style {
		record.item = statusSchema.appendItem(make([]byte, 0, 768), style, row, unreplaced, "")
		record.itemStyle = style
	}
	return record.item
}
