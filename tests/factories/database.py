"""The database as somebody with a console has it: raw SQL, and tampering that is taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


def sql(*statements: str) -> list[tuple[Any, ...]]:
    """Run statements in one transaction, as somebody with a console could; return what the last one found."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def tampered(*statements: str) -> Iterator[None]:
    """Change rows past every trigger, and take it back afterwards."""
    with transaction.atomic():
        sql("SET LOCAL session_replication_role = replica", *statements)
        yield
        transaction.set_rollback(True)
