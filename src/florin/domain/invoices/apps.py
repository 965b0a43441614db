"""The invoices app, as Django knows it."""

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.invoices"
    label = "invoices"
