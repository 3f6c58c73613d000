# Two elements of the simulator's fleet with its default flags. They run
# 6.3.5-b9.
variables {
  canary_element_ids = ["1774317603862004945", "1774317617411005945"]
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
