package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const messagesGolden = "testdata/messages.golden"

// messages collects what the provider can print, each text once.
type messages struct {
	t    *testing.T
	text strings.Builder
	seen map[string]bool
}

// TestMessagesSpeakWithOneVoice holds every message of this provider's own to
// testdata/messages.golden, so that they are read and changed as a set. What
// the framework's validators say is not ours and not in it.
func TestMessagesSpeakWithOneVoice(t *testing.T) {
	t.Parallel()
	m := &messages{t: t, seen: make(map[string]bool)}
	m.text.WriteString("Every message of this provider's own, from TestMessagesSpeakWithOneVoice.\n\"-update\" rewrites this file: read it.\n")
	m.settings()
	m.unknownSettings()
	m.arguments()
	m.kinds()
	m.faults()
	m.elements()
	m.gates()
	m.waits()
	m.functions()
	if *update {
		writeGolden(t, messagesGolden, m.text.String())
		return
	}
	want, err := os.ReadFile(messagesGolden)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(m.text.String(), "\n")); difference != "" {
		t.Errorf("the messages are other ones (-want +got); -update takes them over:\n%s", difference)
	}
}

func (m *messages) section(title string) {
	fmt.Fprintf(&m.text, "\n%s\n%s\n", strings.ToUpper(title), strings.Repeat("=", len(title)))
}

// add checks diagnostics, and keeps those that were not there before.
func (m *messages) add(name string, diagnostics []*tfprotov6.Diagnostic) {
	m.t.Helper()
	if len(diagnostics) == 0 {
		m.t.Errorf("%s: there is no message", name)
	}
	for _, diagnostic := range diagnostics {
		checkVoice(m.t, name, diagnostic.Summary, diagnostic.Detail)
	}
	m.keep(name, render(diagnostics))
}

func (m *messages) keep(name, text string) {
	text = stable(text)
	if m.seen[text] {
		return
	}
	m.seen[text] = true
	fmt.Fprintf(&m.text, "\n--- %s\n%s\n", name, text)
}

// volatile are the parts of a message that are not the same in every run, and
// lists of allowed words, which are long and read elsewhere.
var volatile = []struct {
	pattern     *regexp.Regexp
	placeholder string
}{
	{regexp.MustCompile(`"/[^"]*/ca\.pem"`), `"FILE"`},
	{regexp.MustCompile(`(Answer begins: ".{40}).+"`), `$1…"`},
	{regexp.MustCompile("Use `id`, `element_id`, .*"), "Use FIELDS."},
	{regexp.MustCompile("Use `none`, .*|Use `[a-z_]*`(, `[a-z_-]*`){9,} or .*"), "Use STATES."},
}

func stable(text string) string {
	text = steady(text)
	for _, part := range volatile {
		text = part.pattern.ReplaceAllString(text, part.placeholder)
	}
	return text
}

// goWords are what Go's own texts and types look like.
var goWords = regexp.MustCompile(`%!|\b(sdwan|imagestatus|provider|tftypes|types|basetypes|json|strconv|url|http|time|errors)\.[A-Z]\w+|\*[a-z]+\.[A-Z]|\[\](string|byte|any)|map\[|context (canceled|deadline)|0x[0-9a-f]{6,}|<nil>`)

// checkVoice checks what can be checked of a message: a summary of at most
// eight words in sentence case without a period, and a detail in sentences
// without anything that only a programmer reads.
func checkVoice(t *testing.T, name, summary, detail string) {
	t.Helper()
	// What follows a colon is the verdict of a gate, which tells it from others.
	heading, _, _ := strings.Cut(summary, ": ")
	words := strings.Fields(heading)
	if len(words) == 0 || len(words) > 8 || strings.HasSuffix(summary, ".") {
		t.Errorf("%s: the summary %q has %d words, want one to eight and no period", name, summary, len(words))
	}
	for i, word := range words {
		if upper := strings.ToUpper(word[:1]) == word[:1]; upper != (i == 0) {
			t.Errorf("%s: the summary %q is not in sentence case", name, summary)
		}
	}
	if found := goWords.FindString(detail); found != "" {
		t.Errorf("%s: the detail holds %q:\n%s", name, found, detail)
	}
	first, _, _ := strings.Cut(detail, "\n")
	if !strings.HasSuffix(first, ".") && !strings.HasSuffix(first, "?") || strings.ToLower(first[:1]) == first[:1] && !strings.HasPrefix(first, "`") && !argumentFirst.MatchString(first) {
		t.Errorf("%s: the detail begins with what is no sentence: %q", name, first)
	}
}

// argumentFirst is a sentence that begins with an argument's name.
var argumentFirst = regexp.MustCompile(`^[a-z_]+[a-z_.\[\]0-9]* is ("|null|\[|\{|-?\d|known only)`)

func (m *messages) settings() {
	m.section("Provider arguments")
	notPEM := filepath.Join(m.t.TempDir(), "ca.pem")
	write(m.t, notPEM, "hello")
	const damaged = "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n"
	damagedPEM, allDamagedPEM := filepath.Join(m.t.TempDir(), "ca.pem"), filepath.Join(m.t.TempDir(), "ca.pem")
	write(m.t, damagedPEM, damaged+newAuthority(m.t, "authority"))
	write(m.t, allDamagedPEM, damaged)
	for _, test := range []struct {
		name      string
		variables []string
		config    map[string]any
	}{
		{"no credentials", nil, nil},
		{"credentials of the unified form are missing", nil, map[string]any{"client_id": "someone", "tsg_id": "1"}},
		{"credentials of two sources", []string{"PRISMASDWAN_CLIENT_SECRET=s3cret"}, map[string]any{"client_id": "someone", "tsg_id": "1"}},
		{"user agent", []string{"TF_APPEND_USER_AGENT=job\x007"}, map[string]any{"auth_token": "x"}},
		{"proxy", []string{"HTTPS_PROXY=http:/proxy:3128"}, map[string]any{"auth_token": "x"}},
		{"both forms in one source", nil, map[string]any{"client_id": "someone", "auth_token": "x"}},
		{"both forms in the environment", []string{"PRISMASDWAN_CLIENT_ID=someone", "PRISMASDWAN_AUTH_TOKEN=x"}, nil},
		{"empty", nil, map[string]any{"client_secret": ""}},
		{"endpoint without a scheme", nil, map[string]any{"endpoint": "api.example.com"}},
		{"endpoint in the clear", []string{"PRISMASDWAN_ENDPOINT=http://controller.example.com"}, nil},
		{"endpoint with credentials", nil, map[string]any{"endpoint": "https://user@controller.example.com"}},
		{"endpoint with a query", nil, map[string]any{"endpoint": "https://controller.example.com?x=1"}},
		{"endpoint of another scheme", nil, map[string]any{"endpoint": "ftp://controller.example.com"}},
		{"tenant service group", []string{"SCM_SCOPE=profile"}, nil},
		{"tenant", nil, map[string]any{"tenant_id": "../admin"}},
		{"page size", nil, map[string]any{"page_size": 0}},
		{"concurrency", nil, map[string]any{"max_concurrent_requests": 33}},
		{"retries", nil, map[string]any{"max_retries": -1}},
		{"duration", []string{"PRISMASDWAN_REQUEST_TIMEOUT=10"}, nil},
		{"longest wait below the shortest", nil, map[string]any{"auth_token": "x", "retry_wait_min": "2s", "retry_wait_max": "1s"}},
		{"certificate file is not there", nil, map[string]any{"auth_token": "x", "ca_certificate_file": "/no/such/ca.pem"}},
		{"certificate file is damaged in part", nil, map[string]any{"auth_token": "x", "ca_certificate_file": damagedPEM}},
		{"certificate file is damaged", nil, map[string]any{"auth_token": "x", "ca_certificate_file": allDamagedPEM}},
		{"certificate file holds none", nil, map[string]any{"auth_token": "x", "ca_certificate_file": notPEM}},
	} {
		m.add(test.name, startProtocol(m.t, test.variables...).configure(test.config))
	}
}

func (m *messages) unknownSettings() {
	m.section("Provider arguments that are not known yet")
	for _, config := range []map[string]any{{"client_secret": unknown}, {"client_id": unknown, "client_secret": unknown}} {
		p := startProtocol(m.t, "PRISMASDWAN_TSG_ID=1")
		if diagnostics := p.configure(config); len(diagnostics) > 0 {
			m.t.Error(render(diagnostics))
		}
		m.add(fmt.Sprint(len(config), " unknown"), p.read(statusesType, everything).diagnostics)
	}
	var diagnostics diag.Diagnostics
	var none *connection
	none.ready(tfsdk.Config{}, &diagnostics)
	connectionOf("something else", &diagnostics)
	m.addAll("before anything is configured", diagnostics)
}

// addAll keeps diagnostics of the framework's own type.
func (m *messages) addAll(name string, diagnostics diag.Diagnostics) {
	m.t.Helper()
	for _, diagnostic := range diagnostics {
		m.add(name, []*tfprotov6.Diagnostic{{
			Severity: tfprotov6.DiagnosticSeverityError, Summary: diagnostic.Summary(), Detail: diagnostic.Detail(),
		}})
	}
}

func (m *messages) arguments() {
	m.section("Arguments")
	p := startProtocol(m.t)
	of := func(field, operator string, values ...string) map[string]any {
		return map[string]any{"filters": []map[string]any{filter(field, operator, values...)}}
	}
	aggregate := func(operator, field string, groups ...any) map[string]any {
		return map[string]any{"aggregate": map[string]any{"operator": operator, "field": field}, "group_by": groups}
	}
	for _, test := range []struct {
		name, typeName string
		config         map[string]any
	}{
		{"operator", statusesType, of("active_version", "like", "6")},
		{"operator far from all", statusesType, of("active_version", "similar", "6")},
		{"field", statusesType, of("activ_version", "", "6")},
		{"field far from all", statusesType, of("hostname", "", "6")},
		{"state", statusesType, of("upgrade_state", "", "upgrade_complet")},
		{"too many values", statusesType, of("download_percent", "gt", "1", "2")},
		{"no value", statusesType, of("download_percent", "")},
		{"text for an integer", statusesType, of("download_percent", "gt", "half")},
		{"comparison given twice", statusesType, map[string]any{"filters": []map[string]any{filter("id", "neq", "1"), filter("id", "neq", "2")}}},
		{"empty operator", statusesType, map[string]any{"filters": []any{map[string]any{"field": "id", "operator": "", "values": []any{"1"}}}}},
		{"empty expression", statusesType, of("active_version", "re", "")},
		{"no filter", statusesType, map[string]any{"filters": []any{}}},
		{"null filter", statusesType, map[string]any{"filters": []any{nil}}},
		{"null id", statusesType, map[string]any{"element_ids": []any{"1", nil}}},
		{"id of a file with CRLF", statusesType, map[string]any{"element_ids": []string{"1\r"}}},
		{"many ids of a file with CRLF", statusesType, map[string]any{"element_ids": []string{"1\r", "2\r", "3\r", "4\r"}}},
		{"id of one element", oneType, map[string]any{"element_id": "1 "}},
		{"no element", oneType, everything},
		{"an element by its id and its name", oneType, map[string]any{"element_id": "1", "element_name": "hub-1"}},
		{"a description and a page", statusesType, map[string]any{"where": map[string]any{"connected": true}, "limit": 1, "dest_page": 1}},
		{"elements of rows without fields", statusesType, map[string]any{
			"with_elements": true, "request": map[string]any{"retrieved_fields": []string{"id"}, "retrieved_fields_mask": true},
		}},
		{"attribute of a row", statusesType, map[string]any{"fields": []string{"activ_version"}}},
		{"attribute that is not retrieved", statusesType, map[string]any{
			"fields": []string{"phase"}, "request": map[string]any{"retrieved_fields": []string{"id"}},
		}},
		{"attribute behind a mask", statusesType, map[string]any{
			"fields": []string{"phase"}, "request": map[string]any{"retrieved_fields": []string{"id"}, "retrieved_fields_mask": true},
		}},
		{"element without elements", statusesType, map[string]any{"fields": []string{"element"}}},
		{"a description for the controller", aggregateType, map[string]any{
			"aggregate": map[string]any{"operator": "count", "field": "id"}, "where": map[string]any{"connected": true}, "compute": "controller",
		}},
		{"groups for the controller", aggregateType, map[string]any{
			"aggregate": map[string]any{"operator": "count", "field": "id"}, "group_by": []string{"site_name", "phase"}, "compute": "controller",
		}},
		{"timeout", statusesType, map[string]any{"timeouts": map[string]any{"read": "0s"}}},
		{"number that is not whole", gateType, map[string]any{"max_failed": 0.5}},
		{"empty target", gateType, map[string]any{"target_version": ""}},
		{"empty image", gateType, map[string]any{"target_image_id": ""}},
		{"empty id", statusesType, map[string]any{"element_ids": []string{""}}},
		{"query_params are no JSON", statusesType, map[string]any{"query_params": "upgrade_state=complete"}},
		{"query_params with a field that is none", statusesType, map[string]any{"query_params": `{"name":{"eq":"x"}}`}},
		{"query_params with a condition that is none", statusesType, map[string]any{"query_params": `{"id":"x"}`}},
		{"query_params with a state that is none", statusesType, map[string]any{"query_params": `{"and":{"upgrade_state":{"in":["dnoe"]}}}`}},
		{"query_params with a value of the wrong type", statusesType, map[string]any{"query_params": `{"id":{"eq":{}}}`}},
		{"query_params that join nothing", statusesType, map[string]any{"query_params": `{"or":[]}`}},
		{"next_query", statusesType, map[string]any{"request": map[string]any{"next_query": "[]"}}},
		{"aggregate's operator", aggregateType, aggregate("median", "id")},
		{"aggregate's field", aggregateType, aggregate("count", "state")},
		{"aggregate of a text", aggregateType, aggregate("sum", "id")},
		{"group", aggregateType, aggregate("count", "id", "fase")},
		{"target", gateType, map[string]any{"target_version": "latest"}},
		{"target with a misspelt build", gateType, map[string]any{"target_version": ">= 6.3.6-B9"}},
		{"target with a tag and no build", gateType, map[string]any{"target_version": ">= 6.3.6-pre"}},
		{"target without a patch number", gateType, map[string]any{"target_version": "6.3"}},
		{"percentage as a fraction", gateType, map[string]any{"min_ready_percent": 0.95}},
		{"percentage out of range", gateType, map[string]any{"min_ready_percent": 101}},
		{"operator of another language", statusesType, of("active_version", "==", "6")},
		{"target's operator", gateType, map[string]any{"target_version": "=> 6.3"}},
		{"version of an image", imagesType, map[string]any{"version": "latest"}},
		{"empty version of an image", imagesType, map[string]any{"version": ""}},
		{"empty model", imagesType, map[string]any{"model": ""}},
		{"empty state of an image", imagesType, map[string]any{"states": []string{"release", ""}}},
		{"null state of an image", imagesType, map[string]any{"states": []any{nil}}},
		{"interval", gateType, map[string]any{"wait": map[string]any{"interval": "10ms"}}},
		{"hold", gateType, map[string]any{"wait": map[string]any{"hold": "soon"}}},
	} {
		m.add(test.name, p.validate(test.typeName, test.config))
	}
	connected := newProtocol(m.t, "PRISMASDWAN_AUTH_TOKEN=token")
	m.add("an argument that is not known at a read", connected.read(gateType, map[string]any{"element_ids": []any{unknown}}).diagnostics)
}

// kinds has one message of each kind of error for each form of sign-in, with
// every fact that there can be.
func (m *messages) kinds() {
	m.section("Errors of the client, by kind and form of sign-in")
	var kinds []sdwan.Kind
	for kind := kindAfter(""); kind != "" && len(kinds) <= len(adviceByKind); kind = kindAfter(kind) {
		kinds = append(kinds, kind)
		if advised, has := adviceByKind[kind]; !has || !strings.HasSuffix(advised.remedy, ".") {
			m.t.Errorf("the kind %q has the remedy %q, want a sentence", kind, advised.remedy)
		}
	}
	if len(kinds) != len(adviceByKind) {
		m.t.Errorf("there are the kinds %q, and %d have advice", kinds, len(adviceByKind))
	}
	for _, form := range forms {
		server := simulator.Server{URL: "http://127.0.0.1:8080"}
		lookup := environment(server.Environment(form)...)
		values := make(settingValues, len(settings))
		for _, s := range settings {
			values[s.attribute] = s.fromEnvironment(lookup)
		}
		connected := &connection{values: values, form: string(form)}
		for i, kind := range kinds {
			failure := &sdwan.Error{
				Kind: kind, Operation: "read the image statuses", Problem: "WHAT HAPPENED", Method: "POST", URL: server.URL + "/…/query",
			}
			if i == 0 {
				failure.Status, failure.RequestID, failure.Attempts, failure.Elapsed = 400, "1", 2, time.Second
				failure.Codes, failure.Snippet = []sdwan.Code{{Code: "CODE", Message: "The controller's message."}}, "<html>"
			}
			var diagnostics diag.Diagnostics
			connected.addError(&diagnostics, failure)
			m.addAll(fmt.Sprintf("%s, %s", kind, form), diagnostics)
		}
	}
	for name, err := range map[string]error{
		"a kind without advice": &sdwan.Error{Kind: "new", Operation: "read the image statuses", Problem: "something happened"},
		"any other error":       errors.New("something happened"),
	} {
		var diagnostics diag.Diagnostics
		(&connection{}).addError(&diagnostics, err)
		for _, diagnostic := range diagnostics {
			checkVoice(m.t, name, diagnostic.Summary(), diagnostic.Detail())
		}
	}
}

// kindAfter puts the kinds of errors into an order, from "" to "". It is a switch
// because the linter refuses one that lacks a kind.
func kindAfter(kind sdwan.Kind) sdwan.Kind {
	switch kind {
	case "":
		return sdwan.KindCredentials
	case sdwan.KindCredentials:
		return sdwan.KindSignIn
	case sdwan.KindSignIn:
		return sdwan.KindForbidden
	case sdwan.KindForbidden:
		return sdwan.KindTenant
	case sdwan.KindTenant:
		return sdwan.KindRefused
	case sdwan.KindRefused:
		return sdwan.KindQueryTooLarge
	case sdwan.KindQueryTooLarge:
		return sdwan.KindNotFound
	case sdwan.KindNotFound:
		return sdwan.KindRedirected
	case sdwan.KindRedirected:
		return sdwan.KindRateLimited
	case sdwan.KindRateLimited:
		return sdwan.KindUnavailable
	case sdwan.KindUnavailable:
		return sdwan.KindUnreachable
	case sdwan.KindUnreachable:
		return sdwan.KindCertificate
	case sdwan.KindCertificate:
		return sdwan.KindCertificateTime
	case sdwan.KindCertificateTime:
		return sdwan.KindCertificateName
	case sdwan.KindCertificateName:
		return sdwan.KindProxy
	case sdwan.KindProxy:
		return sdwan.KindTimeout
	case sdwan.KindTimeout:
		return sdwan.KindCancelled
	case sdwan.KindCancelled:
		return sdwan.KindMalformed
	case sdwan.KindMalformed:
		return sdwan.KindTooLarge
	case sdwan.KindTooLarge:
		return sdwan.KindInconsistent
	case sdwan.KindInconsistent:
		return sdwan.KindNoAggregate
	case sdwan.KindNoAggregate:
		return sdwan.KindFilterIgnored
	case sdwan.KindFilterIgnored:
		return ""
	}
	return ""
}

// faults has what is said of each lasting fault that is an error.
func (m *messages) faults() {
	m.section("Errors of the client, by what the controller does")
	for _, info := range simulator.FaultKinds() {
		for _, reader := range readersNamed(m.t, "statuses", "aggregate-controller") {
			inVirtualTime(m.t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
				reader.play(v, info, always)
				if result := reader.read(t.Context(), v, v.controller.Rows()); result.failed() {
					m.add(fmt.Sprintf("%s, %s", info.Kind, reader.name), result.diagnostics)
				}
			})
		}
	}
	for name, switches := range map[string]simulator.Switches{
		"the role is denied": {RolesDenied: true},
	} {
		inVirtualTime(m.t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
			v.controller.SetSwitches(switches)
			m.add(name, v.readIn(t.Context(), statusesType, everything).diagnostics)
		})
	}
	inVirtualTime(m.t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
		v.controller.SetSwitches(simulator.Switches{ImagesDenied: true})
		m.add("the list of images is denied", v.readIn(t.Context(), imagesType, everything).diagnostics)
	})
	inVirtualTime(m.t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
		v.controller.SetSwitches(simulator.Switches{MaxLimit: 5})
		m.add("a page that cannot be had", v.readIn(t.Context(), statusesType, map[string]any{"limit": 10, "dest_page": 2}).diagnostics)
		v.play(simulator.Fault{Kind: "hang_before_headers"})
		m.add("the time is over", v.readIn(t.Context(), statusesType, map[string]any{"timeouts": map[string]any{"read": "5s"}}).diagnostics)
		v.play(simulator.Fault{Kind: "unavailable_503"})
		m.add("the time is over between attempts", v.readIn(t.Context(), statusesType, map[string]any{"timeouts": map[string]any{"read": "1us"}}).diagnostics)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		m.add("the run is interrupted", v.readIn(ctx, statusesType, everything).diagnostics)
	})
}

func (m *messages) elements() {
	m.section("Elements")
	server := startSimulator(m.t, simulator.Options{Elements: 1})
	p := newProtocol(m.t, variables(server, simulator.Legacy)...)
	m.add("an element without a status", p.read("prismasdwan_element_image_status", map[string]any{"element_id": "1"}).diagnostics)
	name := *server.Elements()[0].Name
	for _, test := range []struct {
		name       string
		conditions map[string]any
	}{
		{"a misspelt name", map[string]any{"names": []string{name + "a"}}},
		{"a name that nothing is like", map[string]any{"names": []string{"router"}}},
		{"a name that another condition leaves out", map[string]any{"names": []string{name}, "roles": []string{}}},
		{"no condition", map[string]any{}},
		{"an empty name", map[string]any{"names": []string{""}}},
	} {
		m.add(test.name, p.read(elementsType, whereOf(test.conditions)).diagnostics)
	}
	fault(m.t, server, simulator.Fault{Kind: "html_200", On: simulator.RequestSites})
	m.add("sites that cannot be read", p.read(elementsType, everything).diagnostics)
	server.SetSwitches(simulator.Switches{FleetDenied: true})
	m.add("elements that may not be read", p.read(elementsType, map[string]any{"ids_only": true}).diagnostics)
	m.waves(p, server)
	m.namedElements()
}

func (m *messages) namedElements() {
	server := mixedFleet(m.t, 20)
	server.AddElement(inventory.Element{ID: "4711", Name: new("shell")})
	for _, id := range server.ElementIDs()[3:5] {
		rename(m.t, server, id, "hub")
	}
	p := newProtocol(m.t, variables(server, simulator.Legacy)...)
	for _, name := range []string{"shell", "hub", "BR-FRA-01-A", "*"} {
		m.add("an element by the name "+name, p.read(oneType, namedElement(name)).diagnostics)
	}
}

// waves has a server whose elements may not be read.
func (m *messages) waves(p *protocol, server *simulator.Server) {
	named := map[string]any{"element_ids": server.ElementIDs(), "keep_apart": "none"}
	m.add("waves whose elements cannot be named", p.read(wavesType, inWaves(threeSizes, named)).diagnostics)
	m.add("sizes that shrink", p.read(wavesType, inWaves([]string{"5", "3", "100%"})).diagnostics)
	m.add("sizes that leave elements out", p.read(wavesType, inWaves([]string{"25%"})).diagnostics)
	m.add("two entries for one wave", p.read(wavesType, inWaves(threeSizes, map[string]any{"overrides": []map[string]any{{"wave": 2}, {"wave": 2}}})).diagnostics)
	m.add("a pinned element that is not selected", p.read(wavesType, inWaves(threeSizes, named, map[string]any{"first": []string{"1"}})).diagnostics)
	m.add("a wave beyond the sizes", p.read(gateType, map[string]any{"wave": map[string]any{"sizes": threeSizes, "number": 4, "keep_apart": "none"}}).diagnostics)
	server.SetSwitches(simulator.Switches{})
	fault(m.t, server)
	m.add("a wave beyond the waves", p.read(gateType, map[string]any{"wave": map[string]any{"sizes": threeSizes, "number": 4}}).diagnostics)
}

func (m *messages) gates() {
	m.section("Gates that are closed")
	server := startSimulator(m.t, simulator.Options{Elements: 50, Seed: 1, Scenario: "mixed"})
	p := newProtocol(m.t, variables(server, simulator.Legacy)...)
	elements := make(map[imagestatus.Phase]string)
	for _, row := range server.Rows() {
		elements[row.Phase()] = row.Element()
	}
	for _, test := range []struct {
		name   string
		config map[string]any
	}{
		{"a mixed fleet", map[string]any{"max_blocking_elements": 6, "target_version": "= " + simulator.TargetImage().Version}},
		{"nothing selected", map[string]any{"element_ids": []string{}}},
		{"too few selected", map[string]any{"element_ids": []string{elements[imagestatus.PhaseSucceeded]}, "min_elements": 2}},
		{"an element that is missing", map[string]any{"element_ids": []string{"1"}}},
		{"an element's name for its id", map[string]any{"element_ids": []string{"ion-berlin-01", elements[imagestatus.PhaseSucceeded]}}},
		{"elements that the filters leave out", map[string]any{
			"element_ids": []string{"1", elements[imagestatus.PhaseSucceeded], elements[imagestatus.PhaseFailed]},
			"filters":     []map[string]any{filter("upgrade_state", "", "complete", "done", "upgrade_complete")},
		}},
		{"a gate with a name", map[string]any{"name": "hubs", "element_ids": []string{elements[imagestatus.PhaseFailed]}}},
		{"an element that is pending", map[string]any{"element_ids": []string{elements[imagestatus.PhaseDownloading]}}},
		{"an element that has failed", map[string]any{"element_ids": []string{elements[imagestatus.PhaseFailed]}}},
		{"an element in an unknown state", map[string]any{"element_ids": []string{elements[imagestatus.PhaseUnknown]}}},
	} {
		test.config["enforce"] = true
		m.add(test.name, p.read(gateType, test.config).diagnostics)
	}
	m.add("as a warning", p.open(gateType, map[string]any{"element_ids": []string{elements[imagestatus.PhaseFailed]}}).diagnostics)
	if err := server.Update(elements[imagestatus.PhaseSucceeded], func(row *imagestatus.Status) { row.ActiveVersion = new("6.3.6-b9-hf1") }); err != nil {
		m.t.Fatal(err)
	}
	m.add("a version that cannot be read", p.read(gateType, map[string]any{
		"enforce": true, "target_version": "6.3.6", "element_ids": []string{elements[imagestatus.PhaseSucceeded]},
	}).diagnostics)
	m.targets()
	m.add("at the plan of an action", p.planAction(map[string]any{"element_ids": []string{elements[imagestatus.PhaseFailed]}}))
}

// targets has what is said of a target that no element is on, and of one that is
// verified.
func (m *messages) targets() {
	m.t.Helper()
	fleet := newNamedFleet(m.t).modelled(m.t)
	p := fleet.protocol(m.t, simulator.Legacy)
	read := func(name, argument, target string, verify bool) {
		m.add(name+" "+target, p.read(gateType, map[string]any{
			argument: target, "verify_target": verify, "enforce": true,
		}).diagnostics)
	}
	for _, version := range []string{"6.3.66-b9", "6.9.0-b1", "7.0.1-b3", "6.1.11-b2", "6.4.1-b1", "~> 6.10.0", "~> 6.3.6"} {
		read("no element is on", "target_version", version, false)
	}
	for _, id := range []string{"404", imageWith(m.t, fleet.Server, "6.1.11-b2")} {
		read("no element is on image", "target_image_id", id, false)
	}
	read("verified:", "target_version", "6.3.66-b9", true)
	read("verified:", "target_version", "7.0.1-b3", true)
	read("verified: image", "target_image_id", "404", true)
	read("verified: image", "target_image_id", imageWith(m.t, fleet.Server, "7.0.1-b3"), true)
	fleet.SetSwitches(simulator.Switches{ImagesDenied: true})
	read("verified, and the list of images is denied:", "target_version", "6.3.6-b9", true)
	m.add("nothing to verify", p.validate(gateType, map[string]any{"verify_target": true}))
}

func (m *messages) waits() {
	m.section("Waiting")
	for _, test := range []struct {
		name   string
		faults []simulator.Fault
		change func(*virtual)
		wait   map[string]any
	}{
		{name: "a gate that does not open", change: (*virtual).pend},
		{name: "a gate that is not open for long enough", wait: map[string]any{"hold": "1h"}},
		{name: "a gate that cannot open", change: func(v *virtual) {
			if err := v.controller.SetState(v.controller.ElementIDs()[0], simulator.UnlistedState); err != nil {
				v.t.Fatal(err)
			}
		}},
		{name: "a controller that is away", faults: []simulator.Fault{{Kind: "unavailable_503", Times: 5}}},
	} {
		inVirtualTime(m.t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
			if test.change != nil {
				test.change(v)
			}
			v.play(test.faults...)
			invoked := v.invokeAction(t.Context(), matrixGate(map[string]any{"wait": test.wait, "timeouts": map[string]any{"invoke": "100s"}}))
			if len(invoked.diagnostics) > 0 {
				m.add(test.name, invoked.diagnostics)
			}
			m.keep(test.name+", progress", strings.Join(invoked.progress, "\n"))
		})
	}
	inVirtualTime(m.t, simulator.Unified, matrixVariables, func(t *testing.T, v *virtual) {
		v.pend()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		time.AfterFunc(10*time.Second, cancel)
		m.add("an interrupted wait", v.invokeAction(ctx, matrixGate(nil)).diagnostics)
	})
}

// functions has what the functions say; Terraform prints the text of the error
// and names the argument itself.
func (m *messages) functions() {
	m.section("Functions")
	p := startProtocol(m.t)
	for _, test := range []struct {
		name      string
		arguments []any
	}{
		{"compare_versions", []any{"latest", "6.3.6"}},
		{"compare_versions", []any{"6.3.6", ""}},
		{"version_satisfies", []any{"latest", "6.3.6"}},
		{"version_satisfies", []any{"6.3.6", "=> 6"}},
		{"parse_schedule", []any{"tomorrow"}},
		{"plan_waves", []any{[]string{"1", "2"}, []string{"150%"}}},
		{"plan_waves", []any{[]string{"1", "2"}, []string{"half"}}},
		{"plan_waves", []any{[]string{"1", "2"}, []string{"10 %"}}},
		{"plan_waves", []any{[]string{"1", "2"}, []string{"50%"}}},
		{"plan_waves", []any{[]string{"1", "2"}, []string{"50%", "10%", "100%"}}},
		{"plan_waves", []any{[]string{"1", "2"}, []string{}}},
		{"plan_waves", []any{[]any{"1", nil}, []string{"100%"}}},
		{"plan_waves", []any{[]any{"1", unknown}, []string{"100%"}}},
		{"plan_waves", []any{[]string{"1", "2\r"}, []string{"100%"}}},
		{"report_markdown", []any{nil}},
		{"report_markdown", []any{""}},
		{"report_markdown", []any{mock{"hubs": map[string]any{"ready": true}}}},
		{"report_markdown", []any{mock{"ready": "yes"}}},
		{"report_markdown", []any{mock{"ready": true, "reasons": []any{"a", 1}}}},
		{"report_markdown", []any{mock{"ready": true, "by_phase": map[string]any{"failed": 1.5}}}},
		{"report_markdown", []any{mock{"waves": []any{map[string]any{"counts": "many"}}}}},
		{"parse_schedule", []any{nil}},
		{"parse_schedule", []any{unknown}},
	} {
		if text := p.callFunction(test.name, test.arguments); text != "" {
			if found := goWords.FindString(text); found != "" || strings.HasSuffix(text, ".") {
				m.t.Errorf("%s: the text ends with a period, which Terraform adds, or holds %q:\n%s", test.name, found, text)
			}
			m.keep(fmt.Sprint(test.name, test.arguments), text)
		}
	}
}

// callFunction gives the text of the error, empty where there is none.
func (p *protocol) callFunction(name string, arguments []any) string {
	p.t.Helper()
	if failure := p.functionError(name, arguments); failure != nil {
		return failure.Text
	}
	return ""
}

func (p *protocol) functionError(name string, arguments []any) *tfprotov6.FunctionError {
	p.t.Helper()
	function, known := p.schemas.Functions[name]
	if !known {
		p.t.Fatalf("there is no function %s, only %v", name, slices.Sorted(maps.Keys(p.schemas.Functions)))
	}
	var encoded []*tfprotov6.DynamicValue
	for i, argument := range arguments {
		kind := function.Parameters[min(i, len(function.Parameters)-1)].Type
		value, err := terraformValue(kind, argument)
		if err != nil {
			p.t.Fatal(err)
		}
		dynamic, err := tfprotov6.NewDynamicValue(kind, value)
		if err != nil {
			p.t.Fatal(err)
		}
		encoded = append(encoded, &dynamic)
	}
	response, err := p.server.CallFunction(p.t.Context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: encoded})
	if err != nil {
		p.t.Fatal(err)
	}
	return response.Error
}
