"""The staff app, as Django knows it."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.staff"
    label = "staff"
