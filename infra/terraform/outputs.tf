output "api_url" {
  description = "Where the API answers; null until there are images."
  value       = one(google_cloud_run_v2_service.api[*].uri)
}

output "image_prefix" {
  description = "Images are pushed below this."
  value       = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}"
}

output "secrets" {
  description = "Secrets that wait for a value."
  value       = [for secret in google_secret_manager_secret.secrets : secret.secret_id]
}

output "database_connection_name" {
  description = "The Cloud SQL server, as the connector names it: the Host of the connection string is /cloudsql/ and this."
  value       = one(google_sql_database_instance.main[*].connection_name)
}

output "kms_key" {
  description = "The key that wraps customers' secrets."
  value       = google_kms_crypto_key.credentials.id
}

output "accounts" {
  description = "The service accounts by their parts."
  value       = { for name, account in google_service_account.accounts : name => account.email }
}

output "workload_identity_provider" {
  description = "For the workflow's sign-in; null without github_repository."
  value       = one(google_iam_workload_identity_pool_provider.github[*].name)
}
