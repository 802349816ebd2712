# A trial: one zone, one small database, nothing that Terraform refuses to delete (but the KMS key: keys stay).
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
  api_image            = var.api_image
  worker_image         = var.worker_image

  database = {
    tier             = "db-custom-1-3840"
    disk_gb          = 10
    highly_available = false
    backup_days      = 7
  }
  api                 = { max_instances = 1 }
  export_history      = false
  deletion_protection = false
  labels              = { environment = "dev" }
}

variable "project_id" {
  description = "The project of the trial."
  type        = string
}

variable "customers_project_id" {
  description = "Another project, of the customers' datasets."
  type        = string
}

variable "api_image" {
  description = "Null at the first apply."
  type        = string
  default     = null
}

variable "worker_image" {
  description = "Null at the first apply."
  type        = string
  default     = null
}

output "scheduler" {
  description = "Addresses and names that the next steps need."
  value       = module.scheduler
}
