"""An operator's second factor: codes of an app (RFC 6238), asked for as soon as there is a secret.

password right? -> a code of now, never used before -> who it is
"""

from urllib.parse import quote

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)

from florin.domain.operators import services as operators
from florin.domain.operators.models import Operator
from florin.edges import sealing
from florin.edges.sealing import UnsealableError

_PURPOSE = "operators"


def give_second_factor(email: str) -> str:
    """Give an operator a new secret, and return it as the address that apps for codes take (``otpauth``).

    It is shown once; what is kept is sealed. They are signed out everywhere.

    Raises:
        NotFound: if there is no such operator.
    """
    secret = generate_totp_secret()
    operator = operators.keep_second_factor(email, sealing.seal(secret.encode(), purpose=_PURPOSE))
    return f"otpauth://totp/Florin:{quote(operator.email)}?secret={secret}&issuer=Florin"


def recognise(email: str, password: str, code: str) -> Operator | None:
    """Return the active operator whose address, password and, if they have a second factor, code these are.

    One whose secret was sealed by a key that is forgotten gets in no more: the command gives a new one.
    """
    operator = operators.recognise(email, password)
    if operator is None or not operator.second_factor:
        return operator
    try:
        secret = sealing.unseal(bytes(operator.second_factor), purpose=_PURPOSE).decode()
    except UnsealableError:
        return None
    for step in yield_hotp_counters_from_time():
        expected = format_hotp_value(hotp_value(secret, step))
        if compare_user_code(actual=code, expected=expected):
            return operator if operators.use_code(operator, step) else None
    return None
