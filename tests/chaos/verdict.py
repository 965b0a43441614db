"""Holding the books against the bank's log, the mailbox against the outbox, the storm against the calm."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from testing.demo import Demo

# Attempts may end in more ways in a storm (a press may be repeated), and what a session that nobody used
# became is no matter of money.
_MONEY = ("owed", "credit", "paid")
# What the payer is told, and what the company is told of the same.
_PAIRS = {
    "payment_received": "payment_notice",
    "payment_returned": "returned_notice",
    "refund_initiated": "refund_notice",
    "payment_failed": "failed_notice",
    "payment_initiated": "initiated_notice",
}
_INITIATED = ("payment_initiated", "initiated_notice")
_NOT_CHARGED = "not_charged"
# A dispute that is decided at once is told of once or twice.
_BY_CHANCE = (_NOT_CHARGED, "dispute_notice")


def against_the_bank(books: Mapping[str, Any], summary: Mapping[str, Any]) -> list[str]:
    """Compare every payment and the account at the processor with what the bank did; say what differs."""
    problems = []
    taken = {intent["payment_intent"]: intent for intent in summary["payment_intents"] if intent["captured"]}
    problems += [f"{key}: taken by the bank, not booked" for key in taken.keys() - books["payments"].keys()]
    problems += [f"{key}: booked, never taken" for key in books["payments"].keys() - taken.keys()]
    for key in taken.keys() & books["payments"].keys():
        ours, theirs = books["payments"][key], taken[key]
        gone = theirs["refunded"] + theirs["returned"] + _lost(theirs)
        if (ours["amount"], ours["stands"]) != (theirs["captured"], theirs["captured"] - gone):
            problems.append(f"{key}: {ours} but the bank says {theirs}")
    for currency, balance in summary["balances"].items():
        have = sum(balance.values()) if isinstance(balance, Mapping) else balance
        have -= summary.get("under_way", {}).get(currency, 0)  # debits that are no payments yet
        if (booked := books["processor"].get(currency.upper(), 0)) != have:
            problems.append(f"the processor holds {have} {currency}, our books say {booked}")
    return problems


def unfinished(books: Mapping[str, Any]) -> list[str]:
    """Say what is still under way in our own records."""
    return [f"{books[what]} {what}" for what in ("unfinished", "unknown", "due_mails") if books[what]]


def against_the_calm(
    calm: Mapping[str, Any], storm: Mapping[str, Any], pairs: Sequence[tuple[str, str]]
) -> list[str]:
    """Compare what became of each bill in calm and in storm: the money, and which mails told of it."""
    problems = []
    for quiet, stormy in pairs:
        one, other = calm["links"][quiet], storm["links"][stormy]
        if [one[what] for what in _MONEY] != [other[what] for what in _MONEY]:
            problems.append(f"{stormy}: {other} but in calm weather {one}")
        if _mail_counts(one) != _mail_counts(other):
            problems.append(f"{stormy}: mails {_mail_counts(other)} but in calm weather {_mail_counts(one)}")
    return problems


def of_mails(books: Mapping[str, Any], mailbox: Sequence[Mapping[str, Any]]) -> tuple[list[str], int]:
    """Compare the mailbox with the outbox; return what is wrong, and how many came twice.

    What SMTP allows: when a worker dies or the connection drops after the mail server has taken a mail and
    before we have noted it, the mail goes out again, with the same Message-ID.
    """
    arrived = Counter(mail["message_id"].strip("<>").split("@")[0] for mail in mailbox)
    problems = []
    for key, (event, kind, recipient, state) in books["mails"].items():
        if state in {"sent", "delivered"} and not arrived[key]:
            problems.append(f"{kind} of {event} to {recipient} says {state}, and is not in the mailbox")
        if state == "bounced" and key not in books.get("bounced_before", ()):  # the demo's own story
            problems.append(f"{kind} of {event} to {recipient} bounced")
    problems += [
        f"the mailbox has {key}, which nobody sent" for key in arrived.keys() - books["mails"].keys()
    ]
    once = Counter((event, kind, to) for event, kind, to, _state in books["mails"].values())
    problems += [f"{event}: {count} mails" for event, count in once.items() if count > 1]
    return problems, sum(count - 1 for count in arrived.values())


def of_duties(books: Mapping[str, Any], summary: Mapping[str, Any]) -> list[str]:
    """Say which mail is missing, or is there twice, of those that what happened asks for.

    Whoever paid and the company are told once each; "nothing was charged" goes out once for each hold that
    the bank released without taking anything, and for nothing else.
    """
    told: dict[tuple[str, str], list[str]] = {}
    for event, kind, recipient, _state in books["mails"].values():
        told.setdefault((event, kind), []).append(recipient)
    duties = {*_duties(books), *_released(books, summary)}
    problems = [
        f"{kind} of {event} went to {told.get((event, kind), [])}"
        for event, kind in sorted(duties)
        if not _is_told(
            told.get((event, kind), []), is_notice=kind in _PAIRS.values(), office=books["office"]
        )
    ]
    problems += [
        f"{kind} of {event} went out for nothing"
        for event, kind in sorted(told)
        if kind == _NOT_CHARGED and (event, kind) not in duties
    ]
    of_disputes = [event for event, kind in told if kind == "dispute_notice"]
    problems += [
        f"nobody told the company of the dispute {key}"
        for key in books["disputes"]
        if not any(event.startswith(f"dispute:{key}") for event in of_disputes)
    ]
    return problems


def is_released(intent: Mapping[str, Any]) -> bool:
    """Whether a hold was given back and nothing taken."""
    return bool(intent["status"] == "canceled" and intent["authorised"] and not intent["captured"])


def mailbox_of(demo: Demo) -> list[dict[str, Any]]:
    """Return every mail in the mailbox."""
    found: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    while page := demo.bank.get("/mail/api/messages", params={"limit": 500, **before}).json()["messages"]:
        found += page
        before = {"before": page[-1]["id"]}
    return found


def _lost(intent: Mapping[str, Any]) -> int:
    """What a lost dispute took; one that is open or won took nothing for good."""
    if intent["method"] != "card":  # a bank debit that came back, which the bank counts as returned
        return 0
    return sum(int(one["amount"]) for one in intent["disputes"] if one["status"] == "lost")


def _mail_counts(end: Mapping[str, Any]) -> dict[str, int]:
    """Which mails told of money, but those whose number depends on who was quicker."""
    return {kind: count for kind, count in end["mails"].items() if kind not in _BY_CHANCE}


def _duties(books: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Which mails, by event and kind, what is in our own records asks for."""
    attempts = books["attempts"].values()
    initiated = {event for event, kind, *_ in books["mails"].values() if kind in _INITIATED}
    asking = [
        *((f"payment:{payment['key']}", "payment_received") for payment in books["payments"].values()),
        *((f"payment:{key}:returned", "payment_returned") for key in books["returns"]),
        *((f"refund:{key}:initiated", "refund_initiated") for key in books["refunds"]),
        *((f"attempt:{one['key']}:failed", "payment_failed") for one in attempts if one["state"] == "failed"),
        *((event, "payment_initiated") for event in initiated),
    ]
    return [(event, each) for event, kind in asking for each in (kind, _PAIRS[kind])]


def _released(books: Mapping[str, Any], summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Which payers must hear that nothing was charged: those on whose card the bank held something."""
    return [
        (f"attempt:{books['attempts'][intent['session']]['key']}:released", _NOT_CHARGED)
        for intent in summary["payment_intents"]
        if is_released(intent) and intent["session"] in books["attempts"]
    ]


def _is_told(recipients: Sequence[str], *, is_notice: bool, office: str) -> bool:
    """Whether a mail went out once, to the company or to somebody else."""
    return len(recipients) == 1 and (recipients[0] == office) == is_notice
