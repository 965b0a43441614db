"""The orders app, as Django knows it."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.orders"
    label = "orders"
