"""When two numbers that people write are the same one: whatever their case and width (Unicode NFKC)."""

import unicodedata
from itertools import islice
from typing import Any

from django.db import models

from florin.kernel.database import AT_ONCE
from florin.kernel.errors import Refusal


def fold(number: str) -> str:
    """Return what is the same for all ways of writing a number: SN1, sn1 and the wide letters of Asia's."""
    once = unicodedata.normalize("NFKC", number).casefold()
    return unicodedata.normalize("NFKC", once).strip()


def fill(rows: models.QuerySet[Any], *, of: str) -> None:
    """Fold the numbers of rows that were written before there was a folded form; for migrations.

    Raises:
        Refusal: if two rows of a company have the same number by now; nothing is changed then.
    """
    seen: dict[tuple[object, str], str] = {}
    clashes = []
    for company, number in rows.values_list("company", of).iterator():
        other = seen.setdefault((company, fold(number)), number)
        if other != number:
            clashes.append(f"{other} = {number}")
    if clashes:
        name = rows.model._meta.verbose_name  # noqa: SLF001 - Django's documented model API
        raise Refusal(
            f"These numbers of a {name} are the same one, whatever their case and width: "
            f"{'; '.join(clashes[:50])}. "
            "Rename one of each with the version before this one, then migrate again."
        )
    all_rows = rows.only("pk", of).iterator()
    while some := list(islice(all_rows, AT_ONCE)):
        for row in some:
            row.folded = fold(getattr(row, of))
        rows.model._default_manager.bulk_update(some, ["folded"])  # noqa: SLF001 - as above


class FoldedField(models.TextField):  # type: ignore[type-arg]
    """Holds the folded form of another field of its row, however the row is written."""

    def __init__(self, *, of: str, **options: Any) -> None:
        super().__init__(editable=False, **options)
        self.of = of

    def deconstruct(self) -> Any:
        """Say how the field is made, for migrations."""
        name, path, arguments, options = super().deconstruct()
        del options["editable"]
        return name, path, arguments, {**options, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 - Django's signature
        """Fold the other field each time the row is written, in bulk too."""
        del add
        folded = fold(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, folded)
        return folded
