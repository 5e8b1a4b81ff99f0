# Rendered by journey; edit the spec and run "make render".

output "name" {
  description = "The cluster's name."
  value       = aws_eks_cluster.this.name
}

output "endpoint" {
  description = "Address of its API."
  value       = aws_eks_cluster.this.endpoint
}

output "node_role_arn" {
  description = "The role of its nodes."
  value       = aws_iam_role.nodes.arn
}

output "security_group_id" {
  description = "The security group of its control plane, nodes and pods."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}
