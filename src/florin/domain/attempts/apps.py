"""The attempts app, as Django knows it."""

from django.apps import AppConfig


class AttemptsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.attempts"
    label = "attempts"
