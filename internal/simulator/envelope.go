package simulator

import "strconv"

// answer is the answer to a query before it is encoded.
type answer struct {
	form        Form
	query       *paging
	description string // in envelopes of the unified form
	switches    Switches
	requestID   string
	items       [][]byte
	total       int64
	totalAbsent bool
	itemsNull   bool
	deleted     []string
	aggregate   []byte // the envelope's aggregate object in JSON, if any
}

// encode writes the envelope with the keys, texts and zeros of a real one (observed).
func (a *answer) encode() []byte {
	style := a.switches.style()
	buffer := a.appendHead(style)
	buffer = style.appendNumber(append(buffer, `,"deleted_count":`...), int64(len(a.deleted)))
	if a.form == Legacy {
		buffer = appendText(append(buffer, `,"tenant_id":`...), TenantID)
	}
	buffer = a.appendDocumented(buffer)
	if !a.switches.NextQueryAbsent {
		buffer = a.appendNextQuery(append(buffer, `,"next_query":`...))
	}
	if !a.totalAbsent {
		buffer = style.appendNumber(append(buffer, `,"total_count":`...), a.total)
	}
	if a.aggregate != nil {
		buffer = append(append(buffer, `,"aggregate":`...), a.aggregate...)
	}
	return append(a.appendItems(append(buffer, `,"items":`...)), '}')
}

// encodeAll writes the envelope of a list that is read with GET, which has neither
// total nor echo (observed).
func (a *answer) encodeAll() []byte {
	buffer := a.appendHead(a.switches.style())
	return append(a.appendItems(append(buffer, `,"items":`...)), '}')
}

func (a *answer) appendHead(style style) []byte {
	size := 1024 + len(a.aggregate)
	for _, item := range a.items {
		size += len(item) + 1
	}
	buffer := append(make([]byte, 0, size), `{"_content_length":"0","_created_on_utc":0,"_etag":0,"_request_id":"`...)
	buffer = append(buffer, a.requestID...)
	buffer = append(buffer, `","_schema":0,"_status_code":"200","_updated_on_utc":0`...)
	return style.appendNumber(append(buffer, `,"count":`...), int64(len(a.items)))
}

// envelopeID never changes, so that the same fleet has the same answer.
const envelopeID = "1773935101223000" + tenantSuffix

// appendDocumented writes fields that are documented but in no recorded answer.
func (a *answer) appendDocumented(buffer []byte) []byte {
	if !a.switches.EnvelopeID {
		return buffer
	}
	id := a.query.id
	if id == "" {
		id = envelopeID
	}
	buffer = appendText(append(buffer, `,"id":`...), id)
	if a.form == Unified {
		buffer = appendText(append(buffer, `,"description":`...), a.description)
	}
	return appendJSON(append(buffer, `,"deleted_ids":`...), append([]string{}, a.deleted...))
}

// appendNextQuery writes the echo of the query: flattened, without a page number, with
// total_count only if it is not 0 (observed on siblings).
func (a *answer) appendNextQuery(buffer []byte) []byte {
	buffer = strconv.AppendBool(append(buffer, `{"getDeleted":{"eq":`...), a.query.getDeleted)
	buffer = strconv.AppendInt(append(buffer, `},"limit":{"eq":`...), a.query.asked, 10)
	buffer = strconv.AppendBool(append(buffer, `},"sort_case_insensitive":{"eq":`...), a.query.foldSort)
	buffer = append(buffer, `},"sort_params":{`...)
	for i, key := range a.query.sort {
		if i > 0 {
			buffer = append(buffer, ',')
		}
		direction := `:"asc"`
		if key.descending {
			direction = `:"desc"`
		}
		buffer = append(appendText(buffer, key.name), direction...)
	}
	buffer = append(buffer, '}')
	for _, condition := range a.query.echo {
		buffer = append(appendText(append(buffer, ','), condition.key), ':')
		buffer = append(buffer, condition.value...)
	}
	if a.total > 0 && !a.totalAbsent {
		buffer = append(strconv.AppendInt(append(buffer, `,"total_count":{"eq":`...), a.total, 10), '}')
	}
	return append(buffer, '}')
}

func (a *answer) appendItems(buffer []byte) []byte {
	if a.itemsNull {
		return append(buffer, "null"...)
	}
	buffer = append(buffer, '[')
	for i, item := range a.items {
		if i > 0 {
			buffer = append(buffer, ',')
		}
		buffer = append(buffer, item...)
	}
	return append(buffer, ']')
}
