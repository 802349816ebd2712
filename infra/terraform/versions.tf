terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source = "hashicorp/google"
      # Only what both major versions understand is used.
      version = ">= 6.50, < 8.0"
    }
  }
}
