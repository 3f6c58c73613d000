package rollout

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// inMarkdown writes a text that comes from outside so that GitHub-flavoured
// Markdown shows it as it is, in a heading, an entry of a list or a cell of a
// table: one line of at most that many characters, without characters that
// cannot be seen.
//
// A backslash or an entity stops Markdown. It does not stop what GitHub looks
// for once Markdown is done, in each stretch of text between two tags: mentions,
// issue references, emoji and mathematics. What starts one of these is therefore
// put into a span, as GitHub's documentation does with a dollar sign. Two kinds
// of links remain, both to the repository of the page alone: a commit that a
// text names by its hash, and a prefix such as PROJ- that the repository's
// settings link.
func inMarkdown(text string, runes int) string {
	line := []rune(strings.TrimSpace(shorten(text, runes)))
	var out strings.Builder
	for i, r := range line {
		written, special := markdownEscapes[r]
		if !special {
			written = string(r)
		}
		switch {
		case i == 0 && strings.ContainsRune("+-=", r), endsOrdinal(line, i):
			written = entities[r]
		case startsReference(line, i):
			written = "<span>" + written + "</span>"
		}
		out.WriteString(written)
	}
	return out.String()
}

// markdownEscapes are the characters with a meaning to Markdown at any place. A
// bar and a backslash are entities, since a table looks for them before its
// cells are read.
var markdownEscapes = map[rune]string{
	'\\': "&#92;", '|': "&#124;", '&': "&amp;", '<': "&lt;", '>': "&gt;",
	'`': "\\`", '*': `\*`, '_': `\_`, '~': `\~`, '[': `\[`, ']': `\]`,
}

// entities are the characters with a meaning at the start of an entry only.
var entities = map[rune]string{'+': "&#43;", '-': "&#45;", '=': "&#61;", '.': "&#46;", ')': "&#41;"}

// endsOrdinal reports whether a character ends the number at the start of an
// ordered list.
func endsOrdinal(line []rune, i int) bool {
	if i == 0 || line[i] != '.' && line[i] != ')' {
		return false
	}
	for _, r := range line[:i] {
		if r < '0' || r > '9' {
			return false
		}
	}
	return i+1 == len(line) || line[i+1] == ' '
}

// startsReference reports whether a character starts what GitHub or GitLab
// would look for in a text.
func startsReference(line []rune, i int) bool {
	next := ' '
	if i+1 < len(line) {
		next = line[i+1]
	}
	switch line[i] {
	case '@', '#', '$': // @user, #123, $mathematics$
		return true
	case ':': // :emoji:, https://
		return next != ' '
	case '!', '%', '&', '~', '^': // GitLab's !123, %milestone, &123, ~label, ^alert
		return unicode.IsLetter(next) || unicode.IsNumber(next) || next == '"' || next == '_'
	case '.': // www.example.com
		return strings.HasSuffix(wordBefore(line, i), "www")
	case '-': // GH-123
		switch wordBefore(line, i) {
		case "gh", "ghsa", "cve":
			return true
		}
	}
	return false
}

// wordBefore is the word of ASCII letters that ends before a place, in lower case.
func wordBefore(line []rune, end int) string {
	start := end
	for start > 0 && line[start-1] < utf8.RuneSelf && unicode.IsLetter(line[start-1]) {
		start--
	}
	return strings.ToLower(string(line[start:end]))
}

// inMermaid writes a text for a label in a Mermaid diagram: letters, digits and
// a few characters without a meaning there; others become blanks.
func inMermaid(text string) string {
	kept := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r)) {
			return r
		}
		return ' '
	}, shorten(text, maxKeyRunes))
	return strings.Join(strings.Fields(kept), " ")
}
