"""The statements app, as Django knows it."""

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.statements"
    label = "statements"
