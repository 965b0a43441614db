"""The notices app, as Django knows it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.notices"
    label = "notices"
