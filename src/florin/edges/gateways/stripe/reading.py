"""Reading Stripe's objects: pure functions from its JSON to our plain values."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from florin.contracts.processor import (
    AccountReport,
    AccountStatus,
    DisputeReport,
    GatewayError,
    MethodStatus,
    Movement,
    MovementKind,
    Outcome,
    PayoutReport,
    PayoutWay,
    RefundOutcome,
    RefundReport,
    Report,
    Unread,
)
from florin.contracts.reasons import Code, DeclineReason, StopReason
from florin.edges.gateways.stripe import states, words
from florin.edges.gateways.stripe.amounts import from_stripe
from florin.kernel.money import Money

_SCHEME = "stripe"

DEBITS = "us_bank_account_ach_payments"
"""The capability to debit bank accounts."""
_CARDS = "card_payments"
# Events about what happened after the money was taken; a charge among them still names its attempt.
_AFTERWARDS = ("charge.dispute.", "charge.refund", "charge.updated", "refund.")
_UNREADABLE = (AttributeError, KeyError, OverflowError, TypeError, ValueError)


# What an intent is that waits for its payer rather than for a bank.
_OF_THE_PAYER = ("requires_action", "requires_confirmation")


def report(session: Mapping[str, Any]) -> Report:
    """Read all of one session."""
    reference = session["id"]
    intent = session.get("payment_intent")
    if not intent:
        return Report(reference=reference, outcome=states.session(session["status"]))
    charge = intent.get("latest_charge") or {}
    details = charge.get("payment_method_details") or {}
    card, bank = details.get("card") or {}, details.get("us_bank_account") or {}
    problem = intent.get("last_payment_error") or {}
    reason, word = why_declined(problem)
    outcome = states.attempt(session["status"], intent["status"])
    return Report(
        reference=reference,
        outcome=outcome,
        amount=_amount(intent, outcome),
        fee=fee_of(charge),
        taken_at=_taken_at(charge) if outcome == Outcome.SETTLED else None,
        awaits_payer=outcome == Outcome.PENDING and intent["status"] in _OF_THE_PAYER,
        payment=intent["id"],
        payer_email=(session.get("customer_details") or {}).get("email") or "",
        card_brand=card.get("brand") or "",
        card_last4=card.get("last4") or "",
        card_funding=card.get("funding") or "",
        bank_name=bank.get("bank_name") or "",
        bank_last4=bank.get("last4") or "",
        failure=_failure(charge, problem) if outcome == Outcome.FAILED else "",
        decline=decline_of(problem) if outcome == Outcome.OPEN else "",
        decline_reason=reason,
        code=_code(charge) if outcome == Outcome.FAILED else word,
    )


def decline_of(problem: Mapping[str, Any]) -> str:
    """Return what names one refused try: its charge, or if it came to none the new payment method."""
    tried = problem.get("payment_method")
    method = tried.get("id") if isinstance(tried, Mapping) else None
    return str(problem.get("charge") or method or problem.get("code") or "")


def why_declined(problem: Mapping[str, Any]) -> tuple[DeclineReason, Code]:
    """Return why a try was refused, in our words and in Stripe's own."""
    word = str(problem.get("decline_code") or problem.get("code") or "")
    return words.decline(word), Code(_SCHEME, word)


def _amount(intent: Mapping[str, Any], outcome: Outcome) -> Money | None:
    match outcome:
        case Outcome.SETTLED:
            minor = intent["amount_received"]
        case Outcome.AUTHORISED:
            minor = intent["amount_capturable"]
        case Outcome.PENDING:
            minor = intent["amount"]
        case _:
            return None
    return from_stripe(minor, intent["currency"])


def _failure(charge: Mapping[str, Any], problem: Mapping[str, Any]) -> str:
    """Return why a debit failed: by its charge, or for want of one because the account was not verified."""
    if charge.get("status") == "failed" or not problem:
        return _return_code(charge)
    return words.returned(str(problem.get("code") or ""), "")


def _taken_at(charge: Mapping[str, Any]) -> datetime | None:
    """Return when money was taken.

    Of a card that is when it came onto the balance: the charge was made earlier, when it was authorised. Of a
    bank debit nothing tells when it cleared: its transaction was created when it was submitted. It has
    cleared by the day from which it can be paid out, which is planned for that (Stripe's page on the timing
    of ACH Direct Debit).
    """
    booked = charge.get("balance_transaction")
    if not isinstance(booked, Mapping):
        return None
    by_debit = (charge.get("payment_method_details") or {}).get("type") == "us_bank_account"
    return _time(booked["available_on" if by_debit else "created"])


def fee_of(charge: Mapping[str, Any]) -> Money | None:
    """Return the processor's fee in the currency that it settles in, once it has been reckoned (R15)."""
    booked = charge.get("balance_transaction")
    if not isinstance(booked, Mapping) or booked.get("fee") is None:
        return None
    return from_stripe(booked["fee"], booked["currency"])


def payment_of(thing: Mapping[str, Any]) -> str:
    """Return the payment that an object is, or is about; empty if it is about none."""
    payment = thing["id"] if thing["object"] == "payment_intent" else thing.get("payment_intent")
    return payment if isinstance(payment, str) else ""


def account_of(thing: Mapping[str, Any]) -> str:
    """Return the account that an object is, or of which it is a capability; empty for all others."""
    account = {"account": thing["id"], "capability": thing.get("account")}.get(thing["object"])
    return account if isinstance(account, str) else ""


def attempt_of(event: str, thing: Mapping[str, Any]) -> str:
    """Return the attempt that a notice is about; empty if it tells what followed a payment."""
    if event.startswith(_AFTERWARDS):
        return ""
    return str((thing.get("metadata") or {}).get("attempt", ""))


def refund_report(refund: Mapping[str, Any]) -> RefundReport:
    """Read a refund; one that needs the payer's help is still under way."""
    outcome = states.refund(refund["status"])
    fee = fee_of(refund)
    return RefundReport(
        reference=refund["id"],
        outcome=outcome,
        amount=from_stripe(refund["amount"], refund["currency"]),
        refund=str((refund.get("metadata") or {}).get("refund", "")),
        failure=words.refund_failure(refund.get("failure_reason") or ""),
        code=Code(_SCHEME, refund.get("failure_reason") or ""),
        fee=-fee if fee else fee,
        awaits_balance=outcome == RefundOutcome.PENDING
        and refund.get("pending_reason") == "insufficient_funds",
    )


def dispute_report(dispute: Mapping[str, Any]) -> DisputeReport:
    """Read a dispute; whether the money is held is what its balance transactions sum to."""
    booked = dispute.get("balance_transactions") or []
    currency = dispute["currency"]
    word, code = str(dispute.get("reason") or ""), str(dispute.get("network_reason_code") or "")
    due_by = (dispute.get("evidence_details") or {}).get("due_by")
    return DisputeReport(
        reference=dispute["id"],
        outcome=states.dispute(dispute["status"]),
        amount=from_stripe(dispute["amount"], currency),
        withdrawn=sum(one["amount"] for one in booked) < 0,
        fee=from_stripe(sum(one["fee"] for one in booked), booked[0]["currency"]) if booked else None,
        reason=words.dispute(word),
        opened_at=_time(dispute["created"]),
        due_by=_time(due_by) if due_by else None,
        return_reason=words.returned(word, code),
        code=Code(_SCHEME, " ".join(filter(None, (word, code)))),
    )


Told = TypeVar("Told")


@contextmanager
def understood() -> Iterator[None]:
    """Let an answer that is not as it should be count as one that is missing: ask again.

    Raises:
        GatewayError: if what is read within it cannot be read.
    """
    try:
        yield
    except _UNREADABLE as problem:
        raise GatewayError(f"Stripe's answer cannot be read: {problem!r}") from problem


def each(read: Callable[[Mapping[str, Any]], Told], things: Iterable[Any]) -> Iterator[Told | Unread]:
    """Read things one by one; one that is not as it should be keeps no other from being read."""
    for thing in things:
        try:
            yield read(thing)
        except _UNREADABLE:
            yield Unread(reference=str(thing.get("id") if isinstance(thing, Mapping) else "") or "?")


def movement(booked: Mapping[str, Any]) -> Movement:
    """Read a balance transaction, whose source has been asked for along with it."""
    source = booked.get("source")
    about: Mapping[str, Any] = source if isinstance(source, Mapping) else {}
    kind = states.movement(str(booked["type"]), str(booked.get("reporting_category")))
    itself = about.get("id") or (source if isinstance(source, str) else "")
    if kind == MovementKind.PAYMENT_REVERSED:  # by a refund that stands for it, or by the charge itself
        itself = about.get("charge") or itself
    return Movement(
        reference=booked["id"],
        kind=kind,
        gross=from_stripe(booked["amount"], booked["currency"]),
        fee=from_stripe(booked["fee"], booked["currency"]),
        at=_time(booked["created"]),
        payment=payment_of(about) if about else "",
        source=str(itself),
        attempt=str((about.get("metadata") or {}).get("attempt", "")),
        **_conversion(booked, about),
    )


def _conversion(booked: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """Read what Stripe made of another currency: the charge, refund or dispute tells the payer's amount.

    It names a rate wherever it converted; another currency without one is a contradiction, not a conversion.
    """
    amount = about.get("amount_captured") if about.get("object") == "charge" else about.get("amount")
    currency = str(about.get("currency") or booked["currency"])
    rate = booked.get("exchange_rate")
    if amount is None or rate is None or currency == booked["currency"]:
        return {}
    return {
        "presented": from_stripe(-amount if booked["amount"] < 0 else amount, currency),
        "exchange_rate": Decimal(str(rate)),
    }


def payout_report(payout: Mapping[str, Any]) -> PayoutReport:
    """Read a payout; one that was cancelled never reached the bank either.

    Stripe names the parts of automatic payouts only, once it is done with finding them out (its page on
    payout reconciliation). A status that we do not know is one of a payout still being made.
    """
    return PayoutReport(
        reference=payout["id"],
        amount=from_stripe(payout["amount"], payout["currency"]),
        state=states.payout(payout["status"]),
        arrives_on=_time(payout["arrival_date"]).date(),
        made_at=_time(payout["created"]),
        way=_way(payout),
        itemised=states.itemised(payout["reconciliation_status"]),
    )


def _way(payout: Mapping[str, Any]) -> PayoutWay:
    if payout["method"] == "instant":
        return PayoutWay.INSTANT
    return PayoutWay.AUTOMATIC if payout["automatic"] else PayoutWay.MANUAL


def balance(reported: Mapping[str, Any]) -> tuple[Money, ...]:
    """Read a balance: what can be paid out already and what cannot yet are one sum to the books."""
    sums: Counter[str] = Counter()
    for part in (*reported["available"], *reported["pending"]):
        sums[part["currency"]] += part["amount"]
    return tuple(from_stripe(sums[currency], currency) for currency in sorted(sums))


def account_report(account: Mapping[str, Any]) -> AccountReport:
    """Read how an account stands."""
    requirements = account.get("requirements") or {}
    wanted = (*(requirements.get("past_due") or ()), *(requirements.get("currently_due") or ()))
    reason = str(requirements.get("disabled_reason") or "")
    return AccountReport(
        reference=account["id"],
        status=_account_status(account, wanted=bool(wanted), reason=reason),
        cards=_cards(account),
        debits=states.capability(_capabilities(account).get(DEBITS)),
        wanted=tuple(dict.fromkeys(map(words.requirement, wanted))),
        reason=words.stop(reason),
        codes=tuple(Code(_SCHEME, word) for word in dict.fromkeys((*filter(None, (reason,)), *wanted))),
    )


def lost_account(reference: str) -> AccountReport:
    """Report an account that we may not look at any more: nothing can be paid into it."""
    return AccountReport(
        reference=reference,
        status=AccountStatus.SUSPENDED,
        cards=MethodStatus.INACTIVE,
        debits=MethodStatus.INACTIVE,
        reason=StopReason.UNREACHABLE,
        codes=(Code(_SCHEME, "account_invalid"),),
    )


def _account_status(account: Mapping[str, Any], *, wanted: bool, reason: str) -> AccountStatus:
    """Read how far an account has come: whether it can be paid says Stripe, why not says its reason."""
    if reason.startswith("rejected"):
        return AccountStatus.REJECTED
    if account.get("charges_enabled"):
        return AccountStatus.ACTIVE
    if reason.startswith("action_required"):
        return AccountStatus.INCOMPLETE
    if reason and not reason.startswith("requirements."):
        return AccountStatus.SUSPENDED  # it is looked into, or paused; a reason that is new is one of these
    if wanted or not account.get("details_submitted"):
        return AccountStatus.INCOMPLETE
    return AccountStatus.PENDING


def _cards(account: Mapping[str, Any]) -> MethodStatus:
    """Read whether cards can be charged; of accounts from before capabilities Stripe tells it otherwise."""
    reported = _capabilities(account)
    if not reported and account.get("charges_enabled"):
        return MethodStatus.ACTIVE
    return states.capability(reported.get(_CARDS) or reported.get("legacy_payments"))


def _capabilities(account: Mapping[str, Any]) -> Mapping[str, Any]:
    return account.get("capabilities") or {}


def _return_code(charge: Mapping[str, Any]) -> str:
    code = str((charge.get("outcome") or {}).get("network_decline_code") or "")
    return words.returned(str(charge.get("failure_code") or ""), code)


def _code(charge: Mapping[str, Any]) -> Code:
    reported = (charge.get("failure_code"), (charge.get("outcome") or {}).get("network_decline_code"))
    return Code(_SCHEME, " ".join(str(word) for word in reported if word))


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
