"""Operators come, go, and choose passwords; nothing of it is to be had in a browser."""

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from florin.domain.operators.models import Operator, OperatorSession
from florin.kernel import addresses, clock
from florin.kernel.errors import NotFound, Refusal


def add(email: str, password: str) -> Operator:
    """Make an operator who signs in with this address.

    Raises:
        Refusal: if it is no address, is an operator's already, or the password is too easy.
    """
    address = addresses.read(email).lower()
    try:
        with transaction.atomic():
            return Operator.objects.create(email=address, password=_hash(password), added_at=clock.now())
    except IntegrityError:
        raise Refusal(f"{address} is an operator already.") from None


def choose_password(email: str, password: str) -> Operator:
    """Give an operator another password, and sign them out everywhere.

    Raises:
        NotFound: if there is no such operator.
        Refusal: if the password is too easy.
    """
    operator = find(email)
    operator.password = _hash(password)
    operator.save(update_fields=["password"])
    OperatorSession.objects.filter(operator=operator).delete()
    return operator


def switch(email: str, *, active: bool) -> Operator:
    """Let an operator sign in, or no longer, from now on; safe to repeat.

    Raises:
        NotFound: if there is no such operator.
    """
    operator = find(email)
    operator.is_active = active
    operator.save(update_fields=["is_active"])
    if not active:
        OperatorSession.objects.filter(operator=operator).delete()
    return operator


def keep_second_factor(email: str, sealed: bytes) -> Operator:
    """Ask an operator for codes from now on, and sign them out everywhere.

    Raises:
        NotFound: if there is no such operator.
    """
    operator = find(email)
    operator.second_factor, operator.last_code = sealed, 0
    operator.save(update_fields=["second_factor", "last_code"])
    OperatorSession.objects.filter(operator=operator).delete()
    return operator


def use_code(operator: Operator, step: int) -> bool:
    """Use the code of a time step up; false if that one, or a later one, was used before. Atomic."""
    unused = Operator.objects.filter(pk=operator.pk, last_code__lt=step)
    return bool(unused.update(last_code=step))


def find(email: str) -> Operator:
    """Return the operator who signs in with this address.

    Raises:
        NotFound: if there is none.
    """
    operator = Operator.objects.filter(email=email.strip().lower()).first()
    if operator is None:
        raise NotFound(f"There is no operator {email}.")
    return operator


def recognise(email: str, password: str) -> Operator | None:
    """Return the active operator whose address and password these are; it takes as long if there is none."""
    operator = Operator.objects.filter(email=email.strip().lower(), is_active=True).first()
    if operator is None:
        make_password(password)
        return None
    return operator if check_password(password, operator.password) else None


def _hash(password: str) -> str:
    try:
        validate_password(password)
    except ValidationError as problem:
        raise Refusal(" ".join(problem.messages)) from problem
    return make_password(password)
