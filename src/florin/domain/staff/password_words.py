"""Words that make no password strong here, because whoever guesses tries them first."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from florin.domain.staff.models import User
from florin.domain.staff.rights import Role

_LEAST_LEFT = 8
_SHORTEST_NAME = 4
# The program's name, the trade's words in both languages, and what people write when asked for a password.
WORDS = frozenset(
    {
        *("florin", "invoice", "factura", "payment", "pago", "receivable", "cobrar", "credit", "credito"),
        *("customer", "cliente", "office", "oficina", "wholesale", "flower", "flores", "money", "dinero"),
        *("password", "contrasena", "clave", "secret", "secreto", "welcome", "bienvenido", "changeme"),
        *("login", "letmein", "qwerty", "abcdef", "123456", "summer", "winter", "spring", "autumn"),
        *(word for role in Role for word in role.value.split("_")),
    }
)


class OwnWordsValidator:
    """Refuses a password of which little is left without such words and those of the company's name."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Look how many letters and digits are left.

        Raises:
            ValidationError: if they are fewer than eight.
        """
        left = _letters(password)
        for word in sorted(WORDS | _names(user), key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < _LEAST_LEFT:
            raise ValidationError(self.get_help_text(), code="password_of_known_words")

    def get_help_text(self) -> str:
        """Say what is refused."""
        return _(
            "Your password can't be made mostly of words others would guess first, such as your company's"
            " name or “invoice”. Add words of your own."
        )


def _names(user: User | None) -> frozenset[str]:
    if user is None:
        return frozenset()
    words = re.split(r"\W+", f"{user.company.name} {user.company.slug}")
    return frozenset(folded for word in words if len(folded := _letters(word)) >= _SHORTEST_NAME)


def _letters(text: str) -> str:
    """Return letters and digits only, whatever their case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())
