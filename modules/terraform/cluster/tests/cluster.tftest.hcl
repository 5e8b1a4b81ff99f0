# Rendered by journey; edit the spec and run "make render".

mock_provider "aws" {}

variables {
  name       = "test"
  region     = "eu-west-1"
  kubernetes = "1.35"
  node_subnets = {
    a = "subnet-1"
  }
  pod_subnets = {
    a = "subnet-2"
  }
  node_pools = {
    general = {
      size  = "m7g.large"
      image = "AL2023_ARM_64_STANDARD"
      min   = 1
      max   = 2
      price = "ON_DEMAND"
      zones = ["a"]
    }
  }
}

run "a_node_group_for_each_pool" {
  command = plan

  assert {
    condition     = aws_eks_node_group.this["general"].capacity_type == "ON_DEMAND"
    error_message = "The pool must have a node group of its price."
  }
}

run "a_version_without_minor_is_refused" {
  command         = plan
  expect_failures = [var.kubernetes]

  variables {
    kubernetes = "1"
  }
}

run "fewer_nodes_at_most_than_at_least_are_refused" {
  command         = plan
  expect_failures = [var.node_pools]

  variables {
    node_pools = {
      general = {
        size  = "m7g.large"
        image = "AL2023_ARM_64_STANDARD"
        min   = 1
        max   = 0
        price = "ON_DEMAND"
        zones = ["a"]
      }
    }
  }
}
