"""When two numbers that people write are the same one: whatever their case and width (Unicode NFKC)."""

import unicodedata
from typing import Any

from django.db import models


def fold(number: str) -> str:
    """Return what is the same for all ways of writing a number: SN1, sn1 and the wide letters of Asia's."""
    once = unicodedata.normalize("NFKC", number).casefold()
    return unicodedata.normalize("NFKC", once).strip()


class FoldedField(models.TextField):  # type: ignore[type-arg]
    """Holds the folded form of another field of its row, however the row is written."""

    def __init__(self, *, of: str, **options: Any) -> None:
        super().__init__(editable=False, **options)
        self.of = of

    def deconstruct(self) -> Any:
        """Tell migrations that its column is plain text: they import nothing of Florin that changes."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.TextField", arguments, options

    def clone(self) -> Any:
        """Return a copy that belongs to no model yet, as Django's fields do."""
        *_, options = self.deconstruct()
        return FoldedField(of=self.of, **{key: options[key] for key in options if key != "editable"})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 - Django's signature
        """Fold the other field each time the row is written, in bulk too."""
        del add
        folded = fold(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, folded)
        return folded
