"""The activity app, as Django knows it."""

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.activity"
    label = "activity"
