"""New identifiers that look like Stripe's."""

import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def text(length: int) -> str:
    """So many random letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new(prefix: str, length: int = 24) -> str:
    """An id nobody can guess: `pi_3…`."""
    return f"{prefix}_{text(length)}"
