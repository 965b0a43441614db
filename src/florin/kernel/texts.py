"""Texts that people write, as they are kept: none longer than its field, none with a card number in it (R23).

Every door ends here: whatever screen, import or command wrote a text, the field refuses it when it is saved.
"""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from florin.kernel import cards
from florin.kernel.errors import Refusal

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Expression

    _Field = models.Field[str, str]
    _Line = models.CharField[str, str]
    _Lines = models.TextField[str, str]
else:
    _Field, _Line, _Lines = object, models.CharField, models.TextField


class TooLong(Refusal):
    """A text is longer than its field."""


def too_long(longest: int) -> str:
    """Return the sentence that says how long a text may be."""
    return _("At most %(longest)s characters.") % {"longest": longest}


def check(text: str, *, longest: int | None) -> None:
    """Let a text pass that may be kept in so many characters.

    Raises:
        Refusal: if it is too long, holds a character that cannot be kept, or a card number.
    """
    if longest is not None and len(text) > longest:
        raise TooLong(too_long(longest))
    if "\x00" in text:
        raise Refusal(_("This holds a character that cannot be kept."))
    cards.refuse(text)


def check_field(model: type[models.Model], name: str, text: str) -> None:
    """Let a text pass that may be kept in a field of a model, as ``check`` does, before it is saved."""
    field = model._meta.get_field(name)  # noqa: SLF001 - Django's documented model API
    check(text, longest=getattr(field, "max_length", None))


class _Written(_Field):
    """What both kinds of texts do; to migrations they are Django's own."""

    max_length: int | None

    def deconstruct(self) -> Any:
        """Be an ordinary column to migrations."""
        name, _path, arguments, options = super().deconstruct()
        kind = "CharField" if isinstance(self, models.CharField) else "TextField"
        return name, f"django.db.models.{kind}", arguments, options

    def get_db_prep_save(self, value: Any, connection: "BaseDatabaseWrapper") -> Any:
        """Refuse what must not be kept, whichever way it is saved: alone, in bulk, or by an update."""
        if isinstance(value, str) and not isinstance(value, cards.StoredText):
            check(value, longest=self.max_length)
        return super().get_db_prep_save(value, connection)

    def from_db_value(
        self,
        value: str | None,
        expression: "Expression",  # noqa: ARG002 - Django's signature
        connection: "BaseDatabaseWrapper",  # noqa: ARG002 - Django's signature
    ) -> str | None:
        """Let pass what was kept before, so that its row can be saved with something else changed."""
        return cards.StoredText(value) if value and any(cards.every(value)) else value


class Words(_Written, _Line):
    """One line of what somebody wrote."""


class Text(_Written, _Lines):
    """Several lines of what somebody wrote."""
