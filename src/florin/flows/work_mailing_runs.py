"""Working mailing runs: each item by itself, whatever its run sends.

claim an item -> let its kind queue the mails, or say why not -> settle it, in one transaction
"""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from florin.domain.mailing_runs import queries
from florin.domain.mailing_runs import services as mailing_runs
from florin.domain.mailing_runs.lifecycle import RunItemState
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.domain.mailing_runs.services import Outcome
from florin.flows import send_payment_links, send_statements

_ITEMS_A_ROUND = 500

_log = logging.getLogger("florin.flows.work_mailing_runs")


def work(items: Sequence[UUID]) -> None:
    """Work items, each in a transaction of its own; what is done already is passed over.

    An item that fails is marked and stops no other. If the database is away, the item
    stays queued, and the next round finds it.
    """
    for key in items:
        try:
            _work(key)
        except (OperationalError, InterfaceError) as problem:
            _log.warning("Item %s of a mailing run waits for the database: %s", key, type(problem).__name__)
        except Exception:  # noqa: BLE001 - whatever it is, the other customers get their mails
            _log.exception("Item %s of a mailing run failed", key)
            _give_up(key)


def sweep() -> None:
    """Work items that are still queued: their job was lost, or its worker died."""
    work(queries.list_queued(_ITEMS_A_ROUND))


@transaction.atomic(durable=True)
def _work(key: UUID) -> None:
    item = mailing_runs.claim(key)
    if item is None:
        return
    with translation.override(item.run.language):
        mailing_runs.settle(item, _queue_mails(item))


@transaction.atomic(durable=True)
def _give_up(key: UUID) -> None:
    item = mailing_runs.claim(key)
    if item is None:
        return
    with translation.override(item.run.language):
        mailing_runs.settle(item, Outcome(RunItemState.FAILED, _apologize(item)))


def _queue_mails(item: RunItem) -> Outcome:
    match MailingRun.Kind(item.run.kind):
        case MailingRun.Kind.PAYMENT_LINKS:
            return send_payment_links.queue_mails(item)
        case MailingRun.Kind.STATEMENTS:
            return send_statements.queue_mails(item)


def _apologize(item: RunItem) -> str:
    match MailingRun.Kind(item.run.kind):
        case MailingRun.Kind.PAYMENT_LINKS:
            return _("Something went wrong on our side, and nothing was sent. Send these invoices again.")
        case MailingRun.Kind.STATEMENTS:
            return _("Something went wrong on our side, and nothing was sent. Send this statement again.")
