"""The links app, as Django knows it."""

from django.apps import AppConfig


class LinksConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.links"
    label = "links"
