# Rendered by journey; edit the spec and run "make render".

output "vpc_id" {
  description = "The VPC."
  value       = module.network.vpc_id
}

output "ipv6_cidr" {
  description = "The VPC's IPv6 network."
  value       = module.network.ipv6_cidr
}

output "node_subnets" {
  description = "Subnets of nodes, by zone."
  value       = module.network.node_subnets
}

output "pod_subnets" {
  description = "Subnets of pods, by zone."
  value       = module.network.pod_subnets
}

output "public_subnets" {
  description = "Subnets of load balancers, by zone."
  value       = module.network.public_subnets
}

output "data_subnets" {
  description = "Subnets of managed datastores, by zone."
  value       = module.network.data_subnets
}
