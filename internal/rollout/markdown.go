package rollout

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// inMarkdown escapes an untrusted text so that GitHub-flavoured Markdown shows it
// unchanged in a heading, a list item or a table cell: one line of at most that many
// characters, without invisible ones.
//
// A backslash or an entity prevents Markdown, but not what GitHub replaces afterwards
// in each text between two tags: mentions, issue references, emoji and mathematics. The
// character that starts one of these is therefore put into a span, as GitHub documents
// for a dollar sign. Two kinds of links remain, both within the repository: a commit
// hash, and a prefix such as PROJ- that the repository's settings link.
func inMarkdown(text string, runes int) string {
	line := []rune(strings.TrimSpace(shorten(text, runes)))
	var out strings.Builder
	for i, r := range line {
		written, special := markdownEscapes[r]
		if !special {
			written = string(r)
		}
		switch {
		case i == 0 && strings.ContainsRune("+-=", r), endsListNumber(line, i):
			written = startEntities[r]
		case startsReference(line, i):
			written = "<span>" + written + "</span>"
		}
		out.WriteString(written)
	}
	return out.String()
}

// markdownEscapes are for characters with a meaning anywhere. Bar and backslash are
// entities, since a table parses them before its cells.
var markdownEscapes = map[rune]string{
	'\\': "&#92;", '|': "&#124;", '&': "&amp;", '<': "&lt;", '>': "&gt;",
	'`': "\\`", '*': `\*`, '_': `\_`, '~': `\~`, '[': `\[`, ']': `\]`,
}

// startEntities are for characters with a meaning at the start of a list item only.
var startEntities = map[rune]string{'+': "&#43;", '-': "&#45;", '=': "&#61;", '.': "&#46;", ')': "&#41;"}

func endsListNumber(line []rune, i int) bool {
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

// startsReference is about what GitHub and GitLab turn into links, emoji or formulas.
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

// wordBefore returns ASCII letters in lower case.
func wordBefore(line []rune, end int) string {
	start := end
	for start > 0 && line[start-1] < utf8.RuneSelf && unicode.IsLetter(line[start-1]) {
		start--
	}
	return strings.ToLower(string(line[start:end]))
}

// inMermaid replaces every character that could have a meaning in a label of a Mermaid
// diagram by a blank.
func inMermaid(text string) string {
	kept := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r)) {
			return r
		}
		return ' '
	}, shorten(text, maxKeyRunes))
	return strings.Join(strings.Fields(kept), " ")
}
