"""The receipts app, as Django knows it."""

from django.apps import AppConfig


class ReceiptsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.receipts"
    label = "receipts"
