"""Somebody signs in by a sign-in service (OpenID Connect): who they are here, and what groups make them.

verified address -> a person who is here, or is invited, or whose groups have roles -> roles by groups -> in
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from florin.contracts.sign_in_groups import GroupRoles
from florin.domain.companies.models import Company
from florin.domain.security import services as security
from florin.domain.staff import people
from florin.domain.staff.models import Invitation, User
from florin.domain.staff.people import LastAdmin
from florin.kernel import clock
from florin.kernel.errors import Forbidden

SERVICE = "sign-in service"
"""Who did it, in the log, if groups of the service decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What the service says of somebody; ``email`` is empty unless the service has verified it."""

    email: str
    name: str
    groups: frozenset[str]


@transaction.atomic(durable=True)
def find_or_add(vouched: Vouched, groups: Mapping[str, GroupRoles]) -> User:
    """Return the person with a verified address; add them if they are invited, or by their groups.

    Raises:
        Forbidden: if the address is not verified, or is nobody's and the groups have no roles at one company.
    """
    if not vouched.email:
        raise Forbidden(
            _("Your sign-in service has not verified your e-mail address. Ask whoever runs the service.")
        )
    if person := User.objects.filter(email=vouched.email).first():
        return person
    if invited := _invitation(vouched.email):
        invited.ended_at = clock.now()
        invited.save(update_fields=["ended_at"])
        return _add(vouched, invited.company, invited.roles, language=invited.language)
    company, roles = _by_groups(vouched, groups)
    return _add(vouched, company, roles, language=company.language)


@transaction.atomic(durable=True)
def follow_groups(person: User, vouched: Vouched, groups: Mapping[str, GroupRoles]) -> None:
    """Give somebody the roles of their groups at their company; with none of these they keep what they have.

    Whose roles came from groups once, and who is in none of them any more, does not get in. The last active
    Admin stays one.

    Raises:
        Forbidden: if the groups gave roles before, and give none now.
    """
    slug = person.company.slug
    roles = {role for name in vouched.groups for role in _roles_at(slug, groups.get(name))}
    if not roles:
        if person.roles_by_groups and groups:
            raise Forbidden(_("Your groups no longer let you in. Ask an Admin of your company."))
        return
    locked = people.lock(person.company, person.pk)
    security.note_actor(SERVICE)
    with suppress(LastAdmin), transaction.atomic():
        people.set_roles(locked, roles, seen=people.mark(locked))
    User.objects.filter(pk=person.pk).update(roles_by_groups=True)


def _invitation(email: str) -> Invitation | None:
    alive = Invitation.objects.filter(email=email, ended_at__isnull=True, ends_at__gt=clock.now())
    return alive.select_for_update(of=("self",)).select_related("company").order_by("-made_at").first()


def _by_groups(vouched: Vouched, groups: Mapping[str, GroupRoles]) -> tuple[Company, list[str]]:
    """Return the one company at which the groups have roles, and these."""
    slugs = {found.company for name in vouched.groups if (found := groups.get(name))}
    company = Company.objects.filter(slug__in=slugs).first() if len(slugs) == 1 else None
    if company is None:
        raise Forbidden(
            _("%(email)s is not a user here. Ask an Admin of your company for an invitation.")
            % {"email": vouched.email}
        )
    given = {role for name in vouched.groups for role in _roles_at(company.slug, groups.get(name))}
    return company, people.read_roles(given)


def _roles_at(slug: str, found: GroupRoles | None) -> Collection[str]:
    return found.roles if found and found.company == slug else ()


def _add(vouched: Vouched, company: Company, roles: list[str], *, language: str) -> User:
    person = User(
        email=vouched.email,
        name=vouched.name[:80] or vouched.email.partition("@")[0],
        company=company,
        roles=roles,
        language=language,
    )
    person.set_unusable_password()
    person.save()
    security.note(
        security.Kind.PERSON_ADDED,
        company_id=company.pk,
        who=person.email,
        fields="roles",
        roles_after=", ".join(roles),
        by=SERVICE,
    )
    return person
