resource "google_cloud_scheduler_job" "trigger" {
  count = local.runs ? 1 : 0

  name             = "${var.name}-trigger"
  region           = var.region
  description      = "Finds what is due. Late, repeated or overlapping calls are harmless."
  schedule         = var.trigger_cron
  time_zone        = "Etc/UTC"
  attempt_deadline = "900s"

  retry_config {
    retry_count          = 3
    min_backoff_duration = "5s"
    max_backoff_duration = "60s"
    max_doublings        = 3
  }

  http_target {
    http_method = "POST"
    uri         = "${google_cloud_run_v2_service.api[0].uri}/api/v1/scheduler/trigger"
    # Without it Cloud Scheduler says application/octet-stream, which the API refuses.
    headers = { "Content-Type" = "application/json" }
    body    = base64encode("{}")

    oidc_token {
      service_account_email = google_service_account.accounts["trigger"].email
      audience              = local.audience
    }
  }
}
