"""The operators app, as Django knows it."""

from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.operators"
    label = "operators"
