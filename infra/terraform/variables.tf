variable "project_id" {
  description = "The project that everything is made in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be a project's id (6 to 30 lower-case letters, digits and hyphens), not its name or number."
  }
}

variable "region" {
  description = "Where the API, the workers, the database and the key ring are."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region such as europe-west1, not a zone."
  }
}

variable "name" {
  description = "Begins the name of everything that is made, so that several installations fit into one project."
  type        = string
  default     = "scheduler"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,16}[a-z0-9]$", var.name))
    error_message = "name must have 4 to 18 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "storage" {
  description = "Where the scheduler's own tables are: POSTGRES (Cloud SQL; recommended) or BIGQUERY (seconds for an answer, charged by the look)."
  type        = string
  default     = "POSTGRES"

  validation {
    condition     = contains(["POSTGRES", "BIGQUERY"], var.storage)
    error_message = "storage must be POSTGRES or BIGQUERY."
  }
}

variable "export_history" {
  description = "With POSTGRES: also copy ended runs, days of use and the audit trail to the BigQuery dataset."
  type        = bool
  default     = true
}

variable "bigquery_location" {
  description = "Where the scheduler's dataset and all customers' datasets are: US, EU or a region."
  type        = string
  default     = "EU"

  validation {
    condition     = can(regex("^(US|EU|[a-z]+-[a-z]+[0-9]+)$", var.bigquery_location))
    error_message = "bigquery_location must be US, EU or a region such as europe-west1."
  }
}

variable "dataset" {
  description = "The dataset of the scheduler's own tables in BigQuery."
  type        = string
  default     = "customers"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_]{0,99}$", var.dataset))
    error_message = "dataset must have letters, digits and underscores, and begin with a letter."
  }
}

variable "customers_project_id" {
  description = "A project that holds nothing but the customers' datasets: customers' names become names of datasets in it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.customers_project_id))
    error_message = "customers_project_id must be a project's id."
  }

  validation {
    condition     = var.customers_project_id != var.project_id
    error_message = "customers_project_id must be another project than project_id: the API's account owns every dataset in it."
  }
}

variable "database" {
  description = "With POSTGRES: the size of the Cloud SQL server, whether a second zone stands by, and how long its log is kept for a restore to a point in time."
  type = object({
    tier               = optional(string, "db-custom-2-7680")
    disk_gb            = optional(number, 50)
    highly_available   = optional(bool, true)
    backup_days        = optional(number, 30)
    restore_point_days = optional(number, 7)
  })
  default = {}

  validation {
    condition     = var.database.disk_gb >= 10 && var.database.disk_gb <= 65536
    error_message = "database.disk_gb must be 10 to 65,536."
  }

  validation {
    condition     = var.database.restore_point_days >= 1 && var.database.restore_point_days <= 7
    error_message = "database.restore_point_days must be 1 to 7."
  }

  validation {
    condition     = var.database.backup_days >= 7 && var.database.backup_days <= 365
    error_message = "database.backup_days must be 7 to 365."
  }
}

variable "network" {
  description = "A VPC network and subnetwork of the region; the database then has a private address only, and API and workers go through the subnetwork. Null: a public address that only the Cloud SQL connector is let through."
  type = object({
    network    = string
    subnetwork = string
  })
  default = null
}

variable "api_image" {
  description = "Image of the API, with its tag or digest. Null makes everything but what runs: the registry that images are pushed to and the secrets that are filled in come first."
  type        = string
  default     = null
}

variable "worker_image" {
  description = "Image of the worker; null or set together with api_image."
  type        = string
  default     = null

  validation {
    condition     = (var.worker_image == null) == (var.api_image == null)
    error_message = "api_image and worker_image must be set together."
  }
}

variable "secret_versions" {
  description = "Which version of each secret is used. `latest` is looked up when an instance starts; a number is the same on all instances."
  type = object({
    admin_key  = optional(string, "latest")
    worker_key = optional(string, "latest")
    database   = optional(string, "latest")
  })
  default = {}
}

variable "api" {
  description = "Instances of the API. One at least always has its processor, because it does its duties between requests."
  type = object({
    min_instances = optional(number, 1)
    max_instances = optional(number, 4)
    cpu           = optional(string, "1")
    memory        = optional(string, "1Gi")
    ingress       = optional(string, "INGRESS_TRAFFIC_ALL")
  })
  default = {}

  validation {
    condition     = var.api.min_instances >= 1 && var.api.max_instances >= var.api.min_instances && var.api.max_instances <= 20
    error_message = "api.min_instances must be at least 1, and api.max_instances no less than it and at most 20: each takes eleven connections of the database."
  }

  validation {
    condition     = contains(["INGRESS_TRAFFIC_ALL", "INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"], var.api.ingress)
    error_message = "api.ingress must be INGRESS_TRAFFIC_ALL, INGRESS_TRAFFIC_INTERNAL_ONLY or INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER."
  }

  validation {
    condition     = var.api.ingress == "INGRESS_TRAFFIC_ALL" || var.network != null
    error_message = "api.ingress can only be internal with a network: the workers reach the API through it."
  }
}

variable "inline_execution" {
  description = "Whether the API itself may run pipelines within process-queue. It then has to open customers' credentials, which it may not otherwise."
  type        = bool
  default     = false
}

variable "workers" {
  description = "Instances of the worker: how many there are at first and never fewer or more than by the schedule or the autoscaler, and how many runs each does at once."
  type = object({
    instances     = optional(number, 3)
    min_instances = optional(number, 3)
    max_instances = optional(number, 50)
    concurrency   = optional(number, 4)
    cpu           = optional(string, "1")
    memory        = optional(string, "2Gi")
  })
  default = {}

  validation {
    condition     = var.workers.min_instances >= 3 && var.workers.max_instances <= 50 && var.workers.min_instances <= var.workers.max_instances
    error_message = "workers.min_instances must be at least 3, workers.max_instances at most 50 and no less."
  }

  validation {
    condition     = var.workers.instances >= var.workers.min_instances && var.workers.instances <= var.workers.max_instances
    error_message = "workers.instances must lie between workers.min_instances and workers.max_instances."
  }

  validation {
    condition     = var.workers.concurrency >= 1 && var.workers.concurrency <= 1000
    error_message = "workers.concurrency must be 1 to 1,000."
  }
}

variable "worker_schedule" {
  description = "How many workers there are from which time on, such as more of them before the full hour: cron expressions in UTC by a name. Not together with autoscaler_image."
  type = map(object({
    cron      = string
    instances = number
  }))
  default = {}

  validation {
    condition     = alltrue([for change in values(var.worker_schedule) : change.instances >= var.workers.min_instances && change.instances <= var.workers.max_instances])
    error_message = "Each worker_schedule's instances must lie between workers.min_instances and workers.max_instances."
  }

  validation {
    condition     = alltrue([for name in keys(var.worker_schedule) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "The names in worker_schedule must have lower-case letters, digits and hyphens."
  }

  validation {
    condition     = length(var.worker_schedule) == 0 || var.autoscaler_image == null
    error_message = "worker_schedule and autoscaler_image exclude each other: two would set the same number."
  }
}

variable "autoscaler_image" {
  description = "Image of Cloud Run External Metrics Autoscaling (CREMA), which then follows desired_workers; null: no autoscaler. Google publishes it as us-central1-docker.pkg.dev/cloud-run-oss-images/crema-v1/autoscaler."
  type        = string
  default     = null
}

variable "trigger_cron" {
  description = "When Cloud Scheduler triggers, in UTC. Every minute; less often works too, runs then start late."
  type        = string
  default     = "* * * * *"

  validation {
    condition     = length(split(" ", var.trigger_cron)) == 5
    error_message = "trigger_cron must have five fields."
  }
}

variable "lateness_objective_seconds" {
  description = "The alert LATENESS fires when one start in a hundred of the last 24 hours is later than this."
  type        = number
  default     = 300

  validation {
    condition     = var.lateness_objective_seconds >= 1 && var.lateness_objective_seconds <= 86400
    error_message = "lateness_objective_seconds must be 1 to 86,400."
  }
}

variable "alert_emails" {
  description = "Who is told of alerts. Empty: the policies are made and tell nobody."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "alert_emails must be e-mail addresses."
  }
}

variable "github_repository" {
  description = "owner/name of the GitHub repository whose workflow may push images and deploy for tags that begin with v, without a key; null: none."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository == null || can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.github_repository))
    error_message = "github_repository must be owner/name."
  }
}

variable "key_rotation_days" {
  description = "How often Cloud KMS makes a new primary version of the key that wraps customers' secrets; `rewrap` then moves the envelopes."
  type        = number
  default     = 90

  validation {
    condition     = var.key_rotation_days >= 1 && var.key_rotation_days <= 365
    error_message = "key_rotation_days must be 1 to 365."
  }
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete the database, the service, the workers and the dataset. False for trials only."
  type        = bool
  default     = true
}

variable "labels" {
  description = "Labels of what can have some, for the bill."
  type        = map(string)
  default     = {}
}
