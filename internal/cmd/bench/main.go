// Command bench measures the real Terraform with this provider on simulated
// fleets of 1,000, 10,000 and 50,000 elements: the time of an apply, the peak
// memory of Terraform and of the provider, and the size of the state. It leaves
// nothing behind. Nothing that the released binary needs may live here.
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
	bench, err := prepare(ctx, directory)
	if err != nil {
		return err
	}
	if !measuresMemory {
		fmt.Println("The peak memory of processes is read from /proc, which is Linux's; here it is left out.")
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "elements\twhat\ttime\tterraform\tprovider\tstate\t")
	for _, elements := range fleets {
		if err := bench.measureFleet(ctx, table, elements, max(1, *repeats)); err != nil {
			return err
		}
	}
	return table.Flush()
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

// surface is one thing to read, and its configuration.
type surface struct{ name, configuration string }

var surfaces = []surface{
	{"nothing", ""},
	{"statuses", `data "prismasdwan_element_image_statuses" "fleet" {}`},
	{"aggregate", `data "prismasdwan_element_image_status_aggregate" "fleet" {
  aggregate = { operator = "avg", field = "download_percent" }
  group_by  = ["phase"]
  compute   = "provider"
}`},
	{"gate", `data "prismasdwan_upgrade_gate" "fleet" { target_version = ">= 6.3.5" }`},
	{"gate by site", `data "prismasdwan_upgrade_gate" "fleet" {
  where          = { site_tags_any = ["emea", "amer", "apac"] }
  target_version = ">= 6.3.5"
}`},
	{"elements", `data "prismasdwan_elements" "fleet" {}`},
	{"element ids", `data "prismasdwan_elements" "fleet" { ids_only = true }`},
}

// measureFleet measures every surface on one fleet.
func (b *bench) measureFleet(ctx context.Context, table *tabwriter.Writer, elements, repeats int) error {
	server, err := simulator.Start(ctx, simulator.Options{Elements: elements, Scenario: "rollout"})
	if err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	defer server.Close()
	for _, surface := range surfaces {
		var runs []measurement
		for range repeats {
			one, err := b.apply(ctx, server, surface)
			if err != nil {
				return fmt.Errorf("%s of %d elements: %w", surface.name, elements, err)
			}
			runs = append(runs, one)
		}
		shown := medians(runs)
		fmt.Fprintf(table, "%d\t%s\t%.2f s\t%s\t%s\t%d B\t\n", elements, surface.name, shown.time.Seconds(),
			megabytes(shown.terraform), megabytes(shown.provider), shown.state)
	}
	return nil
}

// measurement is what one run took; memory and state are in bytes.
type measurement struct {
	time                       time.Duration
	terraform, provider, state int64
}

// medians gives the median of each part.
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
