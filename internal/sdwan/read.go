package sdwan

import (
	"context"
	"errors"
	"fmt"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Consumer is called with each row of a read. An error ends the read.
type Consumer[Row any] interface {
	Add(row Row) error
}

const readAttempts = 3

// Read passes the statuses that match the query to a consumer, page by page, each
// row once. If the pages do not add up, as when rows come and go, it starts over
// with a new consumer. The error is that of the consumer or an *Error: of
// KindInconsistent if the pages never add up to the number of matches, of
// KindFilterIgnored if a row contradicts the query.
func Read[C Consumer[imagestatus.Status]](ctx context.Context, client *Client, query imagestatus.Query, newConsumer func() C) (C, Summary, error) {
	return readAgain(ctx, client.statuses, statusesOf(query), newConsumer)
}

func readAgain[Wire, Row any, C Consumer[Row]](ctx context.Context, from *list[Wire, Row], wanted want[Row], newConsumer func() C) (C, Summary, error) {
	var none C
	var failure error
	for range readAttempts {
		consumer := newConsumer()
		var summary Summary
		summary, failure = from.read(ctx, wanted, consumer.Add)
		if failure == nil {
			return consumer, summary, nil
		}
		if KindOf(failure) != KindInconsistent {
			return none, Summary{}, failure
		}
	}
	if inconsistent, ok := errors.AsType[*Error](failure); ok {
		inconsistent.Problem += fmt.Sprintf(" (in %d reads)", readAttempts)
	}
	return none, Summary{}, failure
}
