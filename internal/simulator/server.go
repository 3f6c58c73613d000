package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server is a simulator that listens on a loopback address.
type Server struct {
	*Simulator
	URL string // without a path, such as http://127.0.0.1:41873

	http    *http.Server
	cancel  context.CancelFunc
	stopped chan struct{} // closed when serving has ended
	failure error         // why serving has ended
	gate    gate
	once    sync.Once
}

// Start makes a simulator and serves it until Close. The end of the context ends
// requests in flight, but not the server.
func Start(ctx context.Context, options Options) (*Server, error) {
	simulator, err := New(options)
	if err != nil {
		return nil, err
	}
	listener, err := listen(ctx, options.Address)
	if err != nil {
		return nil, err
	}
	requests, cancel := context.WithCancel(ctx)
	server := &Server{
		Simulator: simulator,
		URL:       "http://" + listener.Addr().String(),
		cancel:    cancel,
		stopped:   make(chan struct{}),
	}
	server.http = &http.Server{
		Handler:           server.gate.guard(simulator),
		BaseContext:       func(net.Listener) context.Context { return requests },
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() {
		defer close(server.stopped)
		server.failure = server.http.Serve(listener)
	}()
	return server, nil
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("option Address: %q is not host:port: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("option Address: %q is not a loopback address; use 127.0.0.1:PORT", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("option Address: listen on %q: %w", address, err)
	}
	return listener, nil
}

// Close stops the server and its requests, and returns when all of them have ended.
// Close may be called twice.
func (s *Server) Close() {
	s.once.Do(func() {
		// Close the connections first, so that no cancelled request can answer.
		_ = s.http.Close()
		s.cancel()
		s.gate.close()
		<-s.stopped
	})
}

// Wait returns when the server has stopped or the context has ended. A server
// that stopped without Close is an error.
func (s *Server) Wait(ctx context.Context) error {
	select {
	case <-s.stopped:
		if errors.Is(s.failure, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("serve %s: %w", s.URL, s.failure)
	case <-ctx.Done():
		return nil
	}
}

// gate counts the requests being served, and admits none once it is closed.
type gate struct {
	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup
}

func (g *gate) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.enter() {
			return
		}
		defer g.inside.Done()
		next.ServeHTTP(w, r)
	})
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.inside.Add(1)
	}
	return !g.closed
}

func (g *gate) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
}

type setting struct {
	attribute, variable, value string
}

func (s *Server) settings(form Form) []setting {
	endpoint := setting{"endpoint", "PRISMASDWAN_ENDPOINT", s.URL}
	if form == Legacy {
		return []setting{
			endpoint,
			{"auth_token", "PRISMASDWAN_AUTH_TOKEN", AuthToken},
			{"tenant_id", "PRISMASDWAN_TENANT_ID", TenantID},
		}
	}
	return []setting{
		endpoint,
		{"client_id", "PRISMASDWAN_CLIENT_ID", ClientID},
		{"client_secret", "PRISMASDWAN_CLIENT_SECRET", ClientSecret},
		{"tsg_id", "PRISMASDWAN_TSG_ID", TSGID},
		{"token_url", "PRISMASDWAN_TOKEN_URL", s.URL + "/oauth2/access_token"},
	}
}

// ProviderBlock returns a provider block for this server, ready to paste.
func (s *Server) ProviderBlock(form Form) string {
	settings := s.settings(form)
	width := 0
	for _, setting := range settings {
		width = max(width, len(setting.attribute))
	}
	var block strings.Builder
	block.WriteString("provider \"prismasdwan\" {\n")
	for _, setting := range settings {
		fmt.Fprintf(&block, "  %-*s = %q\n", width, setting.attribute, setting.value)
	}
	block.WriteString("}\n")
	return block.String()
}

// Environment lists the settings of ProviderBlock as NAME=value.
func (s *Server) Environment(form Form) []string {
	settings := s.settings(form)
	environment := make([]string, len(settings))
	for i, setting := range settings {
		environment[i] = setting.variable + "=" + setting.value
	}
	return environment
}
