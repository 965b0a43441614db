"""The customers app, as Django knows it."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.customers"
    label = "customers"
