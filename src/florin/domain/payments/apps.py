"""The payments app, as Django knows it."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.payments"
    label = "payments"
