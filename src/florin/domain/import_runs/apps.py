"""The import runs app, as Django knows it."""

from django.apps import AppConfig


class ImportRunsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.import_runs"
    label = "import_runs"
