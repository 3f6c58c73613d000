// Command demo shows a gated rollout from end to end: it builds the provider,
// serves a simulated fleet on loopback, and runs the real Terraform on
// examples/rollout. It leaves nothing behind, and its exit code is 0 only if
// every step did what it says. Nothing that the released binary needs may live
// here.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	record := flag.String("record", "", "also write the demo as a moving picture (SVG) to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := show(ctx, *record)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func show(ctx context.Context, record string) error {
	out := newPrinter(os.Stdout)
	if record == "" {
		return run(ctx, out)
	}
	recording := new(recorder)
	// The picture is in color, whatever the terminal is.
	out.color = true
	out.out = io.MultiWriter(os.Stdout, recording)
	if err := run(ctx, out); err != nil {
		return err
	}
	if err := os.WriteFile(record, []byte(recording.svg()), 0o600); err != nil {
		return fmt.Errorf("write the recording: %w", err)
	}
	return nil
}

func run(ctx context.Context, out *printer) (err error) {
	directory, err := os.MkdirTemp("", "prismasdwan-demo-")
	if err != nil {
		return fmt.Errorf("make a working directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()

	out.title("A rollout that waits for its canary wave")
	stage, err := prepare(ctx, out, directory)
	if err != nil {
		return err
	}
	defer stage.close()
	for number, step := range steps {
		out.heading(number+1, step.title)
		out.text(step.story(stage))
		if err := step.act(ctx, stage); err != nil {
			return fmt.Errorf("step %d (%s): %w", number+1, step.title, err)
		}
	}
	out.title("Done. Nothing was left behind.")
	return nil
}
