# Rendered by journey; edit the spec and run "make render".

variable "name" {
  description = "What every resource is named after."
  type        = string
  nullable    = false

  validation {
    condition     = var.name != ""
    error_message = "Must not be empty."
  }
}

variable "region" {
  description = "The region that it stands in."
  type        = string
  nullable    = false
}

variable "cidr" {
  description = "IPv4 network of nodes, load balancers and datastores."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr))
    error_message = "Must be an IPv4 network, such as 10.17.0.0/20."
  }
}

variable "pods_cidr" {
  description = "IPv4 network of the pods."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.pods_cidr))
    error_message = "Must be an IPv4 network, such as 10.16.0.0/16."
  }
}

variable "subnets" {
  description = "Subnets by name; `ipv6` says which /64 of the VPC's /56 is a subnet's."
  type        = map(object({ tier = string, zone = string, cidr = string, ipv6 = number }))
  nullable    = false

  validation {
    condition     = alltrue([for subnet in var.subnets : contains(["nodes", "public", "data", "pods"], subnet.tier)])
    error_message = "Every tier must be nodes, public, data or pods."
  }

  validation {
    condition     = length(distinct([for subnet in var.subnets : subnet.zone])) >= 2
    error_message = "Subnets must stand in two zones at least."
  }

  validation {
    condition     = length(distinct([for subnet in var.subnets : subnet.ipv6])) == length(var.subnets)
    error_message = "Every subnet must have an IPv6 number of its own."
  }
}

variable "nat" {
  description = "NAT gateways: one a zone, or a single one."
  type        = string
  default     = "zone"
  nullable    = false

  validation {
    condition     = contains(["zone", "single"], var.nat)
    error_message = "Must be zone or single."
  }
}

variable "flow_log_days" {
  description = "How long flow logs are kept, in days."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.flow_log_days >= 1
    error_message = "Must be a day or more."
  }
}
