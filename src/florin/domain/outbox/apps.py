"""The outbox app, as Django knows it."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.outbox"
    label = "outbox"
