"""Reading for the governance desk."""
