# Every grant that any profile makes is in one of these plans or in those of the other file; docs/deploy.md explains each.
mock_provider "google" {}

run "everything_at_once" {
  command = plan

  variables {
    project_id           = "an-example-project"
    customers_project_id = "an-example-of-customers"
    api_image            = "an-image-of-the-api:1"
    worker_image         = "an-image-of-the-worker:1"
    autoscaler_image     = "an-image-of-crema:1"
    github_repository    = "an-owner/a-repository"
  }

  assert {
    condition     = !contains([for key in keys(google_kms_crypto_key_iam_member.key) : key], "trigger")
    error_message = "The trigger's account needs no key."
  }

  assert {
    condition     = strcontains(google_iam_workload_identity_pool_provider.github[0].attribute_condition, "assertion.repository == 'an-owner/a-repository'")
    error_message = "Every repository of GitHub could deploy."
  }

  # What anybody may do with a service account's token alone.
  assert {
    condition     = alltrue([for grant in google_project_iam_member.project : !contains(["roles/owner", "roles/editor", "roles/viewer"], grant.role)])
    error_message = "A basic role is more than anybody here needs."
  }
}
