package provider

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

const actionName = "prismasdwan_await_upgrade"

// invocation is what an action said on its way and in the end.
type invocation struct {
	progress    []string
	diagnostics []*tfprotov6.Diagnostic
}

// planAction asks for the action's plan, as "terraform plan" does.
func (p *protocol) planAction(config map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	response, err := p.actions().PlanAction(p.t.Context(), &tfprotov6.PlanActionRequest{
		ActionType: actionName, Config: p.dynamic(p.schemas.ActionSchemas[actionName].Schema, config),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return response.Diagnostics
}

// invokeAction runs the action, as "terraform apply" does.
func (p *protocol) invokeAction(ctx context.Context, config map[string]any) invocation {
	p.t.Helper()
	stream, err := p.actions().InvokeAction(ctx, &tfprotov6.InvokeActionRequest{
		ActionType: actionName, Config: p.dynamic(p.schemas.ActionSchemas[actionName].Schema, config),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	var invoked invocation
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			invoked.progress = append(invoked.progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			invoked.diagnostics = event.Diagnostics
		}
	}
	return invoked
}

func (p *protocol) actions() tfprotov6.ActionServer {
	p.t.Helper()
	server, ok := p.server.(tfprotov6.ActionServer)
	if !ok {
		p.t.Fatal("the provider serves no actions")
	}
	return server
}

// canaryAction is the action over the canary wave.
func canaryAction(server *simulator.Server, more map[string]any) map[string]any {
	config := map[string]any{
		"element_ids":    toAny(server.Wave(simulator.WaveCanary)),
		"target_version": simulator.TargetImage().Version,
		"wait":           map[string]any{"interval": "1s"},
	}
	maps.Copy(config, more)
	return config
}

func toAny(texts []string) []any {
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = text
	}
	return values
}

func TestActionLooksOnceAtPlan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*testing.T, *simulator.Server)
		config map[string]any
		says   string
	}{
		"pending elements pass":              {change: nil},
		"failed elements are an error":       {change: breakCanary, says: "image does not boot"},
		"failures within the bound pass":     {change: breakCanary, config: map[string]any{"max_failed": 1}},
		"nothing selected is an error":       {config: map[string]any{"element_ids": []any{}}, says: "matches no element"},
		"an unknown state is an error":       {change: confuseCanary, says: "does not recognize"},
		"what is not known is not looked at": {change: breakCanary, config: map[string]any{"element_ids": unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := rolloutFleet(t)
			if test.change != nil {
				test.change(t, server)
			}
			diagnostics := newProtocol(t, append(server.Environment(simulator.Legacy), impatient...)...).planAction(canaryAction(server, test.config))
			checkSays(t, diagnostics, test.says)
			if test.says != "" {
				checkSays(t, diagnostics, "Waiting does not fix this.")
			}
			if looks := server.Count(simulator.RequestQuery); looks > 1 {
				t.Errorf("the plan took %d looks, want one at most", looks)
			}
		})
	}
}

func confuseCanary(t *testing.T, server *simulator.Server) {
	t.Helper()
	if err := server.SetState(server.Wave(simulator.WaveCanary)[0], simulator.UnlistedState); err != nil {
		t.Fatal(err)
	}
}

// checkSays checks that diagnostics hold the text; that there are none where
// the text is empty.
func checkSays(t *testing.T, diagnostics []*tfprotov6.Diagnostic, text string) {
	t.Helper()
	said := render(diagnostics)
	if text == "" && said != "" {
		t.Errorf("there are diagnostics:\n%s", said)
	}
	if !strings.Contains(said, text) {
		t.Errorf("the diagnostics do not say %q:\n%s", text, said)
	}
}

func TestActionWaitsUntilTheWaveIsHome(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "rollout", Speed: 600})
	invoked := newProtocol(t, append(server.Environment(simulator.Unified), impatient...)...).
		invokeAction(t.Context(), canaryAction(server, nil))
	checkSays(t, invoked.diagnostics, "")
	if len(invoked.progress) < 2 {
		t.Fatalf("progress was told %d times, want each look: %q", len(invoked.progress), invoked.progress)
	}
	if first := invoked.progress[0]; !strings.Contains(first, "/3 ready") || !strings.Contains(first, "next check in 1 s, 1 h left") {
		t.Errorf("the first look is told as %q", first)
	}
	if last := invoked.progress[len(invoked.progress)-1]; !strings.HasPrefix(last, "open: 3/3 ready (100%)") {
		t.Errorf("the last look is told as %q", last)
	}
}

func TestActionEndsWithAReason(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*testing.T, *simulator.Server)
		config map[string]any
		says   string
	}{
		"failed elements end the wait at once": {
			change: breakCanary, says: "Waiting does not fix this.",
			config: map[string]any{"wait": map[string]any{"interval": "1h"}, "timeouts": map[string]any{"invoke": "24h"}},
		},
		"the time limit ends it with the last verdict": {
			config: map[string]any{"timeouts": map[string]any{"invoke": "3s"}}, says: "0 of 3 elements are ready",
		},
		"refused credentials end it at once": {
			change: func(_ *testing.T, server *simulator.Server) {
				server.SetSwitches(simulator.Switches{RolesDenied: true})
			},
			says: "Access denied by the controller",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := rolloutFleet(t)
			if test.change != nil {
				test.change(t, server)
			}
			started := time.Now()
			invoked := newProtocol(t, append(server.Environment(simulator.Unified), impatient...)...).
				invokeAction(t.Context(), canaryAction(server, test.config))
			checkSays(t, invoked.diagnostics, test.says)
			if took := time.Since(started); took > time.Minute {
				t.Errorf("the action took %s to end", took)
			}
		})
	}
}

func TestActionEndsWithinASecondWhenCancelled(t *testing.T) {
	t.Parallel()
	server := rolloutFleet(t)
	p := newProtocol(t, append(server.Environment(simulator.Unified), impatient...)...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cancelled := make(chan time.Time, 1)
	go func() {
		for server.Count(simulator.RequestQuery) == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancelled <- time.Now()
		cancel()
	}()
	invoked := p.invokeAction(ctx, canaryAction(server, map[string]any{
		"wait": map[string]any{"interval": "1h"}, "timeouts": map[string]any{"invoke": "24h"},
	}))
	if server.Count(simulator.RequestQuery) == 0 {
		t.Fatalf("the action ended before its first look:\n%s", render(invoked.diagnostics))
	}
	if took := time.Since(<-cancelled); took > time.Second {
		t.Errorf("the action ended %s after it was cancelled", took)
	}
	if !hasError(invoked.diagnostics) {
		t.Error("a cancelled wait counts as success")
	}
}

func TestAccActionHoldsAnApply(t *testing.T) {
	t.Parallel()
	server := startSimulator(t, simulator.Options{Elements: 60, Seed: 1, Scenario: "rollout", Speed: 600})
	terminal := newTerminal(t, server, map[string]string{"main.tf": fmt.Sprintf(`
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
action "prismasdwan_await_upgrade" "canary" {
  config {
    element_ids    = %s
    target_version = %q
    wait           = { interval = "1s" }
  }
}
resource "terraform_data" "policy" {
  input = "rolled out"
  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.prismasdwan_await_upgrade.canary]
    }
  }
}
`, quotedList(server.Wave(simulator.WaveCanary)), simulator.TargetImage().Version)})
	terminal.needs(featureAction)
	terminal.succeeds([]string{"plan", "-out=saved"}, "1 to add")
	terminal.succeeds([]string{"apply", "saved"}, "/3 ready", "open: 3/3 ready", "1 added")
	terminal.succeeds([]string{"plan"}, "No changes")

	breakCanary(t, server)
	terminal.succeeds([]string{"plan"}, "No changes")
	terminal.fails([]string{"plan", "-replace=terraform_data.policy"}, "Upgrade gate closed: ", "image does not boot", "Waiting does not fix this.")
	terminal.succeeds([]string{"destroy", "-auto-approve"}, "1 destroyed")
}

func TestAccActionHoldsASavedPlan(t *testing.T) {
	t.Parallel()
	server := rolloutFleet(t)
	terminal := newTerminal(t, server, map[string]string{"main.tf": fmt.Sprintf(`
terraform {
  required_providers {
    prismasdwan = { source = "sdwanops/prismasdwan" }
  }
}
action "prismasdwan_await_upgrade" "canary" {
  config {
    element_ids = %s
    timeouts    = { invoke = "5s" }
  }
}
resource "terraform_data" "policy" {
  input = "rolled out"
  lifecycle {
    action_trigger {
      events  = [before_create]
      actions = [action.prismasdwan_await_upgrade.canary]
    }
  }
}
`, quotedList(server.Wave(simulator.WaveCanary)))})
	terminal.needs(featureAction)
	terminal.succeeds([]string{"plan", "-out=saved"}, "1 to add")
	breakCanary(t, server)
	terminal.fails([]string{"apply", "saved"}, "image does not boot")
	terminal.holdsNothing()
}
