"""The refunds app, as Django knows it."""

from django.apps import AppConfig


class RefundsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.refunds"
    label = "refunds"
