"""Holding the books against the bank's log, the mailbox against the outbox, the storm against the calm."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from testing.demo import Demo

# Attempts may end in more ways in a storm (a press may be repeated), and what a session that nobody used
# became is no matter of money.
_MONEY = ("owed", "credit", "paid")


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
        if (booked := books["processor"].get(currency.upper(), 0)) != have:
            problems.append(f"the processor holds {have} {currency}, our books say {booked}")
    return problems


def unfinished(books: Mapping[str, Any]) -> list[str]:
    """Say what is still under way in our own records."""
    return [f"{books[what]} {what}" for what in ("unfinished", "unsure", "due_mails") if books[what]]


def against_the_calm(
    calm: Mapping[str, Any], storm: Mapping[str, Any], pairs: Sequence[tuple[str, str]]
) -> list[str]:
    """Compare what became of each bill in calm and in storm: the money, and which mails told of it."""
    problems = []
    for quiet, stormy in pairs:
        one, other = calm["links"][quiet], storm["links"][stormy]
        if [one[what] for what in _MONEY] != [other[what] for what in _MONEY]:
            problems.append(f"{stormy}: {other} but in calm weather {one}")
        if _told(one) != _told(other):
            problems.append(f"{stormy}: mails {_told(other)} but in calm weather {_told(one)}")
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
        if state == "bounced":
            problems.append(f"{kind} of {event} to {recipient} bounced")
    problems += [
        f"the mailbox has {key}, which nobody sent" for key in arrived.keys() - books["mails"].keys()
    ]
    once = Counter((event, kind, to) for event, kind, to, _state in books["mails"].values())
    problems += [f"{event}: {count} mails" for event, count in once.items() if count > 1]
    return problems, sum(count - 1 for count in arrived.values())


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


def _told(end: Mapping[str, Any]) -> dict[str, int]:
    """Which mails told of money; "nothing was charged" depends on who was quicker."""
    return {kind: count for kind, count in end["mails"].items() if kind != "not_charged"}
