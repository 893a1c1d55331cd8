"""Results rendered for a person: tables, progress, the preview page and the review server."""
