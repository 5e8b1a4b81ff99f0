# Rendered by journey; edit the spec and run "make render".

output "name" {
  description = "The cluster's name."
  value       = module.cluster.name
}

output "endpoint" {
  description = "Address of its API."
  value       = module.cluster.endpoint
}

output "node_role_arn" {
  description = "The role of its nodes."
  value       = module.cluster.node_role_arn
}

output "security_group_id" {
  description = "The security group of its control plane, nodes and pods."
  value       = module.cluster.security_group_id
}
