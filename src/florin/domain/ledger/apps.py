"""The ledger app, as Django knows it."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.ledger"
    label = "ledger"
