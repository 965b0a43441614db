"""The people of a company, changed one at a time, so that an active Admin always remains (A1)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.kernel import changes
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal


class LastAdmin(Refusal):
    """Nobody would be left who can set the company up."""


def of_company(company_id: UUID, *, active: bool | None = None) -> QuerySet[User]:
    """Return a company's people; only those who are active, or those who are not, if asked."""
    found = User.objects.filter(company=company_id)
    return found if active is None else found.filter(is_active=active)


def lock(company: Company, key: UUID) -> User:
    """Return one of the company's people; until the transaction ends nobody else changes any of them.

    Work goes on meanwhile: the lock is one that rows which only refer to the company do not wait for.

    Raises:
        NotFound: if there is no such person in this company.
    """
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    return find(User.objects.filter(company=company), pk=key)


def mark(person: User) -> str:
    """Return a short text that changes whenever what an Admin may change of somebody does."""
    active = changes.switch(person.is_active)
    return changes.mark({"roles": ",".join(sorted(person.roles)), "active": active})


def read_roles(given: Iterable[str]) -> list[str]:
    """Return roles in the order of the table, each once.

    Raises:
        Refusal: if there is none, or one that does not exist.
    """
    chosen = set(given)
    if unknown := chosen - set(Role):
        raise Refusal(
            _("There is no role “%(role)s”. Choose from: %(roles)s.")
            % {"role": min(unknown), "roles": ", ".join(Role)}
        )
    if not chosen:
        raise Refusal(_("Choose at least one role."))
    return [role.value for role in Role if role in chosen]


def set_roles(person: User, roles: Iterable[str], *, seen: str) -> None:
    """Give somebody these roles and no others, in the caller's transaction, after ``lock``.

    Raises:
        Refusal: if there is no role.
        Conflict: if somebody else changed the person after ``seen`` was shown.
        LastAdmin: if they are the last active Admin and would be none.
    """
    if mark(person) != seen:
        raise Conflict(_("Somebody else has changed this user meanwhile. Look at the roles, then save."))
    person.roles = read_roles(roles)
    person.save(update_fields=["roles"])
    _check_an_admin_remains(person)


def set_active(person: User, *, to: bool) -> None:
    """Let somebody sign in from now on, or no longer, in the caller's transaction, after ``lock``.

    Raises:
        LastAdmin: if they are the last active Admin.
    """
    person.is_active = to
    person.save(update_fields=["is_active"])
    _check_an_admin_remains(person)


def _check_an_admin_remains(changed: User) -> None:
    if not of_company(changed.company_id, active=True).filter(roles__contains=[Role.ADMIN]).exists():
        raise LastAdmin(
            _("%(name)s is the last active Admin. Make somebody else an Admin first.")
            % {"name": changed.name}
        )
