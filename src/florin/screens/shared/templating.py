"""What screens' templates know besides their context: addresses, static files, icons, the language."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.templatetags.static import static
from django.urls import reverse
from heroicons import jinja as heroicons
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from florin.kernel.templating import language, make_environment
from florin.screens.shared.compact import Compact


def environment(**options: Any) -> Environment:
    """Return the environment of all pages; the settings name it."""
    made = make_environment(**options)
    made.add_extension(Compact)
    made.globals.update(
        {
            "url": url,
            "static": static,
            "icon": icon,
            "outline": outline,
            "querystring": querystring,
            "language": language,
        }
    )
    made.filters["logo_address"] = logo_address
    return made


def url(name: str, *arguments: object) -> str:
    """Return the address of a view by its name."""
    if len(arguments) == 1 and isinstance(arguments[0], UUID):
        return _address_of_one(name).replace(_ANY, str(arguments[0]))
    return reverse(name, args=arguments)


# Django looks through all addresses for each one; a list names the same views with other keys in each row.
_ANY = str(UUID(int=0))


@lru_cache(maxsize=256)
def _address_of_one(name: str) -> str:
    return reverse(name, args=[_ANY])


@pass_context
def querystring(context: Context, **changes: object) -> str:
    """Return the request's query with some values changed; what is ``None`` is left out."""
    asked = context["request"].GET
    query = asked.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query or asked else ""


# A table shows the same few icons a hundred times, so each is drawn once.
@lru_cache(maxsize=256)
def icon(name: str, size: int = 18) -> str:
    """Return a small solid icon that says nothing by itself: a text beside it does."""
    return heroicons.heroicon_mini(name, size=size, aria_hidden="true")


@lru_cache(maxsize=256)
def outline(name: str, size: int = 18) -> str:
    """Return an outlined icon that says nothing by itself: a text beside it does."""
    return heroicons.heroicon_outline(name, size=size, aria_hidden="true")


def logo_address(logo: str) -> str:
    """Return a company's logo, stored as base64, as an address that an ``img`` can show."""
    kind = "png" if logo.startswith("iVBOR") else "svg+xml"
    return f"data:image/{kind};base64,{logo}"
