"""Bytes that must not lie about as they are, sealed with a key made from the installation's secret key.

AES in CBC mode with an HMAC (Fernet of ``cryptography``). What an earlier secret key sealed opens as long as
that key is among ``SECRET_KEY_FALLBACKS``.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UnsealableError(Exception):
    """The bytes were sealed with a key that is no longer known, or changed since."""


def seal(data: bytes, *, purpose: str) -> bytes:
    """Return bytes from which nobody reads anything without the secret key."""
    return _fernet(purpose).encrypt(data)


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """Return what was sealed for this purpose.

    Raises:
        UnsealableError: if it was sealed with no key that is known, or changed since.
    """
    try:
        return _fernet(purpose).decrypt(sealed)
    except InvalidToken:
        raise UnsealableError from None


def _fernet(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(urlsafe_b64encode(sha256(f"florin:{purpose}:{key}".encode()).digest())) for key in keys]
    )
