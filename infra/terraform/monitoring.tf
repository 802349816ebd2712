# The API's leader writes one line a minute, `Status: queue_length=… firing=…`. Its numbers become metrics; the alerts of the product that
# hold are named in it, so that what an alert means stands in the product alone.

locals {
  from_api    = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}-api\""
  status_line = "${local.from_api} AND jsonPayload.message=~\"^Status: \""

  status_numbers = {
    queue_length           = "1"
    oldest_queued_seconds  = "s"
    running                = "1"
    due_now                = "1"
    desired_workers        = "1"
    finished_last_hour     = "1"
    failed_last_hour       = "1"
    lateness_p99_seconds   = "s"
    oldest_running_seconds = "s"
  }

  # The alerts of the product, and what to do first.
  rules = {
    QUEUE_LENGTH         = "More than 1,000 runs wait for a worker. Are there workers, and do they take work? Compare desired_workers with the instances of the pool."
    RUN_TOO_LONG         = "A run has been running for more than 30 minutes. Look at it in the list of running pipelines; cancel it if its provider hangs."
    FAILURE_RATE         = "More than a tenth of the last hour's runs failed, of at least ten. Look at the failed runs' error_type: one provider, one customer, or all?"
    QUOTA_EXCEEDED       = "A customer has used up its day or month; its runs are skipped. A larger plan, or tomorrow."
    SCHEDULE_INVARIANT   = "What must hold does not: pipelines due for long, without a next time, items without a run, leases over for long. The alert says which."
    CONSECUTIVE_FAILURES = "A pipeline failed three times in a row or more. Look at its last run; a success ends it."
    SCHEDULE_SET_ASIDE   = "A pipeline cannot be planned and was switched off, with the reason in the alert. Configure it again."
    LATENESS             = "One start in a hundred is later than the objective. Too few workers, or a herd: look at the forecast."
  }

  channels = [for channel in google_monitoring_notification_channel.email : channel.id]
}

resource "google_monitoring_notification_channel" "email" {
  for_each = var.alert_emails

  display_name = "Scheduler: ${each.value}"
  type         = "email"
  labels       = { email_address = each.value }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "status" {
  for_each = local.status_numbers

  name            = "${var.name}/${each.key}"
  description     = "The ${each.key} of the API's line of status."
  filter          = local.status_line
  value_extractor = "REGEXP_EXTRACT(jsonPayload.message, \"[ ]${each.key}=([0-9.]+)\")"

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "DISTRIBUTION"
    unit         = each.value
    display_name = each.key
  }

  # From 1 to 10 million, each bucket a fifth wider than the one before.
  bucket_options {
    exponential_buckets {
      num_finite_buckets = 90
      growth_factor      = 1.2
      scale              = 1
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "firing" {
  for_each = local.rules

  name        = "${var.name}/firing/${each.key}"
  description = "Lines of status that name the alert ${each.key}."
  filter      = "${local.status_line} AND jsonPayload.message=~\"firing=([A-Z_]+,)*${each.key}(,|$)\""

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "INT64"
    unit         = "1"
    display_name = "Firing: ${each.key}"
  }

  depends_on = [google_project_service.apis]
}

resource "google_monitoring_alert_policy" "rules" {
  for_each = local.rules

  display_name          = "Scheduler: ${each.key}"
  combiner              = "OR"
  severity              = contains(["QUOTA_EXCEEDED", "SCHEDULE_SET_ASIDE"], each.key) ? "WARNING" : "ERROR"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = each.key

    condition_threshold {
      filter          = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.firing[each.key].name}\" AND resource.type=\"cloud_run_revision\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"

      aggregations {
        alignment_period     = "120s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }

      trigger {
        count = 1
      }
    }
  }

  alert_strategy {
    # The line that names it is written as long as it holds.
    auto_close = "1800s"
  }

  documentation {
    content   = each.value
    mime_type = "text/markdown"
  }
}

# With BIGQUERY the line rests while nothing is open, so its absence says nothing there.
resource "google_monitoring_alert_policy" "silence" {
  count = local.is_postgres ? 1 : 0

  display_name          = "Scheduler: no sign of life"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = "No line of status"

    condition_absent {
      filter   = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.status["queue_length"].name}\" AND resource.type=\"cloud_run_revision\""
      duration = "600s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_COUNT"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    content   = "For ten minutes no instance of the API has said how things stand: it is down, or cannot reach its database. Workers keep their results until it is back."
    mime_type = "text/markdown"
  }
}

resource "google_monitoring_alert_policy" "trigger" {
  display_name          = "Scheduler: the trigger fails"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = "Cloud Scheduler's calls are refused or time out"

    condition_threshold {
      filter          = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.trigger_failures.name}\" AND resource.type=\"cloud_scheduler_job\""
      comparison      = "COMPARISON_GT"
      threshold_value = 2
      duration        = "0s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }

      trigger {
        count = 1
      }
    }
  }

  documentation {
    content   = "Three calls of the trigger have failed within five minutes; nothing becomes due meanwhile, and what was missed is caught up on by each pipeline's policy. 401: the audience or the account differ from the API's settings."
    mime_type = "text/markdown"
  }
}

resource "google_logging_metric" "trigger_failures" {
  name        = "${var.name}/trigger_failures"
  description = "Calls of the trigger that failed."
  filter      = "resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=\"${var.name}-trigger\" AND severity>=ERROR"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.apis]
}

# What the API says of itself, and what Google sees of the processes: the first question in trouble is which of the two is wrong.
locals {
  status_charts = [
    { title = "Runs waiting and running", numbers = ["queue_length", "running", "due_now"] },
    { title = "Workers asked for", numbers = ["desired_workers"] },
    { title = "Age of the oldest waiting run, and of the oldest running one (s)", numbers = ["oldest_queued_seconds", "oldest_running_seconds"] },
    { title = "Lateness of one start in a hundred, last 24 hours (s)", numbers = ["lateness_p99_seconds"] },
    { title = "Ended and failed, last hour", numbers = ["finished_last_hour", "failed_last_hour"] },
  ]

  api_filter     = "resource.type=\"cloud_run_revision\" resource.labels.service_name=\"${var.name}-api\""
  workers_filter = "resource.type=\"cloud_run_worker_pool\" resource.labels.worker_pool_name=\"${var.name}-worker\""

  charts = concat(
    [
      for chart in local.status_charts : {
        title = chart.title
        lines = [
          for number in chart.numbers : {
            legend  = number
            filter  = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.status[number].name}\" resource.type=\"cloud_run_revision\""
            aligner = "ALIGN_PERCENTILE_99"
            reducer = "REDUCE_MAX"
            by      = []
          }
        ]
      }
    ],
    [
      {
        title = "Instances"
        lines = [
          { legend = "API", filter = "metric.type=\"run.googleapis.com/container/instance_count\" ${local.api_filter}", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", by = [] },
          { legend = "workers", filter = "metric.type=\"run.googleapis.com/container/instance_count\" ${local.workers_filter}", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", by = [] },
        ]
      },
      {
        title = "Answers of the API a second, by class"
        lines = [
          { legend = "", filter = "metric.type=\"run.googleapis.com/request_count\" ${local.api_filter}", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = ["metric.label.response_code_class"] },
        ]
      },
    ],
    local.is_postgres ? [
      {
        title = "The database's processor, disk and memory (share)"
        lines = [
          for part in ["cpu", "disk", "memory"] : {
            legend  = part
            filter  = "metric.type=\"cloudsql.googleapis.com/database/${part}/utilization\" resource.type=\"cloudsql_database\" resource.labels.database_id=\"${var.project_id}:${var.name}\""
            aligner = "ALIGN_MEAN"
            reducer = "REDUCE_MAX"
            by      = []
          }
        ]
      },
    ] : [],
  )
}

resource "google_monitoring_dashboard" "main" {
  dashboard_json = jsonencode({
    displayName = "Scheduler (${var.name})"
    mosaicLayout = {
      columns = 12
      tiles = [
        for place, chart in local.charts : {
          xPos   = place % 2 * 6
          yPos   = floor(place / 2) * 4
          width  = 6
          height = 4
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [
                for line in chart.lines : {
                  legendTemplate = line.legend
                  plotType       = "LINE"
                  timeSeriesQuery = {
                    timeSeriesFilter = {
                      filter = line.filter
                      aggregation = {
                        alignmentPeriod    = "60s"
                        perSeriesAligner   = line.aligner
                        crossSeriesReducer = line.reducer
                        groupByFields      = line.by
                      }
                    }
                  }
                }
              ]
            }
          }
        }
      ]
    }
  })
}
