"""How the sandbox's HTML pages are made: templates that escape, and headers that allow nothing foreign."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from starlette.responses import HTMLResponse

from florin_sandbox import money

HERE = Path(__file__).parent
ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters["money"] = money.show


def moment(at: float) -> str:
    """A moment for people, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%d %b %Y, %H:%M:%S UTC")


ENVIRONMENT.filters["moment"] = moment


def render(template: str, *, status: int = 200, leads_to: Sequence[str] = (), **values: Any) -> HTMLResponse:
    """A page; its forms may end at `leads_to`, since browsers check the redirect after a form as well."""
    origins = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, leads_to) if parts.netloc}
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none';"
        f" frame-ancestors 'none'; form-action 'self' {' '.join(sorted(origins))}"
    )
    headers = {
        "Content-Security-Policy": policy.strip(),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    return HTMLResponse(ENVIRONMENT.get_template(template).render(**values), status, headers)
