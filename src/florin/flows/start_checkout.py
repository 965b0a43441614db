"""Pay was pressed: from the bill to the processor's page.

read the bill again -> still what the payer saw? -> freeze the attempt -> ask for a session -> redirect
"""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from florin.contracts import capabilities
from florin.contracts.processor import (
    GatewayBusy,
    GatewayError,
    GatewayRefusal,
    GatewayThrottled,
    LineItem,
    RefusalReason,
    Started,
    StartOrder,
)
from florin.domain.activity import services as activity
from florin.domain.attempts import bill
from florin.domain.attempts import services as attempts
from florin.domain.attempts.bill import Bill, BillState
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.services import account_of
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.edges.gateways import registry
from florin.flows import record_refusal
from florin.kernel.errors import Conflict, ProcessorAway, Refusal
from florin.kernel.money import Money

_WAITS_SECONDS = (0.1, 0.2, 0.4, 0.8)
# What the processor's page can list, and how long its texts may be.
_MOST_LINE_ITEMS = 50
_LONGEST_NAME = 120
_LONGEST_TEXT = 500


class BillChanged(Conflict):
    """The amount is not the one that the payer saw; they look again and decide again (promise 1)."""


class TooManyDeclines(Refusal):
    """So many cards were declined that the link takes no payments for a while."""

    status = 429


class NotPayable(Conflict):
    """There is nothing that can be paid now; the bill's page says why."""


@dataclass(frozen=True, slots=True)
class _Submission:
    """One press of Pay, as ``start`` is told of it."""

    seen: Money
    nonce: str
    method: Method | None
    place: str


def start(token: str, *, seen: Money, nonce: str, method: Method | None = None, place: str = "") -> str:
    """Return the address of the processor's page for paying what is owed now.

    ``seen`` is the amount on the page where Pay was pressed, ``nonce`` names that page: pressed twice, there
    is one attempt, and the same session comes back as long as it is for what is owed. Without ``method`` it
    is the first one offered (R13). ``place`` is where the payer is (``kernel.clients``).

    Raises:
        NotFound: if no link has this token.
        BillChanged: if another amount is owed now.
        NotPayable: if nothing can be paid now, or not by this method.
        TooManyAttempts: if the link is opened for payment over and over.
        TooManyDeclines: if too many cards were declined just now.
        ProcessorAway: if the processor does not answer, or did not answer others just now.
    """
    attempt = _freeze(token, _Submission(seen, nonce, method, place))
    if attempt.state != Attempt.State.OPENED:
        raise NotPayable(_("This payment has been dealt with already."))
    if attempt.url:
        return attempt.url
    url = _ask_for_session(attempt)
    # Whoever changes the debt from here on finds the session and ends it; until now they could not.
    _offered(_compared(links.find(token), attempt.money, place), Method(attempt.method))
    return url


def is_away(link: Link) -> bool:
    """Say whether the processor has failed so often just now that nobody need try; asks nobody."""
    account = account_of(link.company)
    return account is not None and registry.is_away(account.gateway)


def _ask_for_session(attempt: Attempt) -> str:
    try:
        started = _started(attempt)
    except GatewayRefusal as problem:
        attempts.refused(attempt)
        record_refusal.about_attempt(attempt, problem)
        raise _not_opened(problem.reason) from problem
    except GatewayThrottled as problem:
        attempts.postpone(attempt.pk, seconds=problem.retry_after)
        raise ProcessorAway(
            _("Our payment service is very busy. Nothing was charged; please try again in a minute.")
        ) from problem
    except GatewayError as problem:
        attempts.mark_unknown(attempt.pk)
        raise ProcessorAway(
            _("Our payment service does not answer. Nothing was charged; please try again in a minute.")
        ) from problem
    attempts.opened(attempt, reference=started.reference, url=started.url)
    return started.url


def _not_opened(reason: RefusalReason) -> Refusal:
    """Say to the payer why there is no session; of the amount only if that is the reason."""
    match reason:
        case RefusalReason.AMOUNT:
            return NotPayable(_("Our payment service does not take this amount. Please call us."))
        case RefusalReason.KEY | RefusalReason.PERMISSION | RefusalReason.ACCOUNT_GONE:
            return ProcessorAway(
                _("Online payment is not available right now. Nothing was charged; please call us.")
            )
        case _:
            return NotPayable(
                _("Our payment service does not take this payment. Nothing was charged; please call us.")
            )


def _started(attempt: Attempt) -> Started:
    """Ask for the session; a double click's second request waits for the first one's answer."""
    gateway, order = registry.get(attempt.gateway, attempt.account), order_for(attempt)
    for pause in _WAITS_SECONDS:
        try:
            return gateway.start(order)
        except (GatewayBusy, GatewayThrottled):
            time.sleep(pause)
    return gateway.start(order)


def order_for(attempt: Attempt) -> StartOrder:
    """Say what the processor is to open for an attempt: as it was frozen, so the same each time."""
    frozen = attempt.order
    address = links.address_of(attempt.link_id, base=frozen["base"])
    return StartOrder(
        key=f"{attempt.pk}",
        attempt=f"{attempt.pk}",
        merchant=frozen["merchant"],
        line_items=tuple(
            LineItem(name=name, amount=Money(amount, attempt.currency))
            for name, amount in frozen["line_items"]
        ),
        description=frozen["description"],
        payer_email=frozen["payer_email"],
        language=frozen["language"],
        return_url=f"{address}/result/{attempt.pk}",
        cancel_url=f"{address}?back={attempt.pk}",
        expires_at=attempt.expires_at,
        method=attempt.method,
    )


def _order(now: Bill) -> dict[str, Any]:
    """Freeze what else the session is asked for with: what may change until the processor has answered."""
    link = now.link
    account = account_of(link.company)
    step = capabilities.for_gateway(account.gateway if account else "").limits(link.currency).step
    debts = [(line.number, line.payable.minor) for line in now.lines if line.payable]
    numbers = ", ".join(number for number, _ in debts)
    return {
        "base": settings.PUBLIC_URL,
        "merchant": link.company.name,
        "line_items": _line_items(debts, numbers, now.payable.minor, step=step),
        "description": numbers[:_LONGEST_TEXT],
        "payer_email": link.recipients[0] if len(link.recipients) == 1 else "",
        "language": link.customer.language,
    }


def _line_items(
    debts: list[tuple[str, int]], numbers: str, total: int, *, step: int
) -> list[tuple[str, int]]:
    """List the invoices; or all in one where a processor cannot: many, odd, or less open credits."""
    apart = all(amount % step == 0 for _, amount in debts)
    if len(debts) <= _MOST_LINE_ITEMS and apart and sum(amount for _, amount in debts) == total:
        return debts
    name = (
        numbers
        if len(numbers) <= _LONGEST_NAME
        else ngettext("%(count)s invoice", "%(count)s invoices", len(debts)) % {"count": len(debts)}
    )
    return [(name, total)]


@transaction.atomic(durable=True)
def _freeze(token: str, submission: _Submission) -> Attempt:
    link = links.find(token)
    links.lock(link)  # one press at a time on one link, so that a double click is one attempt
    known = attempts.of_page(link, submission.nonce)
    if known is not None:
        return _again(known, link, submission)
    if is_away(link):
        raise ProcessorAway(
            _("Online payment is not available at this moment. Nothing was charged; please try again soon.")
        )
    now = _compared(link, submission.seen, submission.place)
    attempt = attempts.open_for(
        now,
        nonce=submission.nonce,
        method=_offered(now, submission.method),
        order=_order(now),
        place=submission.place,
    )
    links.note_started(link)
    if links.note_opened(link):
        _note(activity.Kind.LINK_OPENED, attempt)
    _note(activity.Kind.CHECKOUT_STARTED, attempt)
    return attempt


def _again(known: Attempt, link: Link, submission: _Submission) -> Attempt:
    """Let the same page lead to its session again, if that is still what is owed."""
    if known.method != (submission.method or known.method):
        raise NotPayable(_("You chose another way to pay just before. Please press Pay once more."))
    if known.state == Attempt.State.OPENED:
        _compared(link, submission.seen, submission.place)
        _offered(_compared(link, known.money, submission.place), Method(known.method))
    return known


def _compared(link: Link, seen: Money, place: str) -> Bill:
    """Return the bill of this moment, if it is the one that the payer saw (promise 1)."""
    now = bill.draw_up(link, place=place)
    if now.state == BillState.COOLING:
        raise TooManyDeclines(_("Too many cards were declined, so this link takes no payments for a while."))
    if now.state != BillState.PAYABLE:
        raise NotPayable(_("This bill cannot be paid online right now."))
    if now.payable != seen:
        raise BillChanged(_("The amount has changed since you opened this page. Please look at it again."))
    return now


def _offered(now: Bill, method: Method | None) -> Method:
    chosen = method or now.methods[0]
    if chosen not in now.methods:
        raise NotPayable(_("This bill can no longer be paid that way. Please choose another way to pay."))
    return chosen


def _note(kind: activity.Kind, attempt: Attempt) -> None:
    activity.note(
        attempt.company_id,
        kind,
        subjects=attempts.touched(attempt),
        actor=attempt.link.customer.name,
        **activity.details_of(attempt.money),
    )
