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
    bucket       = "request-journey-prod-us-east-1-terraform-state"
    key          = "cluster.tfstate"
    region       = "us-east-1"
    encrypt      = true
    kms_key_id   = "alias/terraform-state"
    use_lockfile = true
  }
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = {
      platform    = "request-journey"
      environment = "prod"
      cluster     = "prod-us-east-1"
      stack       = "cluster"
      managed-by  = "terraform"
    }
  }
}

data "terraform_remote_state" "network" {
  backend = "s3"
  config = {
    bucket = "request-journey-prod-us-east-1-terraform-state"
    key    = "network.tfstate"
    region = "us-east-1"
  }
}

module "cluster" {
  source       = "../../../../../modules/terraform/cluster"
  name         = "request-journey-prod-us-east-1"
  region       = "us-east-1"
  kubernetes   = "1.34"
  node_subnets = data.terraform_remote_state.network.outputs.node_subnets
  pod_subnets  = data.terraform_remote_state.network.outputs.pod_subnets
  node_pools = {
    general = {
      size  = "m7g.xlarge"
      image = "AL2023_ARM_64_STANDARD"
      min   = 3
      max   = 12
      price = "ON_DEMAND"
      zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
    }
  }
}
