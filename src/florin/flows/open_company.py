"""A company moves in: with its payments account, and the Admin who does the rest in the office.

password good? -> company, account and Admin, all or none -> the set-up code is gone
"""

from contextlib import suppress
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from florin.domain.companies import profile, queries
from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.security import services as security
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import onboard_account, set_up
from florin.kernel.errors import NotFound, Refusal

_LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCompany:
    """What is needed to begin; ``email`` gets the confirmations, ``admin`` signs in.

    Without a ``slug`` it is made of the name, without a name of the Admin of the address. The Admin reads
    the company's language.
    """

    name: str
    email: str
    currency: str
    time_zone: str
    admin: str
    password: str
    slug: str = ""
    language: str = "en"
    admin_name: str = ""


class BadPassword(Refusal):
    """The password is one that others would guess."""


def move_in(new: NewCompany, *, takes_payments: bool) -> Company:
    """Make the company and its first Admin, both or neither; there may be other companies.

    ``takes_payments`` says that the installation's own processor account is the company's, so that its
    payments account is active at once (R2), unless the processor says otherwise. If it does not answer, the
    worker asks within the hour.

    Raises:
        BadPassword: if the password is too easy.
        Refusal: if the slug or the address is taken, or something is none: address, currency, time zone.
    """
    _check_password(new)
    with transaction.atomic(durable=True):
        company = _open(new).company
        if takes_payments:
            companies.activate_account(company)
    set_up.forget_code()
    if takes_payments:
        with suppress(Refusal):
            onboard_account.refresh(company)
    return company


def move_in_first(new: NewCompany) -> User:
    """Make the first company of the installation with its Admin, and return the Admin; of several one.

    Raises:
        NotFound: if a company has moved in meanwhile.
        BadPassword, Refusal: as ``move_in``.
    """
    _check_password(new)
    with transaction.atomic(durable=True):
        companies.keep_others_out()
        if queries.has_any():
            raise NotFound(_("A company has moved in already. Sign in, or ask its Admin for an account."))
        admin = _open(new)
    set_up.forget_code()
    return admin


def _check_password(new: NewCompany) -> None:
    """Hold the password to the same rules as everybody's, the company's own words included."""
    company = Company(name=new.name, slug=_slug(new))
    person = User(email=new.admin, name=_admin_name(new), company=company)
    try:
        validate_password(new.password, person)
    except ValidationError as problem:
        raise BadPassword(" ".join(problem.messages)) from problem


def _open(new: NewCompany) -> User:
    try:
        with transaction.atomic():
            company = companies.open_company(
                slug=_slug(new),
                name=new.name,
                email=new.email,
                currency=new.currency,
                time_zone=new.time_zone,
                language=new.language,
                getting_started=True,
            )
            admin = User.objects.create_user(
                new.admin,
                new.password,
                name=_admin_name(new),
                company=company,
                roles=[Role.ADMIN.value],
                language=profile.read_language(new.language),
            )
    except IntegrityError as problem:
        raise Refusal(f"The company {_slug(new)} or the user {new.admin} is here already.") from problem
    security.note(
        security.Kind.PERSON_ADDED,
        company_id=company.pk,
        who=admin.email,
        fields="roles",
        roles_after=Role.ADMIN.value,
    )
    return admin


def _slug(new: NewCompany) -> str:
    """Return the company's short name for commands."""
    return new.slug or slugify(new.name)[:_LONGEST_SLUG].strip("-") or "company"


def _admin_name(new: NewCompany) -> str:
    return new.admin_name or new.admin.split("@")[0]
