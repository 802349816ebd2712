# What the module makes, with Google played by Terraform's own mock: terraform test needs no project.
mock_provider "google" {}

variables {
  project_id           = "an-example-project"
  customers_project_id = "an-example-of-customers"
}

run "before_there_are_images_nothing_runs" {
  command = plan

  assert {
    condition     = length(google_cloud_run_v2_service.api) + length(google_cloud_run_v2_worker_pool.worker) + length(google_cloud_scheduler_job.trigger) == 0
    error_message = "Something would run without an image."
  }

  assert {
    condition     = length(google_sql_database_instance.main) == 1 && google_artifact_registry_repository.images.format == "DOCKER"
    error_message = "The database or the registry is missing."
  }
}

run "the_recommended_installation" {
  command = plan

  variables {
    api_image    = "an-image-of-the-api:1"
    worker_image = "an-image-of-the-worker:1"
    alert_emails = ["operators@example.com"]
  }

  assert {
    condition = (
      google_cloud_run_v2_service.api[0].template[0].timeout == "900s"
      && google_cloud_run_v2_service.api[0].template[0].scaling[0].min_instance_count == 1
      && google_cloud_run_v2_service.api[0].template[0].containers[0].resources[0].cpu_idle == false
    )
    error_message = "The API must have an instance with its processor always, and 15 minutes for a call."
  }

  assert {
    condition     = google_cloud_run_v2_worker_pool.worker[0].scaling[0].manual_instance_count == 3
    error_message = "Three workers at least."
  }

  assert {
    condition = (
      google_cloud_scheduler_job.trigger[0].schedule == "* * * * *"
      && google_cloud_scheduler_job.trigger[0].attempt_deadline == "900s"
      && google_cloud_scheduler_job.trigger[0].retry_config[0].retry_count == 3
      && google_cloud_scheduler_job.trigger[0].http_target[0].oidc_token[0].audience
      == one([for env in google_cloud_run_v2_service.api[0].template[0].containers[0].env : env.value if env.name == "Scheduler__Oidc__Audience"])
      && contains(google_cloud_run_v2_service.api[0].custom_audiences, google_cloud_scheduler_job.trigger[0].http_target[0].oidc_token[0].audience)
      && google_cloud_scheduler_job.trigger[0].http_target[0].headers["Content-Type"] == "application/json"
    )
    error_message = "The trigger must come every minute, have 15 minutes, be tried again, and bring a token for the audience that the API expects."
  }

  assert {
    condition = alltrue([
      for part in ["queue_length", "desired_workers", "lateness_p99_seconds", "cloud_run_worker_pool", "request_count", "cloudsql_database"] :
      strcontains(google_monitoring_dashboard.main.dashboard_json, part)
    ])
    error_message = "The dashboard lacks a chart."
  }

  assert {
    condition     = google_kms_crypto_key.credentials.rotation_period == "7776000s"
    error_message = "The key must be rotated."
  }

  assert {
    condition = (
      google_sql_database_instance.main[0].settings[0].backup_configuration[0].point_in_time_recovery_enabled
      && google_sql_database_instance.main[0].settings[0].connector_enforcement == "REQUIRED"
      && google_sql_database_instance.main[0].settings[0].availability_type == "REGIONAL"
    )
    error_message = "The database must be restorable to a point, closed to strangers, and in two zones."
  }

  # No value of a secret may be in a plan.
  assert {
    condition = alltrue([
      for env in google_cloud_run_v2_service.api[0].template[0].containers[0].env :
      length(env.value_source) == 1
      if contains(["ADMIN_KEY", "WORKER_KEY", "Scheduler__Storage__ConnectionString"], env.name)
    ])
    error_message = "A secret must come from Secret Manager."
  }

  assert {
    condition = length(google_monitoring_alert_policy.silence) == 1 && alltrue([
      for rule in ["QUEUE_LENGTH", "RUN_TOO_LONG", "FAILURE_RATE", "QUOTA_EXCEEDED", "SCHEDULE_INVARIANT", "LATENESS"] :
      contains(keys(google_monitoring_alert_policy.rules), rule)
    ])
    error_message = "An alert is missing."
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.rules : length(policy.notification_channels) == 1])
    error_message = "An alert tells nobody."
  }
}

run "the_api_opens_no_secret_unless_it_runs_pipelines" {
  command = plan

  assert {
    condition     = !contains(keys(google_kms_crypto_key_iam_member.key), "api roles/cloudkms.cryptoKeyDecrypter")
    error_message = "The API may open secrets."
  }
}

run "with_inline_execution_it_may" {
  command = plan

  variables {
    inline_execution = true
  }

  assert {
    condition     = google_kms_crypto_key_iam_member.key["api roles/cloudkms.cryptoKeyDecrypter"].role == "roles/cloudkms.cryptoKeyDecrypter"
    error_message = "The API could not run a pipeline."
  }
}

run "all_in_bigquery" {
  command = plan

  variables {
    storage      = "BIGQUERY"
    api_image    = "an-image-of-the-api:1"
    worker_image = "an-image-of-the-worker:1"
  }

  assert {
    condition     = length(google_sql_database_instance.main) == 0 && !contains(keys(google_secret_manager_secret.secrets), "database")
    error_message = "There is no other database."
  }

  assert {
    condition = (
      one([for env in google_cloud_run_v2_service.api[0].template[0].containers[0].env : env.value if env.name == "Scheduler__Storage__Provider"]) == "BigQuery"
      && google_bigquery_dataset_iam_member.dataset["api"].role == "roles/bigquery.dataEditor"
    )
    error_message = "The API must work on the dataset."
  }

  assert {
    condition = alltrue([
      for table in [
        "customer_profiles", "customer_api_keys", "customer_credentials", "customer_subscriptions", "customer_usage_quotas",
        "customer_team_members", "customer_provider_configs", "customer_pipeline_configs", "scheduled_pipeline_runs",
        "pipeline_execution_queue",
      ] : strcontains(google_bigquery_job.schema[0].query[0].query, "create table if not exists ${table} (")
    ])
    error_message = "One of the ten tables is missing."
  }

  assert {
    condition = alltrue([
      for view in ["pipelines_due_now", "currently_running_pipelines", "pipeline_execution_stats_7d", "pending_queue_items"] :
      strcontains(google_bigquery_job.schema[0].query[0].query, "create or replace view `customers.${view}` as")
    ])
    error_message = "One of the four views is missing."
  }
}

run "workers_by_a_schedule" {
  command = plan

  variables {
    api_image       = "an-image-of-the-api:1"
    worker_image    = "an-image-of-the-worker:1"
    worker_schedule = { morning = { cron = "0 5 * * *", instances = 20 } }
  }

  assert {
    condition     = jsondecode(base64decode(google_cloud_scheduler_job.workers["morning"].http_target[0].body)).scaling.manualInstanceCount == 20
    error_message = "The schedule must set the number of workers."
  }
}

run "workers_by_the_autoscaler" {
  command = plan

  variables {
    api_image        = "an-image-of-the-api:1"
    worker_image     = "an-image-of-the-worker:1"
    autoscaler_image = "an-image-of-crema:1"
  }

  assert {
    condition = (
      yamldecode(google_parameter_manager_parameter_version.autoscaler[0].parameter_data).spec.scaledObjects[0].spec.minReplicaCount == 3
      && yamldecode(google_parameter_manager_parameter_version.autoscaler[0].parameter_data).spec.scaledObjects[0].spec.maxReplicaCount == 50
    )
    error_message = "Between 3 and 50 workers."
  }

  assert {
    condition     = google_cloud_run_v2_service.autoscaler[0].template[0].scaling[0].max_instance_count == 1
    error_message = "Two autoscalers would set the same number."
  }
}

run "two_workers_are_refused" {
  command = plan

  variables {
    workers = { min_instances = 2, instances = 2 }
  }

  expect_failures = [var.workers]
}

run "fifty_one_workers_are_refused" {
  command = plan

  variables {
    workers = { max_instances = 51 }
  }

  expect_failures = [var.workers]
}

run "one_project_for_all_is_refused" {
  command = plan

  variables {
    customers_project_id = "an-example-project"
  }

  expect_failures = [var.customers_project_id]
}

run "an_internal_api_without_a_network_is_refused" {
  command = plan

  variables {
    api = { ingress = "INGRESS_TRAFFIC_INTERNAL_ONLY" }
  }

  expect_failures = [var.api]
}

run "a_schedule_beside_the_autoscaler_is_refused" {
  command = plan

  variables {
    worker_schedule  = { morning = { cron = "0 5 * * *", instances = 20 } }
    autoscaler_image = "an-image-of-crema:1"
  }

  expect_failures = [var.worker_schedule]
}
