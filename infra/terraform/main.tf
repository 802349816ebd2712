locals {
  is_postgres = var.storage == "POSTGRES"
  # The dataset holds the tables themselves, or copies of what has ended.
  uses_bigquery = !local.is_postgres || var.export_history
  runs          = var.api_image != null
  labels        = merge({ app = var.name }, var.labels)

  services = toset(concat(
    [
      "artifactregistry.googleapis.com",
      "bigquery.googleapis.com",
      "cloudkms.googleapis.com",
      "cloudscheduler.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
    ],
    local.is_postgres ? ["sqladmin.googleapis.com"] : [],
    var.autoscaler_image != null ? ["parametermanager.googleapis.com"] : [],
    var.github_repository != null ? ["iamcredentials.googleapis.com", "sts.googleapis.com"] : [],
  ))
}

resource "google_project_service" "apis" {
  for_each = local.services

  service            = each.key
  disable_on_destroy = false
}

resource "google_artifact_registry_repository" "images" {
  repository_id = var.name
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the API and the worker."
  labels        = local.labels

  docker_config {
    # What runs under a tag is what was tested under it.
    immutable_tags = true
  }

  cleanup_policies {
    id     = "keep-the-last-releases"
    action = "KEEP"
    most_recent_versions {
      keep_count = 20
    }
  }

  cleanup_policies {
    id     = "delete-old-ones"
    action = "DELETE"
    condition {
      older_than = "7776000s"
    }
  }

  depends_on = [google_project_service.apis]
}
