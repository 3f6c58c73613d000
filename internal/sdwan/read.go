package sdwan

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Consumer takes the rows of a read.
type Consumer interface {
	Add(status imagestatus.Status) error
}

const readAttempts = 3

// Read hands every row of the query to a consumer. Where the pages do not add
// up, as when rows come and go, it starts over with a new consumer.
func Read[C Consumer](ctx context.Context, client *Client, query imagestatus.Query, newConsumer func() C) (C, Summary, error) {
	var none C
	var failure error
	for range readAttempts {
		consumer := newConsumer()
		rows, summary := client.Statuses(ctx, query)
		failure = feed(rows, consumer)
		if failure == nil {
			return consumer, *summary, nil
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

func feed(rows iter.Seq2[imagestatus.Status, error], consumer Consumer) error {
	for status, err := range rows {
		if err != nil {
			return err
		}
		if err := consumer.Add(status); err != nil {
			return err
		}
	}
	return nil
}
