"""Mail addresses: read as people type and paste them, and written as mail servers take them.

A domain is kept and shown in its own letters; on the wire it stands in ASCII by IDNA2008 (RFC 5891), for the
older IDNA2003 sends mail for ``straße.example`` to ``strasse.example``, which may be somebody else's.
Letters beyond ASCII before the @ need every server on the way to speak SMTPUTF8 (RFC 6531), which nobody can
promise: such an address is refused where it is typed.
"""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, ValidatedEmail, validate_email  # noqa: TID251 - here it is

from florin.kernel import cards
from florin.kernel.errors import Refusal

_SHOWN = 80
# Quotes that do not close reach to the end, so that no letter is looked at twice.
_QUOTED = r'"(?:[^"\\]|\\.)*"?'
# What semicolons and line breaks part, and within that commas; neither within quotes nor angle brackets.
_LISTS = re.compile(rf'(?:{_QUOTED}|<[^<>]*>|[^;\r\n"<])+', re.DOTALL)
_PIECES = re.compile(rf'(?:{_QUOTED}|<[^<>]*>|[^,"<])+', re.DOTALL)
_NAMED = re.compile(r"([^<]*)<([^<>]*)>\s*")


class BadAddress(Refusal):
    """What was typed is no address to which mail can be sent."""

    def __init__(self, text: str, *, plain: bool) -> None:
        super().__init__(text)
        self.text, self.plain = text, plain

    def __str__(self) -> str:
        """Say it; the sentence is made when somebody reads it, for settings are read before there are any."""
        details = {"address": self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}…"}
        if self.plain:
            return _("“%(address)s” is not an e-mail address.") % details
        return (
            _(
                "Mail to “%(address)s” would not arrive everywhere: before the @ there may be no accents or"
                " letters of other scripts. Ask for another address."
            )
            % details
        )


def read(text: str) -> str:
    """Return one address in its normal form, the domain in its own letters.

    Raises:
        BadAddress: if no mail can be sent to it.
        CardNumber: if it holds one.
    """
    normal: str = _checked(text).normalized
    cards.refuse(normal)
    return normal


def on_the_wire(text: str) -> str:
    """Return one address as it stands in envelopes and headers: pure ASCII.

    Raises:
        BadAddress: if no mail can be sent to it.
    """
    return _checked(text).ascii_email or ""


def several(text: str) -> Iterator[str]:
    """Yield every address of a list in its normal form, as it was typed or as mail programs paste it.

    Commas, semicolons, line breaks and spaces part them; ``Ann <ann@x.example>``, ``"Doe, Ann" <…>`` and
    ``Doe, Ann <…>`` are the address between the angle brackets. Takes time in proportion to the text.

    Raises:
        BadAddress: naming the first piece that is none.
    """
    for part in _LISTS.findall(text):
        surname = ""
        for piece in filter(None, (piece.strip() for piece in _PIECES.findall(part))):
            if named := _NAMED.fullmatch(piece):
                yield read(_bracketed(piece, *named.groups()))
                surname = ""
                continue
            if surname:
                break
            surname = piece if "@" not in piece else ""
            yield from map(read, () if surname else piece.split())
        if surname:
            raise BadAddress(surname, plain=True)


def _bracketed(piece: str, name: str, address: str) -> str:
    """Return the address in brackets; the whole piece, which is none, if another one stands before it."""
    before = re.sub(_QUOTED, "", name, flags=re.DOTALL).strip(" '")
    return address if "@" not in before or before == address.strip() else piece


def _checked(text: str) -> ValidatedEmail:
    address = text.strip()
    try:
        return validate_email(
            address, allow_smtputf8=False, check_deliverability=False, test_environment=True
        )
    except EmailNotValidError:
        raise BadAddress(address, plain=not _would_do(address)) from None


def _would_do(address: str) -> bool:
    """Whether it is only the letters before the @ that stand in the way."""
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
