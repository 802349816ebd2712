# Workers have no port, so they are a pool and no service. A pool's instances are set, by one of three: by hand, by a schedule, or by an
# autoscaler that follows desired_workers. Pools do not scale by themselves.
resource "google_cloud_run_v2_worker_pool" "worker" {
  count = local.runs ? 1 : 0

  name                = "${var.name}-worker"
  location            = var.region
  deletion_protection = var.deletion_protection
  labels              = local.labels

  scaling {
    manual_instance_count = var.workers.instances
  }

  template {
    service_account = google_service_account.accounts["worker"].email
    labels          = local.labels

    containers {
      image = var.worker_image

      resources {
        limits = { cpu = var.workers.cpu, memory = var.workers.memory }
      }

      dynamic "env" {
        for_each = merge(local.dataset_settings, local.kms_settings, {
          API_URL            = google_cloud_run_v2_service.api[0].uri
          WORKER_CONCURRENCY = tostring(var.workers.concurrency)
          WORKER_LOG_FORMAT  = "json"
        })
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.worker_secret
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
    }

    dynamic "vpc_access" {
      for_each = var.network == null ? [] : [var.network]
      content {
        # An internal API is reached through the network as well.
        egress = var.api.ingress == "INGRESS_TRAFFIC_ALL" ? "PRIVATE_RANGES_ONLY" : "ALL_TRAFFIC"
        network_interfaces {
          network    = vpc_access.value.network
          subnetwork = vpc_access.value.subnetwork
        }
      }
    }
  }

  lifecycle {
    # The pipeline deploys images; schedule and autoscaler set the number.
    ignore_changes = [
      template[0].containers[0].image, template[0].revision, scaling[0].manual_instance_count, client, client_version,
    ]
  }

  depends_on = [
    google_kms_crypto_key_iam_member.key,
    google_project_iam_member.customers_project,
    google_secret_manager_secret_iam_member.secrets,
  ]
}

# By a schedule: Cloud Scheduler sets the number through the Admin API of Cloud Run.
resource "google_cloud_scheduler_job" "workers" {
  for_each = local.runs ? var.worker_schedule : {}

  name             = "${var.name}-workers-${each.key}"
  region           = var.region
  description      = "${each.value.instances} workers from then on"
  schedule         = each.value.cron
  time_zone        = "Etc/UTC"
  attempt_deadline = "60s"

  retry_config {
    retry_count          = 5
    min_backoff_duration = "5s"
    max_backoff_duration = "60s"
  }

  http_target {
    http_method = "PATCH"
    uri         = "https://run.googleapis.com/v2/${google_cloud_run_v2_worker_pool.worker[0].id}?updateMask=scaling.manualInstanceCount"
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode(jsonencode({ scaling = { manualInstanceCount = each.value.instances } }))

    oauth_token {
      service_account_email = google_service_account.accounts["scaler"].email
      scope                 = "https://www.googleapis.com/auth/cloud-platform"
    }
  }
}

# By an autoscaler: Google's CREMA looks at desired_workers, which counts what is queued and what runs, and sets that number.
locals {
  autoscaler_config = {
    apiVersion = "crema/v1"
    kind       = "CremaConfig"
    spec = {
      pollingInterval        = 60
      triggerAuthentications = [{ metadata = { name = "this-account" }, spec = { podIdentity = { provider = "gcp" } } }]
      scaledObjects = [{
        spec = {
          scaleTargetRef  = { name = "projects/${var.project_id}/locations/${var.region}/workerpools/${var.name}-worker" }
          minReplicaCount = var.workers.min_instances
          maxReplicaCount = var.workers.max_instances
          triggers = [{
            type              = "gcp-stackdriver"
            name              = "desired-workers"
            authenticationRef = { name = "this-account" }
            metadata = {
              projectId              = var.project_id
              filter                 = "metric.type=\"logging.googleapis.com/user/${var.name}/desired_workers\" AND resource.type=\"cloud_run_revision\""
              alignmentPeriodSeconds = "60"
              alignmentAligner       = "percentile_99"
              alignmentReducer       = "max"
              # The metric is the number of workers.
              targetValue = "1"
            }
          }]
          advanced = {
            horizontalPodAutoscalerConfig = {
              # What goes is given its runs' time to end, and a lull between two herds is sat out.
              behavior = { scaleDown = { stabilizationWindowSeconds = 300 } }
            }
          }
        }
      }]
    }
  }
}

resource "google_parameter_manager_parameter" "autoscaler" {
  count = var.autoscaler_image == null ? 0 : 1

  parameter_id = "${var.name}-autoscaler"
  format       = "YAML"
  labels       = local.labels

  depends_on = [google_project_service.apis]
}

resource "google_parameter_manager_parameter_version" "autoscaler" {
  count = var.autoscaler_image == null ? 0 : 1

  parameter            = google_parameter_manager_parameter.autoscaler[0].id
  parameter_version_id = "v-${substr(sha256(yamlencode(local.autoscaler_config)), 0, 12)}"
  parameter_data       = yamlencode(local.autoscaler_config)

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_cloud_run_v2_service" "autoscaler" {
  count = local.runs && var.autoscaler_image != null ? 1 : 0

  name                = "${var.name}-autoscaler"
  location            = var.region
  ingress             = "INGRESS_TRAFFIC_INTERNAL_ONLY"
  deletion_protection = false
  labels              = merge(local.labels, { created-by = "crema" })

  template {
    service_account = google_service_account.accounts["scaler"].email

    # Two would set the same number.
    scaling {
      min_instance_count = 1
      max_instance_count = 1
    }

    containers {
      image          = var.autoscaler_image
      base_image_uri = "${var.region}-docker.pkg.dev/serverless-runtimes/google-24/runtimes/java25"

      resources {
        limits   = { cpu = "1", memory = "1Gi" }
        cpu_idle = false
      }

      env {
        name  = "CREMA_CONFIG"
        value = google_parameter_manager_parameter_version.autoscaler[0].name
      }
    }
  }

  depends_on = [google_cloud_run_v2_worker_pool_iam_member.workers, google_project_iam_member.project]
}
