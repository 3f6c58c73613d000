output "scheduled_at" {
  value = provider::prismasdwan::parse_schedule("08-21-2026 02:00:00") # "2026-08-21T02:00:00Z"
}
