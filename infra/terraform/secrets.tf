resource "google_kms_key_ring" "main" {
  name     = var.name
  location = var.region

  depends_on = [google_project_service.apis]
}

# Wraps the data key of every customer's secret. A destroyed version takes what it wraps with it.
resource "google_kms_crypto_key" "credentials" {
  name                       = "customer-credentials"
  key_ring                   = google_kms_key_ring.main.id
  purpose                    = "ENCRYPT_DECRYPT"
  rotation_period            = "${var.key_rotation_days * 86400}s"
  destroy_scheduled_duration = "2592000s"
  labels                     = local.labels

  version_template {
    algorithm        = "GOOGLE_SYMMETRIC_ENCRYPTION"
    protection_level = "SOFTWARE"
  }

  lifecycle {
    prevent_destroy = true
  }
}

# The secrets alone: their values are added by hand (docs/deploy.md), so that no state has them.
resource "google_secret_manager_secret" "secrets" {
  for_each = toset(concat(["admin-key", "worker-key"], local.is_postgres ? ["database"] : []))

  secret_id = "${var.name}-${each.key}"
  labels    = local.labels

  replication {
    auto {}
  }

  depends_on = [google_project_service.apis]
}
