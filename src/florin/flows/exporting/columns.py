"""How each kind of column is written, and what it is called by the Data Package standard.

Types and formats are those of Table Schema (datapackage.org, version 2.0).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, TextField
from django.db.models.expressions import Combinable
from django.utils import translation

_UTC = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_TEXT = "(%(expressions)s)::text"
_JSON = "to_json(%(expressions)s)::text"
_MINOR = "In minor units of the row's currency: 1250 is 12.50 in USD."

if TYPE_CHECKING:
    Field = models.Field[Any, Any]
else:
    Field = models.Field

# The first that a field is one of: its type and format by the standard, and its SQL unless it is the column.
_KINDS: list[tuple[type[Any], str, str, str]] = [
    (models.UUIDField, "string", "uuid", ""),
    (models.BooleanField, "boolean", "", _TEXT),
    (models.DateTimeField, "datetime", "", _UTC),
    (models.DateField, "date", "", ""),
    (models.DecimalField, "number", "", ""),
    (models.IntegerField, "integer", "", ""),
    (ArrayField, "array", "", _JSON),
    (models.JSONField, "object", "", _TEXT),
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it is by the standard, what it means, and how PostgreSQL writes it."""

    name: str
    type: str
    format: str
    meaning: str
    expression: Combinable

    @property
    def descriptor(self) -> dict[str, str]:
        """What Table Schema calls a field descriptor."""
        told = {"name": self.name, "type": self.type, "description": self.meaning}
        return told | ({"format": self.format} if self.format else {})


def describe(field: Field) -> Column:
    """Return how a model's field is written, with what the model says that it means."""
    kind, form, expression = _written(field)
    return Column(field.attname, kind, form, _meaning(field), expression)


def _written(field: Field) -> tuple[str, str, Combinable]:
    value = F(field.attname)
    kept = field.target_field if isinstance(field, models.ForeignKey) else field
    kind, form, template = next(
        (known for known in _KINDS if isinstance(kept, known[0])), (models.Field, "string", "", "")
    )[1:]
    if isinstance(kept, models.JSONField) and kept.default is list:
        kind = "array"
    return kind, form, Func(value, template=template, output_field=TextField()) if template else value


def _meaning(field: Field) -> str:
    """Say in English what a column holds: the model's own words, its unit, and what may stand in it."""
    with translation.override("en"):
        said = str(field.help_text or field.verbose_name)
        parts = [said[:1].upper() + said[1:].rstrip(".") + "."]
        if type(field) is models.BigIntegerField and "minor units" not in said:
            parts.append(_MINOR)
        if field.choices:
            names = {str(value): str(label) for value, label in field.flatchoices}
            parts.append("One of " + ", ".join(_choice(*one) for one in names.items()) + ".")
        return " ".join(parts)


def _choice(value: str, label: str) -> str:
    return value if value.casefold() == label.casefold().replace(" ", "_") else f"{value} ({label})"
