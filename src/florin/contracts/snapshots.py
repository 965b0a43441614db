"""Snapshots: frozen records as JSON that PostgreSQL keeps, and the equal record that is read back.

Dates are kept as ISO 8601, keys as text. What a record has gained since it was kept gets its default, and
what it has lost is passed over, so that everything ever stored is still read.
"""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from cattrs.preconf.json import make_converter

_Record = TypeVar("_Record")

_converter = make_converter(detailed_validation=False)
_converter.register_unstructure_hook(UUID, str)
_converter.register_structure_hook(UUID, lambda text, _: UUID(text))


def write(record: object) -> dict[str, Any]:
    """Return a mapping that PostgreSQL can keep and ``read`` makes into an equal record."""
    kept: dict[str, Any] = _converter.unstructure(record)
    return kept


def read(kind: type[_Record], kept: Mapping[str, Any]) -> _Record:
    """Read back what ``write`` wrote.

    Raises:
        KeyError: if something is missing that has no default.
        ValueError: if a date or a key cannot be one.
    """
    return _converter.structure(kept, kind)
