package sdwan

import (
	"encoding/json"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// wireQuery is the body of a query: the 16 documented fields except _etag, which is
// ignored for a POST (documented), and isReadPreferenceSecondary, which is never sent
// (documented).
type wireQuery struct {
	QueryParams         json.RawMessage   `json:"query_params,omitempty"`
	SortParams          map[string]string `json:"sort_params,omitempty"`
	Limit               int64             `json:"limit"`
	DestPage            int64             `json:"dest_page"`
	GetDeleted          *bool             `json:"getDeleted,omitempty"`
	ID                  *string           `json:"id,omitempty"`
	LastQueryTS         *int64            `json:"last_query_ts,omitempty"`
	NextQuery           json.RawMessage   `json:"next_query,omitempty"`
	RetrievedFields     []string          `json:"retrieved_fields,omitempty"`
	RetrievedFieldsMask *bool             `json:"retrieved_fields_mask,omitempty"`
	SortCaseInsensitive *bool             `json:"sort_case_insensitive,omitempty"`
	TotalCount          *int64            `json:"total_count,omitempty"`
	Aggregate           *wireAggregate    `json:"aggregate,omitempty"`
	GroupBy             []string          `json:"group_by,omitempty"`
}

type wireAggregate struct {
	Field     string  `json:"field"`
	Operator  string  `json:"operator"`
	Name      *string `json:"name,omitempty"`
	Statistic *string `json:"statistic,omitempty"`
	Unit      *string `json:"unit,omitempty"`
}

var sortDirections = map[bool]string{false: "asc", true: "desc"} // by "descending"

// newWireQuery sorts by the query only if a limit or page makes the order choose the
// rows. Otherwise it keeps the order of a full read, in which no row can move while
// the fleet upgrades; the result is sorted later.
func newWireQuery(query imagestatus.Query, size, page int64) wireQuery {
	request := query.Request
	asked := statusCollection.pageQuery(size, page)
	if query.Sort != nil && (query.Limit > 0 || query.Page > 0) {
		asked.SortParams = map[string]string{query.Sort.Field: sortDirections[query.Sort.Descending]}
	}
	asked.QueryParams = query.Selection.Params()
	asked.GetDeleted = request.GetDeleted
	asked.ID = request.ID
	asked.LastQueryTS = request.LastQueryTS
	asked.NextQuery = request.NextQuery
	asked.RetrievedFields = query.SentFields()
	asked.RetrievedFieldsMask = request.RetrievedFieldsMask
	asked.SortCaseInsensitive = request.SortCaseInsensitive
	asked.TotalCount = request.TotalCount
	return asked
}

func (q wireQuery) encode(of resource) ([]byte, *Error) {
	encoded, err := json.Marshal(q)
	if err != nil {
		return nil, &Error{Kind: KindRefused, Operation: of.operation(), Subject: of.subject, Problem: "the query cannot be written as JSON", err: err}
	}
	return encoded, nil
}
