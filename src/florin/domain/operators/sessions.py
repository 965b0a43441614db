"""Sessions of operators: apart from those of companies' people, and short."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q

from florin.domain.operators.models import Operator, OperatorSession
from florin.kernel import clock

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
_TO_THE_MINUTE = timedelta(minutes=1)


def begin(operator: Operator) -> str:
    """Begin a session, and return the secret that its browser keeps; we keep a hash of it."""
    now, secret = clock.now(), secrets.token_urlsafe(32)
    OperatorSession.objects.filter(_over()).delete()
    OperatorSession.objects.create(
        operator=operator, fingerprint=_fingerprint(secret), begun_at=now, seen_at=now
    )
    return secret


def whose(secret: str) -> Operator | None:
    """Return the active operator whose session this is, if it lasts still: half an hour idle, 8 h at most."""
    sessions = OperatorSession.objects.filter(fingerprint=_fingerprint(secret), operator__is_active=True)
    session = sessions.exclude(_over()).select_related("operator").first()
    if session is None:
        return None
    if clock.now() - session.seen_at >= _TO_THE_MINUTE:
        OperatorSession.objects.filter(pk=session.pk).update(seen_at=clock.now())
    return session.operator


def end(secret: str) -> None:
    """End a session; safe to repeat."""
    OperatorSession.objects.filter(fingerprint=_fingerprint(secret)).delete()


def _over() -> Q:
    now = clock.now()
    return Q(seen_at__lt=now - IDLE) | Q(begun_at__lt=now - LONGEST)


def _fingerprint(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
