# Rendered by journey; edit the spec and run "make render".

output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "ipv6_cidr" {
  description = "The VPC's IPv6 network."
  value       = aws_vpc.this.ipv6_cidr_block
}

output "node_subnets" {
  description = "Subnets of nodes, by zone."
  value       = { for key, subnet in var.subnets : subnet.zone => aws_subnet.this[key].id if subnet.tier == "nodes" }
}

output "pod_subnets" {
  description = "Subnets of pods, by zone."
  value       = { for key, subnet in var.subnets : subnet.zone => aws_subnet.this[key].id if subnet.tier == "pods" }
}

output "public_subnets" {
  description = "Subnets of load balancers, by zone."
  value       = { for key, subnet in var.subnets : subnet.zone => aws_subnet.this[key].id if subnet.tier == "public" }
}

output "data_subnets" {
  description = "Subnets of managed datastores, by zone."
  value       = { for key, subnet in var.subnets : subnet.zone => aws_subnet.this[key].id if subnet.tier == "data" }
}
