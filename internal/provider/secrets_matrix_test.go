package provider

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// telltales are the secrets as they may be written: secretMark ends all of
// them, and the rest is how they look in a header.
var telltales = []string{
	secretMark,
	simulator.AccessTokenPrefix,
	base64.StdEncoding.EncodeToString([]byte(simulator.ClientSecret)),
	base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(simulator.ClientID) + ":" + url.QueryEscape(simulator.ClientSecret))),
	"X-Auth-Token",
	"Bearer ",
}

// checkNoSecret searches a text for every secret that there is.
func checkNoSecret(t *testing.T, place, text string) {
	t.Helper()
	for _, telltale := range telltales {
		if at := strings.Index(text, telltale); at >= 0 {
			t.Errorf("%s holds %q: %s", place, telltale, text[max(0, at-200):min(len(text), at+200)])
		}
	}
}

// lockedBuffer takes a log from several goroutines.
type lockedBuffer struct {
	lock   sync.Mutex
	buffer bytes.Buffer
}

// Write appends.
func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.buffer.Write(text)
}

func (b *lockedBuffer) String() string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.buffer.String()
}

// TestNoFaultBringsASecretToLight plays every fault with the log at TRACE and
// bodies in it, and searches the log, the results and the diagnostics.
func TestNoFaultBringsASecretToLight(t *testing.T) {
	t.Parallel()
	variables := append(slices.Clone(matrixVariables), bodiesVariable+"=true")
	for _, info := range simulator.FaultKinds() {
		if info.Kind == "huge_failure_info" || info.Kind == "body_endless" {
			continue // Megabytes of rows in the log, and nothing of the sign-in.
		}
		t.Run(string(info.Kind), func(t *testing.T) {
			t.Parallel()
			for _, form := range forms {
				for _, when := range []when{midway, always} {
					for _, reader := range readersNamed(t, "statuses", "action", "elements") {
						inVirtualTime(t, form, variables, func(t *testing.T, v *virtual) {
							reader.play(v, info, when)
							searched(t, v, reader, fmt.Sprintf("%s, %s, %s", form, when, reader.name))
						})
					}
				}
			}
		})
	}
}

// searched reads once and searches all that came of it.
func searched(t *testing.T, v *virtual, reader reader, place string) {
	t.Helper()
	var trace lockedBuffer
	result := reader.read(tflogtest.RootLogger(t.Context(), &trace), v, v.controller.Rows())
	written := trace.String()
	checkNoSecret(t, place+": the log", written)
	checkNoSecret(t, place+": a diagnostic", render(result.diagnostics))
	checkNoSecret(t, place+": the result", result.wrong)
	if !strings.Contains(written, "Request to the controller") {
		t.Errorf("%s: the log holds no request, so that it proves nothing", place)
	}
}

// A gateway may answer with all that it was sent.
func TestEchoedCredentialsStayHidden(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 400, 401, 403, 404, 503} {
		for _, contentType := range []string{"text/html", "application/json"} {
			for _, form := range forms {
				t.Run(fmt.Sprint(status, " ", contentType, " ", form), func(t *testing.T) {
					t.Parallel()
					inVirtualTime(t, form, append(slices.Clone(matrixVariables), bodiesVariable+"=true"), func(t *testing.T, v *virtual) {
						v.network.server.Handler = echo(v.controller, status, contentType)
						searched(t, v, readersNamed(t, "statuses")[0], "the echo")
					})
				})
			}
		}
	}
}

// echo lets the sign-in through and answers queries with what they hold.
func echo(controller http.Handler, status int, contentType string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/query") {
			controller.ServeHTTP(w, r)
			return
		}
		held := strings.Join(append(r.Header["Authorization"], r.Header["X-Auth-Token"]...), " ")
		_, held, _ = strings.Cut("token "+strings.TrimPrefix(held, "Bearer "), " ")
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		if contentType == "application/json" {
			_, _ = fmt.Fprintf(w, `{"_error":[{"code":%q,"message":"seen: %s"}],"_request_id":%q}`, held, held, held)
			return
		}
		_, _ = fmt.Fprintf(w, "<html><p>You sent %s</p></html>", held)
	})
}

// TestAccFaultsLeakNoSecretThroughTheCLI searches all that a run of the real
// binary leaves behind: log, state, what the plan file packs, and output.
func TestAccFaultsLeakNoSecretThroughTheCLI(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			var redirected recorder
			elsewhere := httptest.NewServer(&redirected)
			t.Cleanup(elsewhere.Close)
			server := startSimulator(t, simulator.Options{Elements: 12, Seed: 1})
			console := newTerminal(t, nil, map[string]string{"main.tf": `
				terraform {
				  required_providers {
				    prismasdwan = { source = "sdwanops/prismasdwan" }
				  }
				}
				data "prismasdwan_element_image_statuses" "fleet" {}
				data "prismasdwan_upgrade_gate" "gate" {}
				data "prismasdwan_elements" "all" {}
				data "prismasdwan_upgrade_waves" "all" { sizes = ["1", "100%"] }
				output "summary" { value = data.prismasdwan_upgrade_gate.gate.summary }
			`})
			console.environment = append(append(console.environment, server.Environment(form)...),
				"TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(console.directory, "trace.log"), bodiesVariable+"=true",
				"PRISMASDWAN_PAGE_SIZE=5", "PRISMASDWAN_REQUEST_TIMEOUT=1s",
				// Two reads at once may meet every fourth request more than twice in a row.
				"PRISMASDWAN_MAX_RETRIES=10")
			var printed strings.Builder
			say := func(wanted bool, arguments ...string) {
				output, succeeded := console.run(arguments...)
				printed.WriteString(output)
				if succeeded != wanted {
					t.Errorf("%v: success is %t, want %t:\n%s", arguments, succeeded, wanted, output)
				}
			}
			fault(t, server, simulator.Fault{Kind: "unavailable_503", Every: 4}, simulator.Fault{Kind: "forbidden_403", Nth: 3}, simulator.Fault{Kind: "body_cut_off", Nth: 6})
			say(true, "plan", "-out=saved.tfplan")
			say(true, "show", "-json", "saved.tfplan")
			say(true, "apply", "saved.tfplan")
			say(true, "show", "-json")
			for _, lasting := range []simulator.Fault{
				{Kind: "unauthorized_401"},
				{Kind: "html_200"},
				{Kind: "redirect", Location: elsewhere.URL},
			} {
				fault(t, server, lasting)
				say(false, "plan")
			}
			checkNoSecret(t, "the output", printed.String())
			searchFiles(t, console.directory)
			searchPlan(t, filepath.Join(console.directory, "saved.tfplan"))
			if requests := redirected.list(); len(requests) > 0 {
				t.Errorf("the redirect was followed: %q", requests)
			}
		})
	}
}

// searchPlan looks into a plan file, which is packed.
func searchPlan(t *testing.T, path string) {
	t.Helper()
	plan, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer plan.Close()
	if len(plan.File) == 0 {
		t.Error("the plan holds no file, so that it proves nothing")
	}
	for _, file := range plan.File {
		opened, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(opened)
		_ = opened.Close()
		if err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		checkNoSecret(t, "the plan's "+file.Name, string(content))
	}
}

// recorder keeps what it is asked, with everything that comes along.
type recorder struct {
	lock     sync.Mutex
	requests []string
}

func (r *recorder) add(request string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.requests = append(r.requests, request)
}

func (r *recorder) list() []string {
	r.lock.Lock()
	defer r.lock.Unlock()
	return slices.Clone(r.requests)
}

// ServeHTTP records and answers with an empty page.
func (r *recorder) ServeHTTP(_ http.ResponseWriter, request *http.Request) {
	r.add(fmt.Sprint(request.Method, " ", request.URL, " ", request.Header))
}

// tunnel is a proxy that leads every host to one address, and keeps what it
// was asked in the clear.
type tunnel struct {
	recorder
	listener net.Listener
	target   string
	open     sync.WaitGroup
}

func startTunnel(t *testing.T, target string) *tunnel {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	proxy := &tunnel{listener: listener, target: target}
	proxy.open.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			proxy.open.Go(func() { proxy.serve(connection) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		proxy.open.Wait()
	})
	return proxy
}

func (p *tunnel) serve(connection net.Conn) {
	defer connection.Close()
	request, err := http.ReadRequest(bufio.NewReader(connection))
	if err != nil {
		return
	}
	p.add(fmt.Sprint(request.Method, " ", request.Host, " ", request.Header))
	if request.Method != http.MethodConnect || p.target == "" {
		_, _ = io.WriteString(connection, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		return
	}
	onward, err := net.Dial("tcp", p.target) //nolint:noctx // It lasts as long as the connection that asked for it.
	if err != nil {
		return
	}
	defer onward.Close()
	_, _ = io.WriteString(connection, "HTTP/1.1 200 Connection established\r\n\r\n")
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(connection, onward)
		_ = connection.Close()
	})
	_, _ = io.Copy(onward, connection)
	_ = onward.Close()
	back.Wait()
}

const fleetConfiguration = `
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
data "prismasdwan_element_image_statuses" "fleet" {}
output "rows" { value = data.prismasdwan_element_image_statuses.fleet.returned_count }
`

// TestAccInspectingProxyNeedsItsCertificate reads through the proxy of the
// environment, which shows a certificate that no system trusts.
func TestAccInspectingProxyNeedsItsCertificate(t *testing.T) {
	t.Parallel()
	controller, err := simulator.New(simulator.Options{Elements: 7})
	if err != nil {
		t.Fatal(err)
	}
	inspector := httptest.NewUnstartedServer(controller)
	inspector.Config.ErrorLog = log.New(io.Discard, "", 0)
	inspector.StartTLS()
	t.Cleanup(inspector.Close)
	proxy := startTunnel(t, inspector.Listener.Addr().String())

	console := newTerminal(t, nil, map[string]string{"main.tf": fleetConfiguration})
	authority := filepath.Join(console.directory, "ca.pem")
	write(t, authority, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: inspector.Certificate().Raw})))
	console.environment = append(console.environment, "HTTPS_PROXY=http://"+proxy.listener.Addr().String(), "NO_PROXY=",
		// The one name that the certificate of httptest has.
		"PRISMASDWAN_ENDPOINT=https://example.com", "PRISMASDWAN_TOKEN_URL=https://example.com/oauth2/access_token",
		"PRISMASDWAN_CLIENT_ID="+simulator.ClientID, "PRISMASDWAN_CLIENT_SECRET="+simulator.ClientSecret, "PRISMASDWAN_TSG_ID="+simulator.TSGID)
	console.fails([]string{"plan"}, "Error: Server certificate not trusted", "set `ca_certificate_file` to its certificate authority")
	if requests := len(controller.Requests()); requests > 0 {
		t.Errorf("%d requests were sent to a server that is not trusted", requests)
	}
	console.environment = append(console.environment, "PRISMASDWAN_CA_CERTIFICATE_FILE="+authority)
	console.succeeds([]string{"plan"}, "rows = 7")
	asked := proxy.list()
	if len(asked) == 0 {
		t.Fatal("the proxy was not asked")
	}
	for _, request := range asked {
		if !strings.HasPrefix(request, "CONNECT example.com:443 ") {
			t.Errorf("the proxy was asked %q", request)
		}
		checkNoSecret(t, "what the proxy saw", request)
	}
}

// TestAccProxyThatRefusesIsNamed shows what one sees of a proxy that does not
// let the provider out, in both forms.
func TestAccProxyThatRefusesIsNamed(t *testing.T) {
	t.Parallel()
	for form, credentials := range map[simulator.Form][]string{
		simulator.Unified: {"PRISMASDWAN_TOKEN_URL=https://issuer.invalid/token", "PRISMASDWAN_CLIENT_ID=" + simulator.ClientID, "PRISMASDWAN_CLIENT_SECRET=" + simulator.ClientSecret, "PRISMASDWAN_TSG_ID=1"},
		simulator.Legacy:  {"PRISMASDWAN_AUTH_TOKEN=" + simulator.AuthToken, "PRISMASDWAN_TENANT_ID=1"},
	} {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			proxy := startTunnel(t, "")
			console := newTerminal(t, nil, map[string]string{"main.tf": fleetConfiguration})
			console.environment = append(append(console.environment, credentials...),
				"PRISMASDWAN_ENDPOINT=https://controller.invalid", "HTTPS_PROXY=http://"+proxy.listener.Addr().String(), "NO_PROXY=")
			console.fails([]string{"plan"}, "Error: Controller not reachable", "Bad Gateway", "proxy variables (HTTPS_PROXY, NO_PROXY)")
			host := map[simulator.Form]string{simulator.Unified: "issuer.invalid", simulator.Legacy: "controller.invalid"}[form]
			for _, request := range proxy.list() {
				if !strings.HasPrefix(request, "CONNECT "+host+":443 ") {
					t.Errorf("the proxy was asked %q", request)
				}
				checkNoSecret(t, "what the proxy saw", request)
			}
			if len(proxy.list()) == 0 {
				t.Error("the proxy was not asked")
			}
		})
	}
}

// Plain http is refused before anything is sent, wherever the address is from.
func TestPlainHTTPLeavesTheHostInNoWay(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"PRISMASDWAN_ENDPOINT", "PRISMASDWAN_TOKEN_URL", "SCM_HOST", "SCM_AUTH_URL"} {
		for _, address := range []string{"http://controller.example.com", "http://192.0.2.1:8080", "http://localhost.example.com", "http://127.0.0.1.example.com", "HTTP://CONTROLLER.EXAMPLE.COM"} {
			p := startProtocol(t, "PRISMASDWAN_CLIENT_ID=a", "PRISMASDWAN_CLIENT_SECRET=b", "PRISMASDWAN_TSG_ID=1", variable+"="+address)
			text := onlyError(t, p.configure(nil))
			if !strings.Contains(text, "plain http would send credentials in the clear") {
				t.Errorf("%s=%s: %s", variable, address, text)
			}
		}
	}
}
