"""The security app, as Django knows it."""

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.security"
    label = "security"
