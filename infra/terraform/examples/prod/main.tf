# 10,000 customers with 24 runs a day each: two zones, three instances of the API, more workers around the full hour.
terraform {
  # The state names accounts and secrets, and holds no value of them; it is still nobody else's business.
  backend "gcs" {}
}

provider "google" {
  project = var.project_id
  region  = local.region
}

locals {
  region = "europe-west1"
}

module "scheduler" {
  source = "../.."

  project_id           = var.project_id
  customers_project_id = var.customers_project_id
  region               = local.region
  bigquery_location    = "EU"
  api_image            = var.api_image
  worker_image         = var.worker_image
  github_repository    = var.github_repository
  alert_emails         = var.alert_emails

  database = {
    tier    = "db-custom-4-15360"
    disk_gb = 100
  }
  network = var.network
  api = {
    min_instances = 2
    max_instances = 6
    cpu           = "2"
    memory        = "2Gi"
  }
  workers = {
    instances   = 10
    concurrency = 8
    cpu         = "2"
    memory      = "4Gi"
  }
  worker_schedule = {
    before-the-hour = { cron = "55 * * * *", instances = 30 }
    after-the-herd  = { cron = "20 * * * *", instances = 10 }
  }
  labels = { environment = "prod" }
}

variable "project_id" {
  description = "The project of the installation."
  type        = string
}

variable "customers_project_id" {
  description = "Another project, of the customers' datasets alone."
  type        = string
}

variable "api_image" {
  description = "Null at the first apply; later only for what is made anew, as the pipeline deploys."
  type        = string
  default     = null
}

variable "worker_image" {
  description = "Likewise."
  type        = string
  default     = null
}

variable "github_repository" {
  description = "owner/name of the repository whose workflow deploys."
  type        = string
  default     = null
}

variable "alert_emails" {
  description = "Who is on call."
  type        = set(string)
}

variable "network" {
  description = "The VPC network, peered with Google's services, and a subnetwork of the region."
  type = object({
    network    = string
    subnetwork = string
  })
  default = null
}

output "scheduler" {
  description = "Addresses and names that the next steps need."
  value       = module.scheduler
}
