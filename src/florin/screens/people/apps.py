"""The people screens, as Django knows them."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Names the app."""

    name = "florin.screens.people"
    label = "people_screens"
