"""What an Admin, the operator at a shell, or a person themselves changes of somebody who works here.

lock -> change -> is an Admin left? -> sessions end -> security log
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from florin.domain.companies.models import Company
from florin.domain.security import services as security
from florin.domain.staff import people, second_factor, sessions
from florin.domain.staff.models import User
from florin.flows import change_password
from florin.flows.invite_person import OPERATOR


@transaction.atomic(durable=True)
def change_roles(company: Company, key: UUID, roles: Iterable[str], *, seen: str, by: User | None) -> User:
    """Give somebody these roles and no others; they hold from their next request on.

    Raises:
        NotFound: if there is no such person in this company.
        Conflict: if somebody else changed the person after ``seen`` was shown.
        Refusal: if there is no role, or no active Admin would be left.
    """
    person = people.lock(company, key)
    security.note_actor(_actor(by))
    people.set_roles(person, roles, seen=seen)
    return person


@transaction.atomic(durable=True)
def deactivate(company: Company, key: UUID, *, by: User | None) -> User:
    """Let somebody sign in no longer, and end their sessions at once; twice is once.

    Raises:
        NotFound: if there is no such person in this company.
        LastAdmin: if no active Admin would be left.
    """
    person = people.lock(company, key)
    security.note_actor(_actor(by))
    people.set_active(person, to=False)
    sessions.end_all(person)
    return person


@transaction.atomic(durable=True)
def activate(company: Company, key: UUID, *, by: User | None) -> User:
    """Let somebody sign in again, with the password and the roles they had; twice is once.

    Raises:
        NotFound: if there is no such person in this company.
    """
    person = people.lock(company, key)
    security.note_actor(_actor(by))
    people.set_active(person, to=True)
    return person


@transaction.atomic(durable=True)
def sign_out(company: Company, key: UUID, *, by: User) -> User:
    """End all of somebody's sessions.

    Raises:
        NotFound: if there is no such person in this company.
    """
    person = people.lock(company, key)
    sessions.end_all(person)
    security.note(security.Kind.SESSIONS_ENDED, company_id=company.pk, who=person.email, by=by.email)
    return person


@transaction.atomic(durable=True)
def reset(company: Company, key: UUID, *, by: User | None) -> User:
    """Let somebody begin afresh: their password opens nothing any more, a mailed link leads to a new one.

    Their second factor is taken away, and all their sessions end.

    Raises:
        NotFound: if there is no such person in this company.
        Refusal: if they are deactivated.
    """
    person = people.lock(company, key)
    security.note_actor(_actor(by))
    sessions.end_all(person)
    second_factor.take_away(person)
    change_password.take_away(person, by=_actor(by))
    return person


@transaction.atomic(durable=True)
def rename(person: User, name: str) -> User:
    """Let somebody be called otherwise from now on; what they did before keeps the old name.

    Raises:
        NotFound: if the person is gone.
    """
    locked = people.lock(person.company, person.pk)
    security.note_actor(person.email)
    locked.name = name
    locked.save(update_fields=["name"])
    return locked


def _actor(by: User | None) -> str:
    return by.email if by else OPERATOR
