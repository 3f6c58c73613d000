package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// pageHead begins the guide on what is known, a template of the registry's
// documentation.
const pageHead = `---
page_title: "What is known of the controller"
subcategory: "Operation"
description: |-
  What the provider takes the controller to do, point by point: documented, observed, inferred or unknown.
---

# What is known of the controller

This provider was written without a tenant. The vendor publishes the requests and the fields, but little about what the controller does. So each point below has a grade: **documented** by the vendor, **observed** in published recordings or clients, **inferred** from names and neighbouring endpoints, or **unknown**. If a point is not documented, the provider gives the right result under each answer in its table that has a switch, or an error that says why it cannot. The table names the switch of the simulator.

Nobody has sent a report of a real tenant yet, so **no point is settled by a report**.

## Have a tenant? Two minutes, read-only

` + "```shell" + `
git clone https://github.com/sdwanops/terraform-provider-prismasdwan
cd terraform-provider-prismasdwan
make probe ARGS="-json report.json"
` + "```" + `

or, without a clone:

` + "```shell" + `
go run github.com/sdwanops/terraform-provider-prismasdwan/internal/cmd/probe@latest -json report.json
` + "```" + `

The probe signs in with the same environment variables as the provider, asks each question below with at most 60 requests in all, two a second, and prints a report in Markdown. Before that, it says what it will send, and waits for Enter. It only reads. The report holds counts, status codes, names of fields, states and versions: no id, name, site, serial number, address or free text. Send the report with the issue form *Report of a probe*. ` + "`make simulator ARGS=\"-like report.json\"`" + ` then runs a simulated controller that answers as yours does, so that anybody can reproduce what you see.
`

// knownPage is the guide, with everything that the table of questions says.
func knownPage() string {
	var text strings.Builder
	text.WriteString(pageHead)
	grades := make(map[knowledge]int)
	for _, one := range questions {
		grades[one.known]++
	}
	fmt.Fprintf(&text, "\nOf %d points, %d are documented, %d were observed, %d are inferred and %d unknown.\n",
		len(questions), grades[documented], grades[observed], grades[inferred], grades[unknown])
	for _, topic := range topics {
		fmt.Fprintf(&text, "\n## %s\n", topic)
		for _, one := range questions {
			if one.topic == topic {
				one.describe(&text)
			}
		}
	}
	return text.String()
}

func (q *question) describe(text *strings.Builder) {
	fmt.Fprintf(text, "\n### %s\n\n", q.asks)
	fmt.Fprintf(text, "Grade: **%s**. Settled by reports: none.\n\n", q.known)
	fmt.Fprintf(text, "* What the provider assumes: %s\n* How the probe asks: %s\n", q.presumed, q.how)
	if len(q.meanings) == 0 {
		return
	}
	text.WriteString("\n| Answer | Simulator |\n|---|---|\n")
	for _, meaning := range q.meanings {
		says := meaning.says
		if meaning.contradicts {
			says += " (against what is known)"
		}
		fmt.Fprintf(text, "| %s | %s |\n", says, meaning.switches())
	}
}

// switches lists the positions of a meaning, such as `MaxLimit` = the size.
func (m meaning) switches() string {
	parts := make([]string, 0, len(m.positions))
	for _, name := range slices.Sorted(maps.Keys(m.positions)) {
		spelt := "the size"
		if _, measured := m.positions[name].(open); !measured {
			encoded, _ := json.Marshal(m.positions[name]) //nolint:errchkjson // A text, a number or a truth.
			spelt = string(encoded)
		}
		parts = append(parts, fmt.Sprintf("`%s` = %s", name, spelt))
	}
	return strings.Join(parts, ", ")
}
