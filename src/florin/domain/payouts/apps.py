"""The payouts app, as Django knows it."""

from django.apps import AppConfig


class PayoutsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.payouts"
    label = "payouts"
