// Command demo shows a gated rollout from end to end: it builds the provider,
// serves a simulated fleet on loopback, and runs the real Terraform on
// examples/rollout. It leaves nothing behind, and its exit code is 0 only if
// every step did what it says.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, newPrinter(os.Stdout))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
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
