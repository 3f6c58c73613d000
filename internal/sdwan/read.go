package sdwan

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// Consumer takes the rows of a read.
type Consumer[Row any] interface {
	Add(row Row) error
}

const readAttempts = 3

// Read hands every row of the query to a consumer. Where the pages do not add
// up, as when rows come and go, it starts over with a new consumer.
func Read[C Consumer[imagestatus.Status]](ctx context.Context, client *Client, query imagestatus.Query, newConsumer func() C) (C, Summary, error) {
	return readAgain(func() (iter.Seq2[imagestatus.Status, error], *Summary) { return client.Statuses(ctx, query) }, newConsumer)
}

func readAgain[Row any, C Consumer[Row]](begin func() (iter.Seq2[Row, error], *Summary), newConsumer func() C) (C, Summary, error) {
	var none C
	var failure error
	for range readAttempts {
		consumer := newConsumer()
		rows, summary := begin()
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

func feed[Row any](rows iter.Seq2[Row, error], consumer Consumer[Row]) error {
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := consumer.Add(row); err != nil {
			return err
		}
	}
	return nil
}
