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
    key          = "network.tfstate"
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
      stack       = "network"
      managed-by  = "terraform"
    }
  }
}

module "network" {
  source    = "../../../../../modules/terraform/network"
  name      = "request-journey-staging"
  region    = "eu-west-1"
  cidr      = "10.17.0.0/20"
  pods_cidr = "10.16.0.0/16"
  nat       = "single"
  subnets = {
    nodes-eu-west-1a = {
      tier = "nodes"
      zone = "eu-west-1a"
      cidr = "10.17.0.0/22"
      ipv6 = 0
    }
    nodes-eu-west-1b = {
      tier = "nodes"
      zone = "eu-west-1b"
      cidr = "10.17.4.0/22"
      ipv6 = 1
    }
    nodes-eu-west-1c = {
      tier = "nodes"
      zone = "eu-west-1c"
      cidr = "10.17.8.0/22"
      ipv6 = 2
    }
    public-eu-west-1a = {
      tier = "public"
      zone = "eu-west-1a"
      cidr = "10.17.12.0/25"
      ipv6 = 16
    }
    public-eu-west-1b = {
      tier = "public"
      zone = "eu-west-1b"
      cidr = "10.17.12.128/25"
      ipv6 = 17
    }
    public-eu-west-1c = {
      tier = "public"
      zone = "eu-west-1c"
      cidr = "10.17.13.0/25"
      ipv6 = 18
    }
    data-eu-west-1a = {
      tier = "data"
      zone = "eu-west-1a"
      cidr = "10.17.14.0/25"
      ipv6 = 32
    }
    data-eu-west-1b = {
      tier = "data"
      zone = "eu-west-1b"
      cidr = "10.17.14.128/25"
      ipv6 = 33
    }
    data-eu-west-1c = {
      tier = "data"
      zone = "eu-west-1c"
      cidr = "10.17.15.0/25"
      ipv6 = 34
    }
    pods-eu-west-1a = {
      tier = "pods"
      zone = "eu-west-1a"
      cidr = "10.16.0.0/18"
      ipv6 = 48
    }
    pods-eu-west-1b = {
      tier = "pods"
      zone = "eu-west-1b"
      cidr = "10.16.64.0/18"
      ipv6 = 49
    }
    pods-eu-west-1c = {
      tier = "pods"
      zone = "eu-west-1c"
      cidr = "10.16.128.0/18"
      ipv6 = 50
    }
  }
}
