"""Small helpers that every table shares: keys that sort by time, looking rows up, waiting migrations."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import uuid_utils.compat
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from florin.kernel.errors import NotFound

# Rows in one INSERT: PostgreSQL takes at most 65,535 values with one, and our widest table has 20 columns.
AT_ONCE = 3000

Row = TypeVar("Row", bound=models.Model)
Some = TypeVar("Some")


def has_tables() -> bool:
    """Whether any migration was ever applied."""
    return bool(MigrationRecorder(connection).applied_migrations())


def missing_migrations() -> list[str]:
    """Return the migrations that are still to be applied, in order, such as ``orders.0001_make_tables``."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def new_key() -> UUID:
    """Return a fresh UUIDv7: unique everywhere, and later keys sort later."""
    return uuid_utils.compat.uuid7()


def made_at(key: UUID) -> datetime:
    """Return when a UUIDv7 key was made, to the millisecond (RFC 9562, 5.7)."""
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=key.int >> 80)


def key_at(moment: datetime) -> UUID:
    """Return what is less than every UUIDv7 key made at a moment or later, and more than those before."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


class Keyed(models.Model):
    """A row with a UUIDv7 key."""

    # The library's own, as in ``new_key``: migrations name this default, and import nothing of Florin.
    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)

    class Meta:
        abstract = True


def chunks(rows: Sequence[Some]) -> Iterator[Sequence[Some]]:
    """Yield rows some thousands at a time, as many as one statement takes."""
    for begin in range(0, len(rows), AT_ONCE):
        yield rows[begin : begin + AT_ONCE]


def find(rows: models.QuerySet[Row], **conditions: object) -> Row:
    """Return the one row that matches.

    Raises:
        NotFound: if there is none; another company's row counts as none.
    """
    row = rows.filter(**conditions).first()
    if row is None:
        name = str(rows.model._meta.verbose_name)  # noqa: SLF001 - Django's documented model API
        raise NotFound(f"There is no such {name}.")
    return row


def locked(rows: models.QuerySet[Row], keys: Iterable[UUID]) -> dict[UUID, Row]:
    """Lock rows in the order of their keys, so that two who lock the same rows never wait for each other.

    Must run in a transaction; the lock lasts until it ends.
    """
    return {
        row.pk: row for row in rows.filter(pk__in=list(keys)).order_by("pk").select_for_update(of=("self",))
    }


def is_between_versions() -> bool:
    """Whether the database has seen other migrations than this version has: an upgrade is under way."""
    loader = MigrationLoader(connection)
    apps = {app for app, _name in loader.disk_migrations}
    return {one for one in loader.applied_migrations if one[0] in apps} != {*loader.disk_migrations}


def address() -> str:
    """Return how Django connects, in the form that PostgreSQL's own programs and library read."""
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    params = connection.get_connection_params()
    return make_conninfo(**{name: value for name, value in params.items() if name in known})


def referenced(model: type[models.Model], keys: Collection[UUID]) -> set[UUID]:
    """Return those of some rows of a model that a row of any other table names."""
    found: set[UUID] = set()
    for relation in model._meta.get_fields(include_hidden=True):  # noqa: SLF001 - Django's documented model API
        if isinstance(relation, models.ManyToOneRel):
            name = relation.field.attname
            rows = relation.field.model._base_manager.filter(**{f"{name}__in": keys})  # noqa: SLF001 - likewise
            found.update(rows.values_list(name, flat=True).distinct())
    return found
