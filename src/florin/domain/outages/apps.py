"""The outages app, as Django knows it."""

from django.apps import AppConfig


class OutagesConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.outages"
    label = "outages"
