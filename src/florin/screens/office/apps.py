"""The office screens, as Django knows them."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """Names the app."""

    name = "florin.screens.office"
    label = "office_screens"
