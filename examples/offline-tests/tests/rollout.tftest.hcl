# Two sites of the simulator's fleet with its default flags. Their elements run
# 6.3.5-b9.
variables {
  canary_sites = ["BR-MIL-01", "BR-SIN-02"]
}

run "a_wave_on_another_version_holds_the_rollout" {
  command = plan

  variables {
    target_version = "6.3.6-b9"
  }

  expect_failures = [terraform_data.policy]
}

run "a_wave_on_target_lets_the_rollout_through" {
  variables {
    target_version = "6.3.5-b9"
  }

  assert {
    condition     = module.gate.may_roll_out
    error_message = "The wave is on target and the rollout is held."
  }
}
