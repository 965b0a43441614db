"""How a company's people sign in: how long their sessions last, and whose roles need a second factor."""

from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.kernel import changes
from florin.kernel.errors import Conflict

# The longest of each is what holds until a company shortens it.
IDLE_MINUTES = (15, 30, 60, 120, 240, 480)
SESSION_HOURS = (4, 8, 12, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """After how many minutes without work a session ends, and after how many hours in any case.

    ``second_factor_roles`` are the roles whose people must sign in with a second factor, sorted.
    """

    idle_minutes: int
    session_hours: int
    second_factor_roles: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """A short text that changes whenever one of them does."""
        return changes.mark(self.timeline_details())

    def timeline_details(self) -> dict[str, str]:
        """Return them as the timeline keeps them."""
        roles = {"second_factor_roles": ", ".join(self.second_factor_roles)}
        return {name: str(value) for name, value in asdict(self).items()} | roles


def limits_of(company: Company) -> Limits:
    """Return a company's limits."""
    return Limits(
        idle_minutes=company.idle_minutes,
        session_hours=company.session_hours,
        second_factor_roles=tuple(sorted(company.second_factor_roles)),
    )


def change(company: Company, wanted: Limits, *, seen: str) -> dict[str, str]:
    """Set a company's limits in the caller's transaction, and return what changed, for the timeline.

    Raises:
        Conflict: if they are others than ``seen`` says; nothing is overwritten.
    """
    locked = Company.objects.select_for_update().get(pk=company.pk)
    now = limits_of(locked)
    if now.mark != seen:
        raise Conflict(_("Somebody else has changed these settings meanwhile. Look at them, then save."))
    locked.idle_minutes, locked.session_hours = wanted.idle_minutes, wanted.session_hours
    locked.second_factor_roles = list(wanted.second_factor_roles)
    locked.save(update_fields=["idle_minutes", "session_hours", "second_factor_roles"])
    return changes.between(now.timeline_details(), wanted.timeline_details())
