"""The credits app, as Django knows it."""

from django.apps import AppConfig


class CreditsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.credits"
    label = "credits"
