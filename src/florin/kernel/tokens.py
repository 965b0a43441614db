"""Link tokens: unguessable, never stored, and still possible to show to staff again.

A token is derived from the link's key and a secret outside the database, so a stolen database
holds no working link: it has the link's key and the token's hash, and neither gives the token.
"""

import base64
import hashlib
import hmac
from uuid import UUID

_BYTES = 20  # 160 bits


def link_secret(key: str) -> bytes:
    """Return the secret of links that belongs to an installation's secret key."""
    return hashlib.sha256(f"payment links {key}".encode()).digest()


def derive(secret: bytes, link: UUID) -> str:
    """Return the token of a link: 27 URL-safe characters, the same each time."""
    digest = hmac.new(secret, link.bytes, hashlib.sha256).digest()[:_BYTES]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def fingerprint(token: str) -> bytes:
    """Return what may be stored of a token: 32 bytes that find it and do not reveal it."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()  # a stranger may send anything
