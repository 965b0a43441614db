"""What an authenticator app shows, by RFC 6238 and RFC 4226, not by the library that is tested."""

import base64
import hmac
import time


def code(secret: str, *, at: float | None = None) -> str:
    """The six digits for a key in base 32, now or at an instant."""
    counter = int(time.time() if at is None else at) // 30
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number)[-6:].zfill(6)
