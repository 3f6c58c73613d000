mock_provider "prismasdwan" {}

variables {
  canary_sites   = ["BR-MIL-01", "BR-SIN-02"]
  target_version = "6.3.6-b9"
}

run "an_open_gate_lets_the_rollout_through" {
  command = plan

  override_data {
    target = data.prismasdwan_upgrade_gate.canary
    values = { ready = true, ready_percent = 100, summary = "open: 2/2 ready (100%)", reasons = [] }
  }

  assert {
    condition     = output.may_roll_out
    error_message = "The gate is open and the rollout is held."
  }
}

run "a_closed_gate_holds_the_rollout" {
  command = plan

  override_data {
    target = data.prismasdwan_upgrade_gate.canary
    values = { ready = false, ready_percent = 50, summary = "closed: 1/2 ready (50%), 1 pending", reasons = ["1 of 2 elements is ready."] }
  }

  assert {
    condition     = !output.may_roll_out
    error_message = "Half of the elements are ready and the rollout is not held."
  }
}

run "nearly_open_is_enough" {
  command = plan

  override_data {
    target = data.prismasdwan_upgrade_gate.canary
    values = { ready = false, ready_percent = 97.5, summary = "closed: 39/40 ready (97.5%), 1 pending", reasons = [] }
  }

  assert {
    condition     = output.may_roll_out
    error_message = "97.5% are ready and the rollout is held."
  }
}
