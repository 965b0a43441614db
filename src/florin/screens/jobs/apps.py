"""The jobs screens, as Django knows them."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Names the app."""

    name = "florin.screens.jobs"
    label = "jobs_screens"
