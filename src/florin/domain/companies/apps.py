"""The companies app, as Django knows it."""

from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.companies"
    label = "companies"
