// Command bench measures the real Terraform with this provider on simulated
// fleets of 1,000, 10,000 and 50,000 elements: the time of an apply, the
// processor time in it, the peak memory of Terraform and of the provider, and the
// size of the state. It leaves nothing behind. Nothing that the released binary needs may live here.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// timeLimit bounds one run of Terraform.
const timeLimit = 2 * time.Minute

func run(ctx context.Context, arguments []string) (err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	sizes := flags.String("elements", "1000,10000,50000", "sizes of the fleets")
	repeats := flags.Int("runs", 3, "runs of each, of which the median is shown")
	only := flags.String("only", "", "measure only what has this text in its name, such as failed")
	// The Go module proxy cannot provide it: its releases from 2 on have the path
	// of a module of version 1.
	other := flags.String("http-provider", "", "binary of hashicorp/http 3.0 or later for the rows with data \"http\"; default: terraform-provider-http on PATH")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	fleets, err := parseSizes(*sizes)
	if err != nil {
		return err
	}
	directory, err := os.MkdirTemp("", "prismasdwan-bench-")
	if err != nil {
		return fmt.Errorf("make a working directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()
	bench, err := prepare(ctx, directory, *other)
	if err != nil {
		return err
	}
	if !measuresMemory {
		fmt.Println("The peak memory of processes is read from /proc, which is Linux's; here it is left out.")
	}
	bench.only = *only
	if bench.http == "" {
		fmt.Printf("The rows with data \"http\" are left out: %s is not on PATH, and -http-provider does not name it.\n", httpBinary)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "elements\twhat\ttime\tprocessor\tterraform\tprovider\tstate\t")
	measured := make(map[int]map[string]measurement)
	for _, elements := range fleets {
		if measured[elements], err = bench.measureFleet(ctx, table, elements, max(1, *repeats)); err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	return printRatios(fleets, measured)
}

func parseSizes(text string) ([]int, error) {
	var sizes []int
	for size := range strings.SplitSeq(text, ",") {
		elements, err := strconv.Atoi(size)
		if err != nil || elements < 1 {
			return nil, fmt.Errorf("-elements: %q is no number of elements, 1 or more", size)
		}
		sizes = append(sizes, elements)
	}
	return sizes, nil
}

// measureFleet measures every surface on one fleet. The surfaces take turns, so
// that what else the machine does meets all of them.
func (b *bench) measureFleet(ctx context.Context, table *tabwriter.Writer, elements, repeats int) (map[string]measurement, error) {
	server, err := simulator.Start(ctx, simulator.Options{Elements: elements, Scenario: "rollout"})
	if err != nil {
		return nil, fmt.Errorf("start the simulator: %w", err)
	}
	defer server.Close()
	if err := failSome(server); err != nil {
		return nil, err
	}
	runs := make(map[string][]measurement)
	for range repeats {
		for _, surface := range b.surfaces(server.URL, elements) {
			one, err := b.apply(ctx, server, surface)
			if err != nil {
				return nil, fmt.Errorf("%s of %d elements: %w", surface.name, elements, err)
			}
			runs[surface.name] = append(runs[surface.name], one)
		}
	}
	measured := make(map[string]measurement, len(runs))
	for _, surface := range b.surfaces(server.URL, elements) {
		shown := medians(runs[surface.name])
		measured[surface.name] = shown
		fmt.Fprintf(table, "%d\t%s\t%.2f s\t%.2f s\t%s\t%s\t%d B\t\n", elements, surface.name, shown.time.Seconds(), shown.processor.Seconds(),
			megabytes(shown.terraform), megabytes(shown.provider), shown.state)
	}
	return measured, nil
}

// failSome has one element in fifty fail, so that there is something to report.
func failSome(server *simulator.Server) error {
	for i, id := range server.ElementIDs() {
		if i%50 != 0 {
			continue
		}
		if err := server.Update(id, func(row *imagestatus.Status) { row.UpgradeState = new("failed") }); err != nil {
			return fmt.Errorf("fail an element: %w", err)
		}
	}
	return nil
}

// printRatios compares the ways to answer one question with the first of them.
func printRatios(fleets []int, measured map[int]map[string]measurement) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\nelements\t%s, against\ttime\tprocessor\tstate\tbudget\t\n", failedAsText)
	for _, elements := range fleets {
		ours := measured[elements][failedAsText]
		for _, baseline := range []string{failedTyped, failedByHTTP} {
			theirs, compared := measured[elements][baseline]
			if !compared {
				continue
			}
			fmt.Fprintf(table, "%d\t%s\t%.2f\t%.2f\t%.3f\t0.5\t\n", elements, baseline, ours.time.Seconds()/theirs.time.Seconds(),
				ours.processor.Seconds()/theirs.processor.Seconds(), float64(ours.state)/float64(theirs.state))
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the ratios: %w", err)
	}
	return nil
}

// measurement is what one run took; memory and state are in bytes.
type measurement struct {
	time, processor            time.Duration
	terraform, provider, state int64
}

// medians returns the median of each part.
func medians(runs []measurement) measurement {
	middle := func(part func(measurement) int64) int64 {
		values := make([]int64, len(runs))
		for i, run := range runs {
			values[i] = part(run)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return measurement{
		time:      time.Duration(middle(func(m measurement) int64 { return int64(m.time) })),
		processor: time.Duration(middle(func(m measurement) int64 { return int64(m.processor) })),
		terraform: middle(func(m measurement) int64 { return m.terraform }),
		provider:  middle(func(m measurement) int64 { return m.provider }),
		state:     middle(func(m measurement) int64 { return m.state }),
	}
}

func megabytes(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f MB", float64(bytes)/1e6)
}
