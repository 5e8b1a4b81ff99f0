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
    key          = "network.tfstate"
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
      stack       = "network"
      managed-by  = "terraform"
    }
  }
}

module "network" {
  source    = "../../../../../modules/terraform/network"
  name      = "request-journey-prod-us-east-1"
  region    = "us-east-1"
  cidr      = "10.49.0.0/20"
  pods_cidr = "10.48.0.0/16"
  nat       = "zone"
  subnets = {
    nodes-us-east-1a = {
      tier = "nodes"
      zone = "us-east-1a"
      cidr = "10.49.0.0/22"
      ipv6 = 0
    }
    nodes-us-east-1b = {
      tier = "nodes"
      zone = "us-east-1b"
      cidr = "10.49.4.0/22"
      ipv6 = 1
    }
    nodes-us-east-1c = {
      tier = "nodes"
      zone = "us-east-1c"
      cidr = "10.49.8.0/22"
      ipv6 = 2
    }
    public-us-east-1a = {
      tier = "public"
      zone = "us-east-1a"
      cidr = "10.49.12.0/25"
      ipv6 = 16
    }
    public-us-east-1b = {
      tier = "public"
      zone = "us-east-1b"
      cidr = "10.49.12.128/25"
      ipv6 = 17
    }
    public-us-east-1c = {
      tier = "public"
      zone = "us-east-1c"
      cidr = "10.49.13.0/25"
      ipv6 = 18
    }
    data-us-east-1a = {
      tier = "data"
      zone = "us-east-1a"
      cidr = "10.49.14.0/25"
      ipv6 = 32
    }
    data-us-east-1b = {
      tier = "data"
      zone = "us-east-1b"
      cidr = "10.49.14.128/25"
      ipv6 = 33
    }
    data-us-east-1c = {
      tier = "data"
      zone = "us-east-1c"
      cidr = "10.49.15.0/25"
      ipv6 = 34
    }
    pods-us-east-1a = {
      tier = "pods"
      zone = "us-east-1a"
      cidr = "10.48.0.0/18"
      ipv6 = 48
    }
    pods-us-east-1b = {
      tier = "pods"
      zone = "us-east-1b"
      cidr = "10.48.64.0/18"
      ipv6 = 49
    }
    pods-us-east-1c = {
      tier = "pods"
      zone = "us-east-1c"
      cidr = "10.48.128.0/18"
      ipv6 = 50
    }
  }
}
