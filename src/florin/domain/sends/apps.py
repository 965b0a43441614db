"""The sends app, as Django knows it."""

from django.apps import AppConfig


class SendsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.sends"
    label = "sends"
