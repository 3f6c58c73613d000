package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/version"
)

// Texts of the controller are reported only if they match one of these shapes, which
// say nothing of a tenant.
var (
	stateShape = regexp.MustCompile(`^[a-z]{2,}([_-][a-z]{2,}){0,4}$`)
	roleShape  = regexp.MustCompile(`^[A-Z]{2,}(_[A-Z]{2,}){0,4}$`)
	codeShape  = regexp.MustCompile(`^[A-Z]{2,}(_[A-Z]{2,}){0,8}(_\d{4})?$`)
	keyShape   = regexp.MustCompile(`^_?[a-z]{2,}(_[a-z]{2,}){0,5}$`)
)

const (
	longestWord = 48
	otherWord   = "(other)"
	noValue     = "(null)"
)

func shaped(text string, shape *regexp.Regexp) string {
	switch {
	case text == "":
		return noValue
	case len(text) > longestWord || !shape.MatchString(text):
		return otherWord
	default:
		return text
	}
}

// stateWord is a state, known or not, of an upgrade, an element or an image.
func stateWord(text string) string {
	if imagestatus.State(text).Known() {
		return text
	}
	return shaped(text, stateShape)
}

func roleWord(text string) string { return shaped(text, roleShape) }

// codeWord is "" if there is no code.
func codeWord(text string) string {
	if text == "" {
		return ""
	}
	return shaped(text, codeShape)
}

func keyWord(text string) string { return shaped(text, keyShape) }

func versionWord(text string) string {
	if text == "" {
		return noValue
	}
	if _, err := version.Parse(text); err != nil || len(text) > longestWord {
		return otherWord
	}
	return text
}

// spelling is a text with each digit as 9 and each letter as A, to show the format and
// not the text.
func spelling(text string) string {
	masked := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return '9'
		case unicode.IsLetter(r):
			return 'A'
		case r < unicode.MaxASCII && unicode.IsPrint(r) && r != '|' && r != '`':
			return r
		default:
			return '?'
		}
	}, text)
	if len(masked) > longestWord {
		return masked[:longestWord] + "…"
	}
	return masked
}

func rowCount(count int) string { return counted(count, "row") }

func counted(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}

// countList lists words and their counts, "complete 41, done 3", the most frequent first.
func countList(counts map[string]int) string {
	parts := make([]string, 0, len(counts))
	for _, word := range byCount(counts) {
		parts = append(parts, fmt.Sprintf("%s %d", word, counts[word]))
	}
	return strings.Join(parts, ", ")
}

func byCount(counts map[string]int) []string {
	words := make([]string, 0, len(counts))
	for word := range counts {
		words = append(words, word)
	}
	slices.SortFunc(words, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	return words
}

func countOf(texts []string, word func(string) string) map[string]int {
	counts := make(map[string]int)
	for _, text := range texts {
		counts[word(text)]++
	}
	return counts
}
