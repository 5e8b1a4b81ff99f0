# Rendered by journey; edit the spec and run "make render".

mock_provider "aws" {
  mock_resource "aws_vpc" {
    defaults = {
      ipv6_cidr_block = "2001:db8::/56"
    }
  }
}

variables {
  name      = "test"
  region    = "eu-west-1"
  cidr      = "10.17.0.0/20"
  pods_cidr = "10.16.0.0/16"
  subnets = {
    nodes-a  = { tier = "nodes", zone = "a", cidr = "10.17.0.0/22", ipv6 = 0 }
    nodes-b  = { tier = "nodes", zone = "b", cidr = "10.17.4.0/22", ipv6 = 1 }
    public-a = { tier = "public", zone = "a", cidr = "10.17.12.0/25", ipv6 = 16 }
    public-b = { tier = "public", zone = "b", cidr = "10.17.12.128/25", ipv6 = 17 }
  }
}

run "a_nat_gateway_in_each_zone" {
  command = plan

  assert {
    condition     = length(aws_nat_gateway.this) == 2
    error_message = "There must be 2 NAT gateways."
  }
}

run "a_single_nat_gateway" {
  command = plan

  variables {
    nat = "single"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1
    error_message = "There must be 1 NAT gateways."
  }
}

run "an_unknown_kind_of_nat_is_refused" {
  command         = plan
  expect_failures = [var.nat]

  variables {
    nat = "none"
  }
}

run "what_is_no_network_is_refused" {
  command         = plan
  expect_failures = [var.cidr]

  variables {
    cidr = "10.17.0.0"
  }
}
