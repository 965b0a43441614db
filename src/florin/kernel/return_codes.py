"""Why a bank takes a payment back, in people's words: the return codes of ACH (Nacha), and our own.

Our own codes, which are no Nacha codes, are what staff choose from for a check or a card at the counter, and
what a processor's words mean that tells of a bank debit without the bank's own code.
"""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REASONS: dict[str, str | Promise] = {
    "R01": gettext_lazy("Not enough money in the account"),
    "R02": gettext_lazy("The account is closed"),
    "R03": gettext_lazy("The bank finds no such account"),
    "R04": gettext_lazy("The account number is not valid"),
    "R05": gettext_lazy("The account's owner says that this debit was not allowed"),
    "R06": gettext_lazy("The bank that sent the debit asked for it back"),
    "R07": gettext_lazy("The account's owner has taken back the permission"),
    "R08": gettext_lazy("The account's owner stopped the payment"),
    "R09": gettext_lazy("The money in the account is not available yet"),
    "R10": gettext_lazy("The account's owner says that this debit was not allowed"),
    "R11": gettext_lazy("The account's owner says that the debit is not what was agreed"),
    "R12": gettext_lazy("The account has moved to another bank"),
    "R13": gettext_lazy("The bank's number is not valid"),
    "R14": gettext_lazy("The person who acts for the account's owner has died"),
    "R15": gettext_lazy("The account's owner has died"),
    "R16": gettext_lazy("The account is frozen"),
    "R17": gettext_lazy("The bank cannot read the account's details"),
    "R20": gettext_lazy("The account cannot be debited"),
    "R23": gettext_lazy("The account's owner refused the payment"),
    "R24": gettext_lazy("The bank takes it for a second debit of the same payment"),
    "R29": gettext_lazy("The business that owns the account did not allow this debit"),
}

BY_HAND: dict[str, str | Promise] = {
    "NSF": gettext_lazy("Not enough money in the account"),
    "STOPPED": gettext_lazy("The account's owner stopped the payment"),
    "CLOSED": gettext_lazy("The account is closed"),
    "UNREADABLE": gettext_lazy("The bank could not read it, or missed a signature"),
    "OTHER": gettext_lazy("The bank sent the payment back"),
}
CHARGED_BACK = "CHARGEBACK"


class Uncoded(StrEnum):
    """Why a bank debit failed or came back, where the processor gives the reason but no code of Nacha's."""

    NO_FUNDS = "NO_FUNDS"
    CLOSED = "SHUT"
    NO_ACCOUNT = "NO_ACCOUNT"
    FROZEN = "FROZEN"
    NO_DEBITS = "NO_DEBITS"
    NOT_ALLOWED = "NOTALLOWED"
    NOT_PROCESSED = "STUCK"
    UNVERIFIED = "UNVERIFIED"
    UNKNOWN = "OTHER"


_UNCODED: dict[str, str | Promise] = {
    Uncoded.NO_FUNDS: REASONS["R01"],
    Uncoded.CLOSED: REASONS["R02"],
    Uncoded.NO_ACCOUNT: REASONS["R03"],
    Uncoded.FROZEN: REASONS["R16"],
    Uncoded.NO_DEBITS: REASONS["R20"],
    Uncoded.NOT_ALLOWED: REASONS["R10"],
    Uncoded.NOT_PROCESSED: gettext_lazy("The bank could not carry out the debit"),
    Uncoded.UNVERIFIED: gettext_lazy("The bank account was not confirmed"),
}

_UNCODED_FOR_THE_PAYER = frozenset(_UNCODED) - {
    Uncoded.NOT_ALLOWED,
    Uncoded.NOT_PROCESSED,
    Uncoded.UNVERIFIED,
}
_NOT_FOR_THE_PAYER = frozenset({"R05", "R06", "R07", "R10", "R11", "R14", "R15", "R24", "R29"})


def is_known(code: str) -> bool:
    """Whether there are words for a code."""
    return code in REASONS or code in BY_HAND or code in _UNCODED or code == CHARGED_BACK


def warrants_fee(code: str) -> bool:
    """Whether a bank debit that came back with this code may cost its payer a fee by itself.

    Not if the account's owner says that the debit was not allowed (R05, R07, R10, R11, R29): a further charge
    would then have even less permission. Nor if it is not for them to answer: the sender's bank asked for it
    back (R06), a debit was sent twice (R24), or somebody has died (R14, R15). Nor if the bank only says
    that it could not do it, or we do not know the code. Staff may still write an invoice.
    """
    return (code in REASONS and code not in _NOT_FOR_THE_PAYER) or code in _UNCODED_FOR_THE_PAYER


def reason(code: str) -> str:
    """Return why a bank sent a debit back, in the language that is active; a general sentence if unknown."""
    if code == CHARGED_BACK:
        return _("The card's owner took the payment back through their bank")
    known = REASONS.get(code) or BY_HAND.get(code) or _UNCODED.get(code)
    return str(known) if known else _("The bank sent the payment back")


def sentence(code: str) -> str:
    """Return the reason, with its code if banks know it: "Not enough money in the account (R01)"."""
    return f"{reason(code)} ({code})" if code in REASONS else reason(code)
