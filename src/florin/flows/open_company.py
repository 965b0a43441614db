"""A company moves in: with its payments account, and the Admin who does the rest in the office."""

from contextlib import suppress
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.security import services as security
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import onboard_account
from florin.kernel.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCompany:
    """What is needed to begin; ``email`` gets the confirmations, ``admin`` signs in."""

    slug: str
    name: str
    email: str
    currency: str
    time_zone: str
    admin: str
    password: str


def move_in(new: NewCompany, *, takes_payments: bool) -> Company:
    """Make the company and its first Admin, both or neither.

    ``takes_payments`` says that the installation's own processor account is the company's, so that its
    payments account is active at once (R2), unless the processor says otherwise. If it does not answer, the
    worker asks within the hour.

    Raises:
        Refusal: if the slug or the address is taken, or the password is too easy.
    """
    try:
        validate_password(new.password)
        with transaction.atomic():
            company = companies.open_company(
                slug=new.slug,
                name=new.name,
                email=new.email,
                currency=new.currency,
                time_zone=new.time_zone,
            )
            if takes_payments:
                companies.activate_account(company)
            admin = User.objects.create_user(
                new.admin,
                new.password,
                name=new.admin.split("@")[0],
                company=company,
                roles=[Role.ADMIN.value],
            )
            security.note(
                security.Kind.PERSON_ADDED,
                company_id=company.pk,
                who=admin.email,
                fields="roles",
                roles_after=Role.ADMIN.value,
            )
    except ValidationError as problem:
        raise Refusal(" ".join(problem.messages)) from problem
    except IntegrityError as problem:
        raise Refusal(f"The company {new.slug} or the user {new.admin} is here already.") from problem
    if takes_payments:
        with suppress(Refusal):
            onboard_account.refresh(company)
    return company
