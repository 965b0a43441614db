"""Telling the operator by mail what does not work here: once when it begins, once when it is over.

worker alive? (web processes, every minute) -> outage -> mail; books right? (worker, every night) -> the same

The web processes tell too what the worker has found, so a letter that could not be sent is tried again.
"""

import logging
from datetime import timedelta

from django.conf import settings

from florin.domain.outages import services as outages
from florin.domain.outages.models import Outage
from florin.domain.outages.services import Kind
from florin.edges.mail import operator_mail
from florin.edges.mail.failures import MailRefused, MailUnavailable
from florin.flows import check_books
from florin.kernel import jobs

_log = logging.getLogger(__name__)

# An upgrade or a restart takes a moment; nobody need be woken for it.
_PATIENCE = {Kind.WORKER.value: timedelta(minutes=3), Kind.BOOKS.value: timedelta()}
_MOST_FINDINGS = 20
_WHAT_TO_DO = {
    Kind.WORKER: (
        "Nothing is mailed, no payment by bank account is followed, and nothing is compared until one runs.",
        "Start `florin work`, or see in your service manager why it does not run.",
    ),
    Kind.BOOKS: (
        "Run `florin check-ledger` to see all of it. Do not correct anything by hand in the database.",
        "What is booked stays as it is; payments go on.",
    ),
}
_SUBJECTS = {
    Kind.WORKER: ("Florin: no worker is running", "Florin: a worker is running again"),
    Kind.BOOKS: ("Florin: the books are not right", "Florin: the books are right again"),
}


def watch() -> None:
    """See whether a worker lives, and tell what is new. Safe at once from several processes, and often."""
    found = jobs.workers()
    if found.alive:
        outages.end(Kind.WORKER)
    else:
        heard = f"{found.last_heard:%Y-%m-%d %H:%M} UTC" if found.last_heard else "not since it was stopped"
        outages.begin(Kind.WORKER, detail=f"Last heard of a worker: {heard}.")
    notify_operator()


def prove_books() -> None:
    """Prove the books, as every night, and tell the operator if they are not right or cannot be proved."""
    try:
        found = [f"{one.subject}: {one.check}: {one.detail}" for one in check_books.findings()]
    except Exception as defect:  # noqa: BLE001 - whatever keeps them from being proved is told
        _log.exception("The books cannot be proved")
        found = [f"The books could not be checked ({type(defect).__name__})."]
    if not found:
        outages.end(Kind.BOOKS)
    else:
        more = [f"And {len(found) - _MOST_FINDINGS} more."] if len(found) > _MOST_FINDINGS else []
        outages.begin(Kind.BOOKS, detail="\n".join([*found[:_MOST_FINDINGS], *more]))
    notify_operator()


def notify_operator() -> None:
    """Tell the operator of every outage that has begun or is over, each once; what fails is tried again."""
    for outage in outages.claim_beginnings(_PATIENCE):
        kind = Kind(outage.kind)
        sentences = [f"Since {outage.began_at:%Y-%m-%d %H:%M} UTC.", *outage.detail.splitlines()]
        if not _send(outage, _SUBJECTS[kind][0], [*sentences, *_WHAT_TO_DO[kind]], when="began"):
            outages.give_back_beginning(outage)
    for outage in outages.claim_ends():
        sentences = [
            f"It lasted from {outage.began_at:%Y-%m-%d %H:%M} to {outage.over_at:%Y-%m-%d %H:%M} UTC."
        ]
        if not _send(outage, _SUBJECTS[Kind(outage.kind)][1], sentences, when="over"):
            outages.give_back_end(outage)


def _send(outage: Outage, subject: str, sentences: list[str], *, when: str) -> bool:
    """Write it to the log in any case; without an address that is all."""
    _log.error("%s. %s", subject, " ".join(sentences))
    if not settings.OPERATOR_EMAIL:
        return True
    try:
        where = [*sentences, f"This is the Florin at {settings.PUBLIC_URL}."]
        operator_mail.send(subject, where, key=f"{outage.pk}.{when}")
    except MailUnavailable as problem:
        _log.warning("The operator cannot be told by mail yet: %s", problem)
        return False
    except MailRefused as refusal:
        _log.warning("The operator's mail server refuses: %s", refusal)
    return True
