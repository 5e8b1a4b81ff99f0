# Rendered by journey; edit the spec and run "make render".

variable "name" {
  description = "The cluster's name."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.name) <= 100
    error_message = "At most 100 characters."
  }
}

variable "region" {
  description = "The region that it stands in."
  type        = string
  nullable    = false
}

variable "kubernetes" {
  description = "Kubernetes version, major and minor."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes))
    error_message = "Must be a version such as 1.35."
  }
}

variable "node_subnets" {
  description = "Subnets of nodes, by zone."
  type        = map(string)
  nullable    = false
}

variable "pod_subnets" {
  description = "Subnets of pods, by zone."
  type        = map(string)
  nullable    = false
}

variable "node_pools" {
  description = "Node pools by name."
  type = map(object({
    size  = string
    image = string
    min   = number
    max   = number
    price = string
    zones = list(string)
  }))
  nullable = false

  validation {
    condition     = alltrue([for pool in var.node_pools : pool.min <= pool.max])
    error_message = "Every min must be at most its max."
  }

  validation {
    condition     = alltrue([for pool in var.node_pools : contains(["ON_DEMAND", "SPOT"], pool.price)])
    error_message = "Every price must be ON_DEMAND or SPOT."
  }
}

variable "log_days" {
  description = "How long the control plane's logs are kept, in days."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.log_days >= 1
    error_message = "Must be a day or more."
  }
}
