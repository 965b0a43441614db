"""The disputes app, as Django knows it."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.disputes"
    label = "disputes"
