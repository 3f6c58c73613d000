package rollout

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	nethtml "golang.org/x/net/html"
	"pgregory.net/rapid"
)

// hostile are texts that mean something to Markdown, to GitHub or to GitLab.
var hostile = []string{
	"", " ", "|", `\|`, `\\|`, `\`, "a | b | c", "a\nb", "a\r\n\r\n# b", "`", "``` x", "`|`", "~~~", "~~gone~~", "~label",
	"# heading", "#123", "a#123", "octo/repo#123", "GH-123", "gh-1", "CVE-2024-3094", "GHSA-jfh8-c2jp-5v3q", "owner/repo@0123456",
	"- item", "+ item", "* item", "1. item", "12) item", "1.", "- [ ] task", "> quote", "> [!NOTE]", "---", "===", "***", "    code",
	"[a](http://evil.example)", "![a](http://evil.example/x.png)", "[a]: http://evil.example", "[^1]", "[[wiki]]",
	"<http://evil.example>", "http://evil.example", "https://evil.example/a_b", "HTTP://EVIL.example", "www.evil.example", "WWW.evil.example", "WWWW.", "ftp://evil.example",
	"someone@evil.example", "mailto:someone@evil.example", "xmpp:a@b.example/c", "@octocat", "x @octocat", "@org/team", "@\"quoted\"",
	"<b>", "</td></tr></table>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!-- x", "-->", "<details>", "&lt;b&gt;", "&#64;octocat", "&amp;", "&",
	":smile:", ":+1:", "a:b:c", "$x$", "$$x$$", "$`x`$", "costs $5 and $6", `\(x\)`, "*a*", "_a_", "__a__", "a_b_c", "**", "!12", "%3", "&4", "^alert#1", "$5",
	"```mermaid\ngraph TD", "\" : 5", "%%{init: {}}%%", "\x1b[31mred", "\u202eabc", "\u200b", "\xff", "é✅漢", strings.Repeat("@", 400),
}

// elementsShown are the HTML elements that the parts of a page may come to.
var elementsShown = []string{"span"}

// looksFor are the patterns by which GitHub and GitLab make more of a text once
// Markdown is done.
var looksFor = regexp.MustCompile(`@[\p{L}\p{N}"_]|#[\p{L}\p{N}]|(?i:\b(?:gh|cve|ghsa)-[a-z0-9])|:[a-z0-9+_-]+:|\$\S|://|(?i:www\.)|mailto:|[!%~&^][\p{L}\p{N}"]`)

var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))

// rendered is a page as a browser has it.
func rendered(t testingT, page string) *nethtml.Node {
	t.Helper()
	var out strings.Builder
	if err := markdown.Convert([]byte(page), &out); err != nil {
		t.Fatalf("%v", err)
	}
	document, err := nethtml.Parse(strings.NewReader(out.String()))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return document
}

// named are the elements of a name, in order.
func named(document *nethtml.Node, name string) []*nethtml.Node {
	var found []*nethtml.Node
	for node := range document.Descendants() {
		if node.Type == nethtml.ElementNode && node.Data == name {
			found = append(found, node)
		}
	}
	return found
}

func textOf(node *nethtml.Node) string {
	var text strings.Builder
	for inner := range node.Descendants() {
		if inner.Type == nethtml.TextNode {
			text.WriteString(inner.Data)
		}
	}
	return text.String()
}

// checkInert insists that a text is shown as it is in a cell, an entry of a
// list and a heading, and that nothing comes to life in it.
func checkInert(t testingT, text string) {
	t.Helper()
	const runes = 300
	written := inMarkdown(text, runes)
	// Several blanks are shown as one.
	want := strings.Join(strings.Fields(shorten(text, runes)), " ")
	page := "## " + written + " END\n\n- " + written + "\n\n| a | b |\n|---|---|\n| " + written + " | END |\n"
	document := rendered(t, page)
	one := func(name string, count int) *nethtml.Node {
		found := named(document, name)
		if len(found) != count {
			t.Fatalf("%q makes %d %s, want %d:\n%s", text, len(found), name, count, page)
		}
		return found[0]
	}
	shown := map[string]string{"h2": textOf(one("h2", 1)), "li": textOf(one("li", 1)), "td": textOf(one("td", 2))}
	want2 := map[string]string{"h2": strings.TrimSpace(want + " END"), "li": want, "td": want}
	for name, got := range shown {
		if got := strings.Join(strings.Fields(got), " "); got != want2[name] {
			t.Fatalf("%q is shown as %q in %s, want %q:\n%s", text, got, name, want2[name], page)
		}
	}
	frame := []string{"html", "head", "body", "h2", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
	for node := range document.Descendants() {
		if node.Type == nethtml.TextNode && looksFor.MatchString(node.Data) {
			t.Fatalf("%q leaves %q in the stretch %q:\n%s", text, looksFor.FindString(node.Data), node.Data, page)
		}
		if node.Type == nethtml.CommentNode || node.Type == nethtml.ElementNode && !slices.Contains(frame, node.Data) && !slices.Contains(elementsShown, node.Data) {
			t.Fatalf("%q makes the element %q:\n%s", text, node.Data, page)
		}
		for _, attribute := range node.Attr {
			if attribute.Key != "id" {
				t.Fatalf("%q makes the attribute %s of %s:\n%s", text, attribute.Key, node.Data, page)
			}
		}
	}
}

// drawHostile draws a text out of hostile pieces.
func drawHostile(t *rapid.T, label string) string {
	piece := rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringMatching(`[!-~ ]{0,6}`), rapid.String())
	return strings.Join(rapid.SliceOfN(piece, 0, 4).Draw(t, label), "")
}

func TestTextsFromOutsideStayTexts(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		checkInert(t, text)
	}
	rapid.Check(t, func(t *rapid.T) { checkInert(t, drawHostile(t, "text")) })
}

func FuzzTextFromOutsideStaysText(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkInert(t, text) })
}

func TestOrdinaryTextsAreLeftAlone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"br-fra-01-a (BR-FRA-01)":             "br-fra-01-a (BR-FRA-01)",
		"closed: 37/50 ready (74%), 1 failed": "closed: 37/50 ready (74%), 1 failed",
		"6.3.6-b9":                            "6.3.6-b9",
		"1 of 2 elements are ready.":          "1 of 2 elements are ready.",
		"upgrade_failed":                      `upgrade\_failed`,
		"target version ~> 6.3.5":             `target version \~&gt; 6.3.5`,
		"@":                                   "<span>@</span>",
		"1. a":                                "1&#46; a",
		"-":                                   "&#45;",
	} {
		if got := inMarkdown(text, 100); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestLabelsOfADiagramAreWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"in-progress": "in-progress", "a\"b\n```": "a b", "%%{init}%%": "init", "é": "", "x;y#1": "x y 1",
	} {
		if got := inMermaid(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := drawHostile(t, "text")
		if label := inMermaid(text); regexp.MustCompile(`[^A-Za-z0-9 ._-]`).MatchString(label) {
			t.Fatalf("%q becomes %s", text, cmp.Diff("", label))
		}
	})
}
