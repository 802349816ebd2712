resource "google_sql_database_instance" "main" {
  count = local.is_postgres ? 1 : 0

  name                = var.name
  region              = var.region
  database_version    = "POSTGRES_16"
  deletion_protection = var.deletion_protection

  settings {
    tier                        = var.database.tier
    edition                     = "ENTERPRISE"
    availability_type           = var.database.highly_available ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.database.disk_gb
    disk_autoresize             = true
    deletion_protection_enabled = var.deletion_protection
    # Who comes without the connector, and so without an account of this project, is not let in.
    connector_enforcement = "REQUIRED"
    user_labels           = local.labels

    ip_configuration {
      ipv4_enabled    = var.network == null
      private_network = var.network == null ? null : var.network.network
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "02:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = var.database.restore_point_days

      backup_retention_settings {
        retained_backups = var.database.backup_days
        retention_unit   = "COUNT"
      }
    }

    maintenance_window {
      day          = 7
      hour         = 3
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
    }

    # Eleven for each instance of the API, twice over while a new revision starts, and some for people.
    database_flags {
      name  = "max_connections"
      value = tostring(max(100, 22 * var.api.max_instances + 20))
    }
  }

  depends_on = [google_project_service.apis]
}

# The user is made by hand, with its password in the secret alone (docs/deploy.md).
resource "google_sql_database" "scheduler" {
  count = local.is_postgres ? 1 : 0

  name      = "scheduler"
  instance  = google_sql_database_instance.main[0].name
  charset   = "UTF8"
  collation = "C"
  # A database that is dropped by mistake is a day of restoring.
  deletion_policy = "ABANDON"
}
