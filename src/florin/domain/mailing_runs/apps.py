"""The mailing runs app, as Django knows it."""

from django.apps import AppConfig


class MailingRunsConfig(AppConfig):
    """Names the app."""

    name = "florin.domain.mailing_runs"
    label = "mailing_runs"
