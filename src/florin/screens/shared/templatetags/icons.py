"""Icons, drawn once: a table shows the same few a hundred times."""

from functools import lru_cache

from django import template
from heroicons.templatetags import heroicons

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, size: int = 18) -> str:
    """Return a small solid icon that says nothing by itself: a text beside it does."""
    return heroicons.heroicon_mini(name, size=size, aria_hidden="true")


@register.simple_tag
@lru_cache(maxsize=256)
def outline(name: str, size: int = 18) -> str:
    """Return an outlined icon that says nothing by itself: a text beside it does."""
    return heroicons.heroicon_outline(name, size=size, aria_hidden="true")
