"""The second factor of signing in: who has one, who must, and taking a lost one away (A1).

The rows are those of django-allauth; the database notes in the security log when one comes or goes.
"""

import time
from typing import TYPE_CHECKING

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.db import transaction

if TYPE_CHECKING:
    from florin.domain.staff.models import User

_STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_one(person: "User") -> bool:
    """Whether somebody has an authenticator app or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=person.pk, type__in=_STRONG).exists()


def is_required(person: "User") -> bool:
    """Whether the company asks one of somebody's roles for a second factor."""
    return not set(person.roles).isdisjoint(person.company.second_factor_roles)


def is_missing(person: "User") -> bool:
    """Whether somebody must set one up before anything else; asks the database only where one is required."""
    return is_required(person) and not has_one(person)


def is_needed(authenticator: Authenticator, person: "User") -> bool:
    """Whether it is the last one of somebody who must have one."""
    others = Authenticator.objects.filter(user_id=person.pk, type__in=_STRONG).exclude(pk=authenticator.pk)
    return authenticator.type in _STRONG and is_required(person) and not others.exists()


def take_away(person: "User") -> None:
    """Take all of somebody's away, with recovery codes, for they are lost; in the caller's transaction."""
    Authenticator.objects.filter(user_id=person.pk).delete()


@transaction.atomic
def use_once(authenticator: Authenticator) -> bool:
    """Note that the present code of an authenticator app is used; false if it was before (RFC 6238, 5.2)."""
    if authenticator.type != Authenticator.Type.TOTP:
        return True  # a recovery code is crossed off by the library
    row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    step = int(time.time()) // app_settings.TOTP_PERIOD
    if row.data.get("used_step", 0) >= step:
        return False
    row.data["used_step"] = authenticator.data["used_step"] = step
    row.save(update_fields=["data"])
    return True
