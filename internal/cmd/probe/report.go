package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

// reportVersion is that of the report's JSON format.
const reportVersion = 1

// report is the result of a run. Nothing in it identifies a tenant: what the
// controller sent is a count, a status or a word of a known shape.
type report struct {
	Version  int    `json:"version"`
	Probe    string `json:"probe"` // version of this command
	Form     string `json:"form"`
	Requests int    `json:"requests"`
	// Switches are the settled positions of the simulator's switches.
	Switches map[string]any `json:"switches"`
	Answers  []result       `json:"answers"`
	// States and Versions count the rows that were read.
	States   map[string]int `json:"states,omitempty"`
	Versions map[string]int `json:"versions,omitempty"`

	tenant *tenant
}

// answered is a question with what came of it.
type result struct {
	Question string `json:"question"`
	Class    class  `json:"class"`
	Answer   string `json:"answer,omitempty"`
	Evidence string `json:"evidence,omitempty"`

	asked *question
}

func newReport(of *tenant) *report {
	form := "unified"
	if of.legacy {
		form = "legacy"
	}
	return &report{Version: reportVersion, Probe: ownVersion(), Form: form, Switches: make(map[string]any), tenant: of}
}

func (r *report) add(asked *question, found finding) {
	meaning, class := asked.read(found)
	maps.Copy(r.Switches, meaning.settles(found))
	r.Answers = append(r.Answers, result{Question: asked.name, Class: class, Answer: meaning.says, Evidence: found.evidence, asked: asked})
	if read := r.tenant.statuses; read != nil {
		all := response{items: read.rows}
		r.States = countOf(all.column(imagestatus.FieldUpgradeState), stateWord)
		r.Versions = countOf(all.column("active_version"), versionWord)
	}
}

// writeJSON writes the format that "simulator -like" reads.
func (r *report) writeJSON(output io.Writer) error {
	encoder := json.NewEncoder(output)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r) //nolint:wrapcheck // The caller names the file.
}

func (r *report) markdown() string {
	var text strings.Builder
	fmt.Fprintf(&text, "# What this tenant's controller answers\n\n")
	fmt.Fprintf(&text, "Probe %s, %s form, %s. No id, name, serial number, address or free text is in this report.\n\n", r.Probe, r.Form, counted(r.Requests, "request"))
	counts := make(map[class]int)
	for _, one := range r.Answers {
		counts[one.Class]++
	}
	for _, class := range []class{classSettled, classContradicted, classUnclear, classNotAsked} {
		fmt.Fprintf(&text, "- %s: %d\n", class, counts[class])
	}
	for _, topic := range topics {
		fmt.Fprintf(&text, "\n## %s\n\n| Question | Result | Answer | Evidence |\n|---|---|---|---|\n", topic)
		for _, one := range r.Answers {
			if one.asked.topic == topic {
				fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", one.asked.asks, one.Class, one.Answer, one.Evidence)
			}
		}
	}
	writeCounts(&text, "Upgrade states", r.States)
	writeCounts(&text, "Active versions", r.Versions)
	return text.String()
}

func writeCounts(text *strings.Builder, heading string, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	fmt.Fprintf(text, "\n## %s\n\n| Word | Rows |\n|---|---|\n", heading)
	for _, word := range byCount(counts) {
		fmt.Fprintf(text, "| %s | %d |\n", word, counts[word])
	}
}
