"""The catalogue app, as Django knows it."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.catalogue"
    label = "catalogue"
