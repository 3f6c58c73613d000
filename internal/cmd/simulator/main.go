// Command simulator serves a simulated Prisma SD-WAN controller on a loopback
// address until it is interrupted. It prints what it takes to use it. What the
// controller does belongs into package simulator and may not live here.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "simulator:", err)
		os.Exit(1)
	}
}

// run serves until the context ends. Wrong arguments, and an address that
// cannot be listened on, are errors.
func run(ctx context.Context, arguments []string, out, usage io.Writer) error {
	options, forms, err := parse(arguments, usage)
	if err != nil {
		return err
	}
	// Requests are not cut off by the signal itself but by Close.
	server, err := simulator.Start(context.WithoutCancel(ctx), options)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	defer server.Close()
	if err := introduce(out, server, options, forms); err != nil {
		return err
	}
	return server.Wait(ctx)
}

func parse(arguments []string, usage io.Writer) (simulator.Options, []simulator.Form, error) {
	var options simulator.Options
	form := "both"
	var like *string
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.IntVar(&options.Elements, "elements", 60, "elements of the fleet")
	flags.Uint64Var(&options.Seed, "seed", 1, "seed of the fleet; the same flags make the same fleet")
	flags.StringVar(&options.Scenario, "scenario", "rollout", "what the fleet goes through:\n"+scenarios())
	flags.Float64Var(&options.Speed, "speed", 60, "virtual seconds per real second; 0 stops the clock")
	flags.StringVar(&options.Address, "address", "127.0.0.1:0", "loopback address to listen on; port 0 is any free one")
	flags.IntVar(&options.Switches.MaxLimit, "max-limit", 0, "largest page, to which a larger limit is clamped; 0 is none")
	flags.Func("like", "`file` of a report on a controller (JSON); the switches are put in the positions that it states", func(path string) error {
		like = &path
		return nil
	})
	flags.DurationVar(&options.Latency, "latency", 0, "delay of each query, such as 100ms")
	flags.StringVar(&form, "form", form, "provider block to print: unified, legacy or both")
	if err := flags.Parse(arguments); err != nil {
		return options, nil, fmt.Errorf("flags: %w", err)
	}
	if flags.NArg() > 0 {
		return options, nil, fmt.Errorf("argument %q is not expected; flags begin with a hyphen", flags.Arg(0))
	}
	if like != nil {
		if err := put(&options.Switches, *like); err != nil {
			return options, nil, err
		}
	}
	forms, err := formsOf(form)
	return options, forms, err
}

// put sets the switches to the positions of a report. What another flag has set
// already must be left open by the report.
func put(switches *simulator.Switches, like string) error {
	stated, err := simulator.LikeFile(like)
	if err != nil {
		return fmt.Errorf("flag -like: %w", err)
	}
	if stated.MaxLimit != 0 && switches.MaxLimit != 0 {
		return fmt.Errorf("flag -max-limit is %d, and the report of flag -like states a MaxLimit of %d; leave one of the two out", switches.MaxLimit, stated.MaxLimit)
	}
	stated.MaxLimit = cmp.Or(stated.MaxLimit, switches.MaxLimit)
	*switches = stated
	return nil
}

func formsOf(name string) ([]simulator.Form, error) {
	switch name {
	case "both":
		return []simulator.Form{simulator.Unified, simulator.Legacy}, nil
	case string(simulator.Unified), string(simulator.Legacy):
		return []simulator.Form{simulator.Form(name)}, nil
	default:
		return nil, fmt.Errorf("flag -form: %q is not known; use unified, legacy or both", name)
	}
}

func scenarios() string {
	var list strings.Builder
	for _, name := range simulator.Scenarios() {
		fmt.Fprintf(&list, "  %-9s %s\n", name, simulator.ScenarioDescription(name))
	}
	return list.String()
}

// introduce prints what is served and how to use it.
func introduce(out io.Writer, server *simulator.Server, options simulator.Options, forms []simulator.Form) error {
	var text strings.Builder
	fmt.Fprintf(&text, "A simulated controller is at %s\n", server.URL)
	fmt.Fprintf(&text, "%d elements at %d sites, seed %d, scenario %q: %s.\n", options.Elements, len(server.Sites()), options.Seed, options.Scenario, simulator.ScenarioDescription(options.Scenario))
	fmt.Fprintf(&text, "The rollout goes from %s to %s.\n", simulator.CurrentImage().Version, simulator.TargetImage().Version)
	for i, turned := range options.Switches.Turned() {
		if i == 0 {
			text.WriteString("Switches that are not in their default:\n")
		}
		fmt.Fprintf(&text, "  %s\n", turned)
	}
	for _, form := range forms {
		fmt.Fprintf(&text, "\nProvider block, %s form (these are no real secrets):\n\n%s", form, server.ProviderBlock(form))
	}
	fmt.Fprintf(&text, "\nVirtual time is %s and %s.\n", server.Now().Format("2006-01-02 15:04:05 UTC"), pace(options.Speed))
	for _, hint := range []struct{ purpose, command string }{
		{"See the fleet", "curl " + server.URL + "/_simulator/status"},
		{"List elements", "curl " + server.URL + "/_simulator/elements"},
		{"Move the clock", "curl -d by=10m " + server.URL + "/_simulator/advance"},
		{"Upgrade a wave", "curl -d wave=early " + server.URL + "/_simulator/upgrade"},
		{"Fail elements", "curl -d elements=ID,ID -d 'info=disk full' " + server.URL + "/_simulator/fail"},
		{"Disconnect some", "curl -d elements=ID,ID " + server.URL + "/_simulator/disconnect"},
		{"Turn a switch", "curl -d '{\"MaxLimit\":10}' " + server.URL + "/_simulator/switches"},
		{"Play a fault", "curl -d '[{\"Kind\":\"unavailable_503\",\"Every\":3}]' " + server.URL + "/_simulator/faults"},
	} {
		fmt.Fprintf(&text, "  %-16s %s\n", hint.purpose+":", hint.command)
	}
	text.WriteString("\nStop with Ctrl-C.\n")
	if _, err := io.WriteString(out, text.String()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

func pace(speed float64) string {
	if speed == 0 {
		return "stands still"
	}
	return fmt.Sprintf("runs %g times as fast as real time", speed)
}
