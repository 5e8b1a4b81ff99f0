# Rendered by journey; edit the spec and run "make render".

terraform {
  required_version = "~> 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
  }

  backend "s3" {
    bucket       = "request-journey-staging-terraform-state"
    key          = "cluster.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    kms_key_id   = "alias/terraform-state"
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      platform    = "request-journey"
      environment = "staging"
      cluster     = "staging"
      stack       = "cluster"
      managed-by  = "terraform"
    }
  }
}

data "terraform_remote_state" "network" {
  backend = "s3"
  config = {
    bucket = "request-journey-staging-terraform-state"
    key    = "network.tfstate"
    region = "eu-west-1"
  }
}

module "cluster" {
  source       = "../../../../../modules/terraform/cluster"
  name         = "request-journey-staging"
  region       = "eu-west-1"
  kubernetes   = "1.35"
  node_subnets = data.terraform_remote_state.network.outputs.node_subnets
  pod_subnets  = data.terraform_remote_state.network.outputs.pod_subnets
  node_pools = {
    general = {
      size  = "m7g.large"
      image = "AL2023_ARM_64_STANDARD"
      min   = 2
      max   = 6
      price = "ON_DEMAND"
      zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    }
    spare = {
      size  = "m7g.large"
      image = "AL2023_ARM_64_STANDARD"
      min   = 0
      max   = 4
      price = "SPOT"
      zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    }
  }
}
