locals {
  # What a token of Cloud Scheduler is made for. Not the service's address, which is known only once the service is there.
  audience = "https://${var.name}.${var.project_id}"

  kms_settings = { Scheduler__Secrets__KmsKey = google_kms_crypto_key.credentials.id }

  # The API and the workers write to the same datasets.
  dataset_settings = {
    Scheduler__Datasets__Provider = "BigQuery"
    Scheduler__Datasets__Project  = var.customers_project_id
    Scheduler__Datasets__Location = var.bigquery_location
  }

  storage_settings = merge(
    { Scheduler__Storage__Provider = local.is_postgres ? "Postgres" : "BigQuery" },
    local.is_postgres ? {} : {
      Scheduler__Storage__BigQuery__Project      = var.project_id
      Scheduler__Storage__BigQuery__Dataset      = var.dataset
      Scheduler__Storage__BigQuery__Location     = var.bigquery_location
      Scheduler__Storage__BigQuery__FlushSeconds = "5"
    },
    local.is_postgres && var.export_history ? {
      Scheduler__History__BigQuery__Project  = var.project_id
      Scheduler__History__BigQuery__Dataset  = var.dataset
      Scheduler__History__BigQuery__Location = var.bigquery_location
    } : {},
  )

  api_settings = merge(local.storage_settings, local.dataset_settings, local.kms_settings, {
    Scheduler__InlineExecution          = tostring(var.inline_execution)
    Scheduler__Oidc__Audience           = local.audience
    Scheduler__Oidc__ServiceAccount     = google_service_account.accounts["trigger"].email
    Scheduler__LatenessObjectiveSeconds = tostring(var.lateness_objective_seconds)
    Scheduler__Workers__Min             = tostring(var.workers.min_instances)
    Scheduler__Workers__Max             = tostring(var.workers.max_instances)
    Scheduler__Workers__RunsPerWorker   = tostring(var.workers.concurrency)
    # Google's front end adds the address that it saw.
    Scheduler__TrustedProxies = "1"
  })

  admin_secret  = { ADMIN_KEY = { secret = "admin-key", version = var.secret_versions.admin_key } }
  worker_secret = { WORKER_KEY = { secret = "worker-key", version = var.secret_versions.worker_key } }
  database_secret = local.is_postgres ? {
    Scheduler__Storage__ConnectionString = { secret = "database", version = var.secret_versions.database }
  } : {}
}

resource "google_cloud_run_v2_service" "api" {
  count = local.runs ? 1 : 0

  name                = "${var.name}-api"
  location            = var.region
  ingress             = var.api.ingress
  deletion_protection = var.deletion_protection
  labels              = local.labels
  # Customers come with a key of their own and workers with theirs; the API judges every call itself.
  invoker_iam_disabled = true
  custom_audiences     = [local.audience]

  template {
    service_account = google_service_account.accounts["api"].email
    # A trigger with a large backlog takes its time.
    timeout = "900s"
    # Most calls wait: a worker's claim for up to 20 s.
    max_instance_request_concurrency = 250
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    labels                           = local.labels

    scaling {
      min_instance_count = var.api.min_instances
      max_instance_count = var.api.max_instances
    }

    containers {
      image = var.api_image

      ports {
        container_port = 8080
      }

      resources {
        limits = { cpu = var.api.cpu, memory = var.api.memory }
        # Duties run between requests.
        cpu_idle          = false
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = local.api_settings
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = merge(local.admin_secret, local.worker_secret, local.database_secret)
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.secrets[env.value.secret].secret_id
              version = env.value.version
            }
          }
        }
      }

      startup_probe {
        http_get {
          path = "/health/ready"
          port = 8080
        }
        # A new version may have a schema to change first: 10 minutes.
        period_seconds    = 5
        timeout_seconds   = 5
        failure_threshold = 120
      }

      liveness_probe {
        http_get {
          path = "/health/live"
          port = 8080
        }
        period_seconds    = 15
        timeout_seconds   = 5
        failure_threshold = 4
      }

      dynamic "volume_mounts" {
        for_each = google_sql_database_instance.main
        content {
          name       = "cloudsql"
          mount_path = "/cloudsql"
        }
      }
    }

    dynamic "volumes" {
      for_each = google_sql_database_instance.main
      content {
        name = "cloudsql"
        cloud_sql_instance {
          instances = [volumes.value.connection_name]
        }
      }
    }

    dynamic "vpc_access" {
      for_each = var.network == null ? [] : [var.network]
      content {
        egress = "PRIVATE_RANGES_ONLY"
        network_interfaces {
          network    = vpc_access.value.network
          subnetwork = vpc_access.value.subnetwork
        }
      }
    }
  }

  lifecycle {
    # The pipeline deploys images and shifts traffic (docs/deploy.md); what it set is not put back.
    ignore_changes = [template[0].containers[0].image, template[0].revision, traffic, client, client_version]
  }

  depends_on = [
    google_bigquery_dataset_iam_member.dataset,
    google_kms_crypto_key_iam_member.key,
    google_project_iam_member.customers_project,
    google_project_iam_member.project,
    google_secret_manager_secret_iam_member.secrets,
  ]
}

# Commands that work on the store itself run here: gcloud run jobs execute … --args=rewrap
resource "google_cloud_run_v2_job" "maintenance" {
  count = local.runs ? 1 : 0

  name                = "${var.name}-maintenance"
  location            = var.region
  deletion_protection = var.deletion_protection
  labels              = local.labels

  template {
    template {
      service_account = google_service_account.accounts["maintenance"].email
      max_retries     = 0
      timeout         = "3600s"

      containers {
        image = var.api_image
        # Harmless when it is executed without arguments.
        args = ["audit", "verify"]

        resources {
          limits = { cpu = "1", memory = "1Gi" }
        }

        dynamic "env" {
          for_each = merge(local.storage_settings, local.dataset_settings, local.kms_settings)
          content {
            name  = env.key
            value = env.value
          }
        }

        dynamic "env" {
          for_each = merge(local.admin_secret, local.database_secret)
          content {
            name = env.key
            value_source {
              secret_key_ref {
                secret  = google_secret_manager_secret.secrets[env.value.secret].secret_id
                version = env.value.version
              }
            }
          }
        }

        dynamic "volume_mounts" {
          for_each = google_sql_database_instance.main
          content {
            name       = "cloudsql"
            mount_path = "/cloudsql"
          }
        }
      }

      dynamic "volumes" {
        for_each = google_sql_database_instance.main
        content {
          name = "cloudsql"
          cloud_sql_instance {
            instances = [volumes.value.connection_name]
          }
        }
      }

      dynamic "vpc_access" {
        for_each = var.network == null ? [] : [var.network]
        content {
          egress = "PRIVATE_RANGES_ONLY"
          network_interfaces {
            network    = vpc_access.value.network
            subnetwork = vpc_access.value.subnetwork
          }
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [template[0].template[0].containers[0].image, client, client_version]
  }

  depends_on = [
    google_kms_crypto_key_iam_member.key,
    google_project_iam_member.project,
    google_secret_manager_secret_iam_member.secrets,
  ]
}
