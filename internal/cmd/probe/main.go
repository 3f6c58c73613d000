// Command probe asks a real controller questions whose answers are not published, and
// prints a report that does not identify the tenant. It only reads: guard.go has the
// table of the requests that it can send.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/provider"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

func main() {
	err := run(context.Background(), os.Args[1:], os.LookupEnv, streams{os.Stdin, os.Stdout, os.Stderr})
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

// streams are the input for consent, the output for the report, and the output for
// everything else.
type streams struct {
	in          io.Reader
	out, around io.Writer
}

type options struct {
	file   string
	yes    bool
	dryRun bool
}

func parse(arguments []string, usage io.Writer) (options, error) {
	var chosen options
	flags := flag.NewFlagSet("probe", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.StringVar(&chosen.file, "json", "", "write the report as JSON to this file as well, for the simulator's -like")
	flags.BoolVar(&chosen.yes, "yes", false, "do not wait for Enter")
	flags.BoolVar(&chosen.dryRun, "dry-run", false, "say what would be sent, and send nothing")
	if err := flags.Parse(arguments); err != nil {
		return chosen, err //nolint:wrapcheck // The flag package names the flag.
	}
	if flags.NArg() > 0 {
		return chosen, fmt.Errorf("argument %q is not expected; flags begin with a hyphen", flags.Arg(0))
	}
	return chosen, nil
}

func run(ctx context.Context, arguments []string, lookup func(string) (string, bool), use streams) error {
	chosen, err := parse(arguments, use.around)
	if err != nil {
		return err
	}
	config, err := provider.ConfigFromEnvironment(ctx, ownVersion()+" probe", lookup)
	if err != nil {
		return fmt.Errorf("the environment cannot be used to sign in: %w", err)
	}
	config = config.WithDefaults()
	fmt.Fprint(use.around, introduction(config))
	if chosen.dryRun {
		return nil
	}
	if !chosen.yes && !consents(use) {
		return errors.New("nothing was sent: press Enter to go on, or add -yes where there is no terminal")
	}
	file, err := reserve(chosen.file)
	if err != nil {
		return err
	}
	// Before this line, Ctrl-C ends the process at once.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return errors.Join(probe(ctx, config, sdwan.NewNetwork(config), file, use), file.close())
}

// introduction is what a person must know before anything is sent. It fits on one
// screen.
func introduction(config sdwan.Config) string {
	var text strings.Builder
	fmt.Fprintf(&text, "This asks your controller what nobody has published about it. It only reads.\n\n")
	fmt.Fprintf(&text, "It sends to %s, at most %d requests, two a second:\n", config.Endpoint, maxRequests)
	for _, one := range permissions {
		fmt.Fprintf(&text, "  %-4s %-38s %s\n", one.method, one.shown, one.purpose)
	}
	if config.Unified != nil {
		fmt.Fprintf(&text, "and to %s:\n  POST, with the client id and secret of your environment, for a token\n", config.Unified.TokenURL)
	}
	text.WriteString("A POST to a path that ends in /query reads. It can send nothing else.\n" +
		"It stops at once at Ctrl-C, or when the controller asks it to slow down (429).\n\n" +
		"It prints counts, status codes, names of fields, upgrade states and versions.\n" +
		"It prints no id, name, site, serial number, address, request id or free text.\n" +
		"It writes no file but the one that -json names.\n\n")
	return text.String()
}

func consents(use streams) bool {
	fmt.Fprint(use.around, "Press Enter to go on, or Ctrl-C to leave. ")
	_, err := bufio.NewReader(use.in).ReadString('\n')
	return err == nil
}

// probe asks the questions and prints the report, also if it was stopped.
func probe(ctx context.Context, config sdwan.Config, network http.RoundTripper, file *reserved, use streams) error {
	asked, err := newTenant(config, network)
	if err != nil {
		return err
	}
	defer asked.client.Close()
	read, stop := asked.askAll(ctx, func(next *question) { fmt.Fprintf(use.around, "  %s\n", next.asks) })
	if len(asked.unsorted) == 0 && stop != nil {
		return fmt.Errorf("no question was answered: %w", causeOf(stop))
	}
	if _, err := io.WriteString(use.out, read.markdown()); err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	if err := file.write(read); err != nil {
		return err
	}
	if stop != nil {
		return fmt.Errorf("the report is not complete: %w", causeOf(stop))
	}
	return nil
}

func newTenant(config sdwan.Config, network http.RoundTripper) (*tenant, error) {
	config.MaxRetries = 0 // A failure is an answer too.
	endpoint, err := url.Parse(config.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("endpoint: %w", err)
	}
	watched := &guard{network: network, endpoint: endpoint}
	asked := &tenant{guard: watched, legacy: config.Legacy != nil, listed: make(map[*sdwan.Endpoint]response)}
	if config.Unified != nil {
		if watched.tokens, err = url.Parse(config.Unified.TokenURL); err != nil {
			return nil, fmt.Errorf("token URL: %w", err)
		}
		asked.moreScopes = len(config.Unified.Scopes) > 0
	}
	config.Transport = watched
	if asked.client, err = sdwan.New(config); err != nil {
		return nil, fmt.Errorf("the client cannot be made: %w", err)
	}
	return asked, nil
}

// reserved is a file opened for writing before anything is sent; nil is none. It keeps
// its contents until write replaces them.
type reserved struct{ file *os.File }

func reserve(name string) (*reserved, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // Nil is documented to be none.
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o644) //nolint:gosec // The user names the file, which holds no secret.
	if err != nil {
		return nil, fmt.Errorf("nothing was sent: flag -json: %w", err)
	}
	return &reserved{file}, nil
}

func (r *reserved) write(read *report) error {
	if r == nil {
		return nil
	}
	if err := errors.Join(r.file.Truncate(0), read.writeJSON(r.file)); err != nil {
		return fmt.Errorf("write the report to %s: %w", r.file.Name(), err)
	}
	return nil
}

func (r *reserved) close() error {
	if r == nil {
		return nil
	}
	return r.file.Close() //nolint:wrapcheck // The error names the file.
}

// ownVersion is the version of the module, "(devel)" in a working tree.
func ownVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
