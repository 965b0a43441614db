"""What time it is elsewhere."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
from django.db import connection

_SECONDS = 5


def behind_database() -> timedelta:
    """Return by how much our clock is behind the database's; less than nothing if it is ahead."""
    with connection.cursor() as cursor:
        before = datetime.now(UTC)
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
        return theirs - _middle(before)


def behind_server(url: str) -> timedelta | None:
    """Return by how much our clock is behind a web server's, to the second; nothing if it does not say."""
    before = datetime.now(UTC)
    try:
        theirs: datetime = parsedate_to_datetime(httpx.head(url, timeout=_SECONDS).headers.get("Date", ""))
        return theirs - _middle(before)
    except (httpx.HTTPError, ValueError, TypeError):
        return None


def _middle(before: datetime) -> datetime:
    return before + (datetime.now(UTC) - before) / 2
