"""The checkout screens, as Django knows them."""

from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    """Names the app."""

    name = "florin.screens.checkout"
    label = "checkout_screens"
