"""A payer's attempts on a session's page: a card with or without the issuer's check, or a bank account."""

from dataclasses import dataclass
from typing import Literal

from florin_sandbox import bank_debits, events, intents, microdeposits, shapes
from florin_sandbox.bank import Bank
from florin_sandbox.bank_accounts import BankAccount
from florin_sandbox.cards import AUTHENTICATION_FAILED, Card, Decline
from florin_sandbox.store import Json

WAITING = ("processing", "requires_action")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt: `closed` means that the session was no longer open."""

    state: Literal["paid", "pending", "declined", "challenge", "closed"]
    decline: Decline | None = None


def pay(bank: Bank, session: Json, card: Card, payer: Json, *, cheat: Json | None = None) -> Outcome:
    """Try to pay a session with a card. A session that is not open takes no money.

    `cheat` is what to take in place of the right amount or currency, when told to.
    """
    if session["status"] != "open":
        return Outcome("closed")
    intent = _begin(bank, session, cheat)
    if card.decline:
        intents.refuse(bank, intent, card, payer=payer, decline=card.decline)
        return Outcome("declined", card.decline)
    if card.challenge:
        _remember(bank, session, card, payer)
        intents.ask_challenge(bank, intent, f"{session['url']}/challenge")
        return Outcome("challenge")
    intents.authorise(bank, intent, card, payer)
    return _complete(bank, session, intent, payer)


def answer_challenge(bank: Bank, session: Json, *, passed: bool) -> Outcome:
    """The payer passed or failed the issuer's check."""
    if session["status"] != "open":
        return Outcome("closed")
    intent = intents.find(bank, session["payment_intent"] or "")
    if intent["status"] != "requires_action":
        return Outcome("declined", AUTHENTICATION_FAILED)
    if not passed:
        intents.fail_challenge(bank, intent)
        return Outcome("declined", AUTHENTICATION_FAILED)
    asked = bank.store.private(session["id"])["asked"]
    intents.authorise(bank, intent, Card(**asked["card"]), asked["payer"])
    return _complete(bank, session, intent, asked["payer"])


def debit(
    bank: Bank, session: Json, account: BankAccount, payer: Json, *, cheat: Json | None = None
) -> Outcome:
    """Send a debit to the payer's bank: the session is complete, and unpaid until the money is there.

    An account that is still to be verified is debited later; the session is complete all the same.
    """
    if session["status"] != "open":
        return Outcome("closed")
    intent = _begin(bank, session, cheat)
    begin = microdeposits.ask if account.behavior.deposits else bank_debits.start
    begin(bank, intent, account, payer)
    return _complete(bank, session, intent, payer)


def refuse_debit(bank: Bank, session: Json) -> Outcome:
    """The processor will not try this bank account."""
    if session["status"] != "open":
        return Outcome("closed")
    bank_debits.refuse(bank, _begin(bank, session, None))
    return Outcome("declined", bank_debits.UNUSABLE)


def _begin(bank: Bank, session: Json, cheat: Json | None) -> Json:
    intent = intents.open_for(bank, session, bank.store.private(session["id"])["intent"])
    intent.update(cheat or {})
    session["payment_intent"] = intent["id"]
    bank.store.save(session)
    return intent


def _remember(bank: Bank, session: Json, card: Card, payer: Json) -> None:
    kept = {
        "brand": card.brand,
        "funding": card.funding,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
    }
    private = bank.store.private(session["id"])
    bank.store.save_private(session["id"], {**private, "asked": {"card": kept, "payer": payer}})


def _complete(bank: Bank, session: Json, intent: Json, payer: Json) -> Outcome:
    session.update(
        status="complete",
        payment_status="paid" if intent["status"] == "succeeded" else "unpaid",
        url=None,
        customer_details={
            "address": dict(shapes.NO_ADDRESS),
            "business_name": None,
            "email": payer["email"],
            "individual_name": None,
            "name": payer["name"],
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    )
    bank.store.save(session)
    bank.store.set_due(session["id"], None)
    events.emit(bank, "checkout.session.completed", session)
    return Outcome("pending" if intent["status"] in WAITING else "paid")
