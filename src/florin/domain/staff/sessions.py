"""Sessions: whose they are, where they began, when they were last used, and when they end."""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet

from florin.domain.companies.models import Company
from florin.domain.staff.models import Session, User
from florin.kernel import clock
from florin.kernel.database import new_key

# How exactly it is known when a session was last used: a write for each request would cost too much.
_EXACT = timedelta(minutes=1)


class SessionStore(DatabaseStore):
    """Django's own, in a table of ours that can be asked whose sessions there are."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return our table."""
        return Session

    def cycle_key(self) -> None:
        """Go on under another key, and another name: the row of the old key still has the name until it goes.

        With the same name no new row could ever be stored, and Django would try keys without end.
        """
        if "name" in self:
            self["name"] = str(new_key())
        super().cycle_key()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of a session, with what the list shows; the limits count from the first on."""
        if "_auth_user_id" in data and "begun_at" not in data:
            data.update(_beginning())
        row = cast("Session", super().create_model_instance(data))
        row.person_id = data.get("_auth_user_id")
        row.name = UUID(data["name"]) if "name" in data else None
        row.address, row.browser = data.get("address", ""), data.get("browser", "")
        row.begun_at, row.seen_at = _instant(data, "begun_at"), _instant(data, "seen_at")
        return row


def begin(session: SessionBase, *, address: str, browser: str) -> None:
    """Note when and where somebody has just signed in."""
    session.update({**_beginning(), "address": address, "browser": browser})


def use(session: SessionBase, *, address: str) -> None:
    """Note that somebody uses it, and from where; at most once a minute."""
    now = clock.now()
    if now - _instant(session, "seen_at") >= _EXACT:
        session.update({"seen_at": now.isoformat(), "address": address})


def is_over(session: SessionBase, company: Company) -> bool:
    """Whether it was left alone for too long, or has lasted as long as the company lets one last."""
    now = clock.now()
    idle, lasts = _limits(company)
    return now - _instant(session, "seen_at") > idle or now - _instant(session, "begun_at") > lasts


def open_sessions(person: User) -> QuerySet[Session]:
    """Return somebody's sessions that have not ended, the latest used first."""
    now = clock.now()
    idle, lasts = _limits(person.company)
    mine = Session.objects.filter(person=person, name__isnull=False, expire_date__gt=now)
    return mine.filter(seen_at__gte=now - idle, begun_at__gte=now - lasts).order_by("-seen_at")


def end(person: User, name: UUID) -> bool:
    """End one of somebody's own sessions; whoever uses it at this moment is signed out.

    Returns:
        Whether there was such a session.
    """
    return bool(Session.objects.filter(person=person, name=name).delete()[0])


def end_all(person: User, *, but: str | None = None) -> None:
    """End all of somebody's sessions, except the one with the key ``but``."""
    Session.objects.filter(person=person).exclude(session_key=but or "").delete()


def forget() -> None:
    """Delete the rows of sessions that have ended."""
    Session.objects.filter(expire_date__lt=clock.now()).delete()


def _beginning() -> dict[str, str]:
    now = clock.now().isoformat()
    return {"name": str(new_key()), "begun_at": now, "seen_at": now}


def _limits(company: Company) -> tuple[timedelta, timedelta]:
    return timedelta(minutes=company.idle_minutes), timedelta(hours=company.session_hours)


def _instant(data: Any, name: str) -> datetime:
    return datetime.fromisoformat(data[name]) if name in data else clock.now()
