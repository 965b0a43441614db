"""Writing and reading the timeline."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from florin.domain.activity.models import Activity
from florin.kernel import cards, clock
from florin.kernel.database import AT_ONCE
from florin.kernel.money import Money

Kind = Activity.Kind
SYSTEM = "Florin"


def note(
    company_id: UUID, kind: Activity.Kind, *, subjects: list[UUID], actor: str = SYSTEM, **about: str | int
) -> Activity:
    """Add one line to the timeline of each of ``subjects``, in the caller's transaction.

    It also tells which numbers ``actor`` has just said to be no card's.
    """
    about |= cards.passed_numbers()
    return Activity.objects.create(
        company_id=company_id, at=clock.now(), kind=kind, actor=actor, about=about, subjects=subjects
    )


def details_of(money: Money) -> dict[str, str | int]:
    """Return an amount as the timeline keeps it, in minor units beside its currency."""
    return {"amount": money.minor, "currency": money.currency}


def note_many(
    company_id: UUID,
    kind: Activity.Kind,
    happened: Sequence[tuple[list[UUID], dict[str, str | int]]],
    *,
    actor: str,
) -> None:
    """Add many lines of a kind, each with its subjects and details, as ``note`` does, in few statements."""
    at, vouched = clock.now(), cards.passed_numbers()
    Activity.objects.bulk_create(
        [
            Activity(
                company_id=company_id,
                at=at,
                kind=kind,
                actor=actor,
                about={**about, **vouched},
                subjects=subjects,
            )
            for subjects, about in happened
        ],
        batch_size=AT_ONCE,
    )


def touched_since_made(company_id: UUID, keys: Collection[UUID]) -> set[UUID]:
    """Return those of some objects of which the timeline tells more than that they were made."""
    told = Activity.objects.filter(company_id=company_id, subjects__overlap=list(keys))
    later = told.exclude(about__has_key="created").values_list("subjects", flat=True)
    return {subject for subjects in later for subject in subjects} & set(keys)


def timeline(company_id: UUID, *subjects: UUID) -> QuerySet[Activity]:
    """Return what happened to an object, or to one of several that are told as one, the latest first."""
    touched = Activity.objects.filter(company_id=company_id, subjects__overlap=list(subjects))
    return touched.order_by("-at", "-pk")


@dataclass(frozen=True, slots=True)
class LastMail:
    """The latest mail of a document to an address, when it was queued, and whether it came back."""

    recipient: str
    at: datetime
    bounced: bool


def list_last_mails(company_id: UUID, subject: UUID) -> list[LastMail]:
    """Return the last mail of an object's document to each address, the latest first."""
    bounced: set[str] = set()
    found: dict[str, LastMail] = {}
    for entry in timeline(company_id, subject).filter(kind__in=[Kind.QUEUED, Kind.BOUNCED]):
        recipients = str(entry.about.get("to", "")).split(", ")
        if entry.kind == Kind.BOUNCED:
            bounced.update(recipients)
        else:
            found |= {
                to: LastMail(to, entry.at, bounced=to in bounced) for to in recipients if to not in found
            }
    return list(found.values())


def mailed(company_id: UUID, subject: UUID) -> list[tuple[datetime, str]]:
    """Return when an object's document was queued to be mailed, and to whom, the latest first."""
    queued = timeline(company_id, subject).filter(kind=Kind.QUEUED)
    return [(entry.at, str(entry.about.get("to", ""))) for entry in queued]


def feed(company_id: UUID, kinds: list[Activity.Kind]) -> QuerySet[Activity]:
    """Return what happened in the whole company, the latest first."""
    return Activity.objects.filter(company_id=company_id, kind__in=kinds).order_by("-at", "-pk")
