"""The refusals app, as Django knows it."""

from django.apps import AppConfig


class RefusalsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.refusals"
    label = "refusals"
