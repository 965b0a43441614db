"""The declines app, as Django knows it."""

from django.apps import AppConfig


class DeclinesConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.declines"
    label = "declines"
