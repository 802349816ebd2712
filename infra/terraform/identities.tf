# Who there is, and what each may do. docs/deploy.md has this as a table; a test compares the two.

locals {
  accounts = merge(
    {
      api         = "The API"
      worker      = "The workers"
      trigger     = "Cloud Scheduler, when it triggers"
      maintenance = "Commands beside the running system: rewrap, audit verify, customers purge"
      deployer    = "The pipeline that pushes images and deploys them"
    },
    length(var.worker_schedule) > 0 || var.autoscaler_image != null ? { scaler = "What sets the number of workers" } : {},
  )

  # Of the project of the customers' datasets. Each key begins with the account.
  customers_project_grants = {
    "api roles/bigquery.jobUser"         = { account = "api", role = "roles/bigquery.jobUser" }
    "api roles/bigquery.dataOwner"       = { account = "api", role = "roles/bigquery.dataOwner" }
    "worker roles/bigquery.jobUser"      = { account = "worker", role = "roles/bigquery.jobUser" }
    "worker roles/bigquery.dataEditor"   = { account = "worker", role = "roles/bigquery.dataEditor" }
    "maintenance roles/bigquery.jobUser" = { account = "maintenance", role = "roles/bigquery.jobUser" }
    # A purge deletes the customer's dataset.
    "maintenance roles/bigquery.dataOwner" = { account = "maintenance", role = "roles/bigquery.dataOwner" }
  }

  project_grants = merge(
    local.is_postgres ? {
      "api roles/cloudsql.client"         = { account = "api", role = "roles/cloudsql.client" }
      "maintenance roles/cloudsql.client" = { account = "maintenance", role = "roles/cloudsql.client" }
    } : {},
    local.uses_bigquery ? {
      "api roles/bigquery.jobUser" = { account = "api", role = "roles/bigquery.jobUser" }
    } : {},
    !local.is_postgres ? {
      "maintenance roles/bigquery.jobUser" = { account = "maintenance", role = "roles/bigquery.jobUser" }
    } : {},
    var.autoscaler_image != null ? {
      "scaler roles/parametermanager.parameterViewer" = { account = "scaler", role = "roles/parametermanager.parameterViewer" }
      "scaler roles/monitoring.viewer"                = { account = "scaler", role = "roles/monitoring.viewer" }
    } : {},
  )

  dataset_grants = merge(
    local.uses_bigquery ? { api = "roles/bigquery.dataEditor" } : {},
    !local.is_postgres ? { maintenance = "roles/bigquery.dataEditor" } : {},
  )

  # Encrypting is not opening: only what runs pipelines, or moves envelopes to a new key, opens.
  key_grants = merge(
    {
      "api roles/cloudkms.cryptoKeyEncrypter"                  = { account = "api", role = "roles/cloudkms.cryptoKeyEncrypter" }
      "worker roles/cloudkms.cryptoKeyDecrypter"               = { account = "worker", role = "roles/cloudkms.cryptoKeyDecrypter" }
      "maintenance roles/cloudkms.cryptoKeyEncrypterDecrypter" = { account = "maintenance", role = "roles/cloudkms.cryptoKeyEncrypterDecrypter" }
    },
    var.inline_execution ? {
      "api roles/cloudkms.cryptoKeyDecrypter" = { account = "api", role = "roles/cloudkms.cryptoKeyDecrypter" }
    } : {},
  )

  secret_grants = merge(
    {
      "api admin-key"         = { account = "api", secret = "admin-key" }
      "api worker-key"        = { account = "api", secret = "worker-key" }
      "worker worker-key"     = { account = "worker", secret = "worker-key" }
      "maintenance admin-key" = { account = "maintenance", secret = "admin-key" }
    },
    local.is_postgres ? {
      "api database"         = { account = "api", secret = "database" }
      "maintenance database" = { account = "maintenance", secret = "database" }
    } : {},
  )

  # Deploying a revision that runs as an account needs the right to act as it.
  act_as = merge(
    { for account in ["api", "worker", "maintenance"] : "deployer ${account}" => { account = "deployer", as = account } },
    contains(keys(local.accounts), "scaler") ? { "scaler worker" = { account = "scaler", as = "worker" } } : {},
  )
}

resource "google_service_account" "accounts" {
  for_each = local.accounts

  account_id   = "${var.name}-${each.key}"
  display_name = "Scheduler: ${each.key}"
  description  = each.value

  depends_on = [google_project_service.apis]
}

resource "google_project_iam_member" "project" {
  for_each = local.project_grants

  project = var.project_id
  role    = each.value.role
  member  = google_service_account.accounts[each.value.account].member
}

resource "google_project_iam_member" "customers_project" {
  for_each = local.customers_project_grants

  project = var.customers_project_id
  role    = each.value.role
  member  = google_service_account.accounts[each.value.account].member
}

resource "google_bigquery_dataset_iam_member" "dataset" {
  for_each = local.dataset_grants

  dataset_id = google_bigquery_dataset.scheduler[0].dataset_id
  role       = each.value
  member     = google_service_account.accounts[each.key].member
}

resource "google_kms_crypto_key_iam_member" "key" {
  for_each = local.key_grants

  crypto_key_id = google_kms_crypto_key.credentials.id
  role          = each.value.role
  member        = google_service_account.accounts[each.value.account].member
}

resource "google_secret_manager_secret_iam_member" "secrets" {
  for_each = local.secret_grants

  secret_id = google_secret_manager_secret.secrets[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.accounts[each.value.account].member
}

resource "google_service_account_iam_member" "act_as" {
  for_each = local.act_as

  service_account_id = google_service_account.accounts[each.value.as].name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.accounts[each.value.account].member
}

resource "google_artifact_registry_repository_iam_member" "images" {
  for_each = toset(["deployer"])

  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.accounts[each.key].member
}

resource "google_cloud_run_v2_service_iam_member" "api" {
  for_each = local.runs ? toset(["deployer"]) : toset([])

  name     = google_cloud_run_v2_service.api[0].name
  location = var.region
  role     = "roles/run.developer"
  member   = google_service_account.accounts[each.key].member
}

resource "google_cloud_run_v2_worker_pool_iam_member" "workers" {
  for_each = local.runs ? toset(concat(["deployer"], contains(keys(local.accounts), "scaler") ? ["scaler"] : [])) : toset([])

  name     = google_cloud_run_v2_worker_pool.worker[0].name
  location = var.region
  role     = "roles/run.developer"
  member   = google_service_account.accounts[each.key].member
}

resource "google_cloud_run_v2_job_iam_member" "maintenance" {
  for_each = local.runs ? toset(["deployer"]) : toset([])

  name     = google_cloud_run_v2_job.maintenance[0].name
  location = var.region
  role     = "roles/run.developer"
  member   = google_service_account.accounts[each.key].member
}

# The deployer has no key: GitHub's own token of a run for a release tag stands for it.
resource "google_iam_workload_identity_pool" "github" {
  count = var.github_repository == null ? 0 : 1

  workload_identity_pool_id = "${var.name}-github"
  display_name              = "GitHub Actions"

  depends_on = [google_project_service.apis]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  count = var.github_repository == null ? 0 : 1

  workload_identity_pool_id          = google_iam_workload_identity_pool.github[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }
  # Without a condition every repository of GitHub could sign in.
  attribute_condition = "assertion.repository == '${var.github_repository}' && assertion.ref.startsWith('refs/tags/v')"

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "workflow" {
  for_each = var.github_repository == null ? toset([]) : toset(["github"])

  service_account_id = google_service_account.accounts["deployer"].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github[0].name}/attribute.repository/${var.github_repository}"
}
