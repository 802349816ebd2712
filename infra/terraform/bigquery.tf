locals {
  migrations = "${path.module}/../../sql/bigquery/migrations"

  # The very files that the API applies when it starts, in their order; all of their statements may be run again. A view keeps no
  # default dataset, so the name is filled in, as the API does it. A block each: a script's variables are declared at its beginning.
  schema_script = join("\n", [
    for file in sort(fileset(local.migrations, "*.sql")) :
    "begin\n${replace(file("${local.migrations}/${file}"), "{dataset}", var.dataset)}\nend;"
  ])
}

resource "google_bigquery_dataset" "scheduler" {
  count = local.uses_bigquery ? 1 : 0

  dataset_id                 = var.dataset
  location                   = var.bigquery_location
  description                = local.is_postgres ? "Copies of the scheduler's history." : "The scheduler's tables."
  labels                     = local.labels
  delete_contents_on_destroy = !var.deletion_protection
  # A restore to a point in time reaches back that far.
  max_time_travel_hours = "168"

  depends_on = [google_project_service.apis]
}

# The ten tables, the scheduler's own and the views. The API would make them as well; so they are there before it starts.
resource "google_bigquery_job" "schema" {
  count = local.uses_bigquery ? 1 : 0

  job_id   = "${var.name}-schema-${substr(sha256(local.schema_script), 0, 16)}"
  location = var.bigquery_location
  labels   = local.labels

  query {
    query          = local.schema_script
    use_legacy_sql = false
    # A script makes no table of its result.
    create_disposition = ""
    write_disposition  = ""

    default_dataset {
      dataset_id = google_bigquery_dataset.scheduler[0].dataset_id
      project_id = var.project_id
    }
  }
}
