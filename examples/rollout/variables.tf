variable "target_version" {
  description = "Version or constraint that the canary wave must run."
  type        = string
}

variable "wait" {
  description = "How to wait for the gate to open; null looks once."
  type        = object({ interval = optional(string), hold = optional(string) })
  default     = null
}
