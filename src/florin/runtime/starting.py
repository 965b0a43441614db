"""What a program that runs for long says when it starts, and what keeps it from starting."""

import sys

from django.db import DatabaseError, connection
from psycopg_pool import PoolTimeout

from florin.contracts import connection_words
from florin.contracts.connection import UNUSABLE_KEYS, Level
from florin.flows import connect_processor
from florin.kernel import database


def may_start() -> bool:
    """Say in sentences what is wrong, and return false if the key to the processor cannot be right.

    Without a key everything but paying online works, so its absence is said and no more.
    """
    problems = [one for one in connect_processor.check_settings() if one.level == Level.PROBLEM]
    for finding in problems:
        complain(connection_words.sentence(finding))
    return not any(finding.fact in UNUSABLE_KEYS for finding in problems)


def has_tables() -> bool:
    """Say what is wrong with the database, and return false if it is empty.

    One that does not answer may come back, so that is said and no more. All connections are closed again:
    processes may be forked now.
    """
    try:
        if not database.has_tables():
            complain("The database is empty. Run `florin migrate` first, then start this again.")
            return False
        if missing := len(database.missing_migrations()):
            complain(
                f"The database is older than this version: {missing} steps are missing. Run `florin migrate`;"
                " until then some pages fail."
            )
    except (DatabaseError, PoolTimeout) as problem:
        said = str(problem).partition("\n")[0]
        complain(
            f"The database does not answer ({said}). Look at DATABASE_URL, and whether the server runs. Until"
            " it answers, pages ask people to come back later."
        )
    finally:
        close_database()
    return True


def say(text: str) -> None:
    """Say something to whoever started the program."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Say what is wrong and what to do about it."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def close_database() -> None:
    """Close all connections, so that no process that is forked now has a share in one."""
    connection.close()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool is not None:
        close_pool()
