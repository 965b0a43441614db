"""Looking at everything that an installation needs, and saying in sentences what is not as it must be.

Nothing is changed, and no mail is sent unless an address is named.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from psycopg_pool import PoolTimeout

from florin.contracts import connection_words
from florin.contracts.connection import Level
from florin.contracts.installation import Condition, Topic
from florin.domain.links import queries as links
from florin.edges import clocks
from florin.edges.backups import archive, folder
from florin.edges.mail import trial
from florin.flows import back_up, connect_processor
from florin.kernel import clock, database, jobs
from florin.kernel.errors import Refusal

_OLDEST_SERVER = 150_000
_CLOCK_MAY_DIFFER = timedelta(seconds=30)
_SCARCE, _LITTLE = 1024**3, 5 * 1024**3
_MEGABYTE = 1024**2

Looking = Iterator[Condition]


def examine(*, mail_to: str = "") -> list[Condition]:
    """Look at everything; ``mail_to`` gets a test letter. What fails keeps no other thing from being seen."""
    found = [*_address(), *_secret_files(), *_disk(), *_mail(mail_to), *_processor()]
    return found + _with_database(_database, _key, _worker, _clocks) + [*_backup()]


def _good(topic: Topic, sentence: str) -> Condition:
    return Condition(topic, Level.GOOD, sentence)


def _note(topic: Topic, sentence: str) -> Condition:
    return Condition(topic, Level.NOTE, sentence)


def _problem(topic: Topic, sentence: str) -> Condition:
    return Condition(topic, Level.PROBLEM, sentence)


def _with_database(*looks: Callable[[], Looking]) -> list[Condition]:
    """Look at what is in the database; if it is away, that is all there is to say."""
    found: list[Condition] = []
    try:
        for look in looks:
            found += look()
    except (DatabaseError, PoolTimeout) as problem:
        words = " ".join(str(problem).split())
        found.append(_problem(Topic.DATABASE, f"The database does not answer as it must: {words}"))
    return found


def _address() -> Looking:
    url = urlsplit(settings.PUBLIC_URL)
    if url.scheme != "https":
        yield _note(
            Topic.ADDRESS,
            f"Links in mails lead to {settings.PUBLIC_URL}, which only this machine or network reaches. Set"
            " FLORIN_URL to an https address before customers get bills.",
        )
    elif not settings.TRUSTED_PROXIES:
        yield _problem(
            Topic.ADDRESS,
            "FLORIN_URL begins with https, so a proxy stands before Florin, and FLORIN_TRUSTED_PROXIES is 0:"
            " all limits take everybody for one client. Set it to the number of proxies.",
        )
    else:
        yield _good(Topic.ADDRESS, f"Links in mails lead to {settings.PUBLIC_URL}.")


def _secret_files() -> Looking:
    data: Path = settings.DATA_FOLDER
    ours = [data, *(path for name, path in folder.belongings(data, but=settings.BACKUP_FOLDER))]
    for path in ours:
        found = path.stat()
        if found.st_uid != os.geteuid():
            yield _problem(Topic.SECRETS, f"{path} belongs to another user than the one who runs Florin.")
        elif found.st_mode & 0o077:
            yield _problem(Topic.SECRETS, f"{path} can be read by others: chmod go= {path}")
    if not settings.SECRET_KEY_FILE:
        yield _note(
            Topic.SECRETS,
            "The secret key is in the environment, so it is in no backup: keep it elsewhere too.",
        )
    yield _good(Topic.SECRETS, f"Files of {data} that were looked at: {len(ours) - 1}.")


def _disk() -> Looking:
    places = {"FLORIN_DATA": settings.DATA_FOLDER, "FLORIN_BACKUP_FOLDER": settings.BACKUP_FOLDER}
    places["temporary files"] = Path(tempfile.gettempdir())
    for name, place in places.items():
        if place is None or not place.exists():
            continue
        free = shutil.disk_usage(place).free
        words = f"{free // _MEGABYTE:,} MB are free for {name} ({place})."
        if free < _SCARCE:
            yield _problem(Topic.DISK, f"Only {words} Make room, or payments cannot be booked.")
        elif free < _LITTLE:
            yield _note(Topic.DISK, f"Only {words}")
        else:
            yield _good(Topic.DISK, words)


def _mail(to: str) -> Looking:
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost.localdomain"):
        yield _problem(Topic.MAIL, "FLORIN_MAIL_FROM is not set: set it to the address that bills come from.")
    sender = settings.MAIL_SENDER
    if sender == "smtp":
        sender = f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        if to:
            trial.send_test_email(to)
            yield _good(Topic.MAIL, f"{sender} took the test letter to {to}. Look whether it arrives.")
        elif settings.MAIL_SENDER == "smtp":
            trial.reach()
            yield _good(Topic.MAIL, f"{sender} answers. To see whether mail arrives, add --mail ADDRESS.")
        else:
            yield _note(Topic.MAIL, f"{sender} is asked only with a letter: add --mail ADDRESS.")
    except Refusal as problem:
        yield _problem(Topic.MAIL, f"{sender} does not take mail: {problem}")


def _processor() -> Looking:
    try:
        findings = connect_processor.check(settings.GATEWAY)
    except (DatabaseError, PoolTimeout):
        return  # that the database is away is said once
    for finding in findings:
        yield Condition(Topic.PROCESSOR, finding.level, connection_words.sentence(finding))


def _database() -> Looking:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
            " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),"
            " pg_database_size(current_database()), has_schema_privilege('public', 'CREATE'),"
            " current_setting('server_encoding')"
        )
        number, version, superuser, size, creates, encoding = cursor.fetchone()
    if number < _OLDEST_SERVER:
        yield _problem(Topic.DATABASE, f"PostgreSQL {version} is too old: Florin needs 15 or later.")
    if superuser:
        yield _note(
            Topic.DATABASE,
            "Florin signs in to PostgreSQL as a superuser, who can pass everything that guards the books."
            " Give it a role of its own that owns its database and nothing else.",
        )
    if not creates:
        yield _problem(
            Topic.DATABASE, "Florin's role may not make tables, so migrations fail: let it own its database."
        )
    if encoding != "UTF8":
        yield _problem(Topic.DATABASE, f"The database's encoding is {encoding}, and must be UTF8.")
    if waiting := database.missing_migrations():
        yield _problem(Topic.DATABASE, f"{len(waiting)} migrations are waiting: run florin migrate.")
    yield _good(Topic.DATABASE, f"PostgreSQL {version} answers; the database has {size // _MEGABYTE:,} MB.")


def _key() -> Looking:
    fits = links.is_made_with([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    if fits is False:
        yield _problem(
            Topic.SECRETS,
            "The secret key is not the one that made the latest payment link: links cannot be mailed or shown"
            " again, and payers do not come back from the processor's page. Set FLORIN_SECRET_KEY to the"
            " former one, or name it in FLORIN_OLD_SECRET_KEYS.",
        )
    elif fits:
        yield _good(Topic.SECRETS, "The secret key is the one that made the latest payment link.")


def _worker() -> Looking:
    workers = jobs.workers()
    if workers.alive:
        yield _good(Topic.WORKER, f"Workers that carry out jobs: {workers.alive}.")
        return
    last = f" One was last heard of at {workers.last_heard:%Y-%m-%d %H:%M} UTC." if workers.last_heard else ""
    yield _problem(
        Topic.WORKER, f"No worker runs, so no mail leaves and no payment is settled: start florin work.{last}"
    )


def _clocks() -> Looking:
    differences = {"the database's": clocks.behind_database()}
    theirs = clocks.behind_server(settings.STRIPE_API_BASE)
    if theirs is not None:
        differences["the payment processor's"] = theirs
    for whose, behind in differences.items():
        way = "behind" if behind > timedelta() else "ahead of"
        if abs(behind) > _CLOCK_MAY_DIFFER:
            yield _problem(
                Topic.CLOCK,
                f"This machine's clock is {abs(behind).total_seconds():,.0f} seconds {way} {whose}: notices"
                " are refused, and dates are wrong. Let it be set by NTP.",
            )
        else:
            yield _good(Topic.CLOCK, f"This machine's clock agrees with {whose}.")


def _backup() -> Looking:
    if settings.BACKUP_FOLDER is None:
        yield _note(
            Topic.BACKUP,
            "FLORIN_BACKUP_FOLDER is not set, so Florin makes no backup by itself and knows of none.",
        )
        return
    latest = next(iter(folder.backups(settings.BACKUP_FOLDER)), None)
    if latest is None:
        yield _problem(Topic.BACKUP, f"There is no backup in {settings.BACKUP_FOLDER}.")
        return
    words = f"The latest backup is of {latest.made_at:%Y-%m-%d %H:%M} UTC"
    if clock.now() - latest.made_at > back_up.OVERDUE_AFTER + timedelta(hours=1):
        yield _problem(Topic.BACKUP, f"{words}: one was missed. Run florin backup, and read what it says.")
    else:
        yield _good(Topic.BACKUP, f"{words}.")
    if not archive.is_encrypted(latest.path):
        yield _note(Topic.BACKUP, "It is not encrypted: set FLORIN_BACKUP_KEY if others can read the folder.")
