"""Passwords that are tried first: known from breaches, or like one that is."""

import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

if TYPE_CHECKING:
    from florin.domain.staff.models import User

# Guessing on the sign-in page is slowed down to some hundred tries a day for one person.
_FEWEST_GUESSES = 10**8
# What is looked at of a longer one: the time it takes grows quickly, and so many characters say enough.
_LOOKED_AT = 32


class Guessable:
    """Refuses a password that somebody who knows what people choose would soon try.

    zxcvbn carries the 30,000 passwords that leaked most often, with names, words and keyboard patterns; it
    knows the person's own words too, and reckons with the usual changes to them: a capital, digits at the
    end, ``@`` for ``a``. Nothing is asked of anybody; all of it lies in the package.
    """

    def validate(self, password: str, user: "User | None" = None) -> None:
        """Look at a password that somebody wants.

        Raises:
            ValidationError: if fewer than 100 million guesses would find it.
        """
        own = re.findall(r"\w+", f"{user.email} {user.name} {user.company.name}") if user else []
        found = zxcvbn(password[:_LOOKED_AT], user_inputs=own)
        if found["guesses"] < _FEWEST_GUESSES:
            raise ValidationError(self.get_help_text(), code="guessable")

    def get_help_text(self) -> str:
        """Say what is asked for."""
        return _("This is too like passwords that are often used, and tried first. Take several words.")
