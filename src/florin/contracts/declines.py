"""Why a card was refused, in people's words; what could help a thief stays general."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from florin.contracts.reasons import DeclineReason

_WORDS: dict[DeclineReason, str | Promise] = {
    DeclineReason.INSUFFICIENT_FUNDS: gettext_lazy("there is not enough money on the card"),
    DeclineReason.EXPIRED_CARD: gettext_lazy("the card has expired"),
    DeclineReason.WRONG_SECURITY_CODE: gettext_lazy("the security code is wrong"),
    DeclineReason.WRONG_DETAILS: gettext_lazy("a number, date or code was typed wrong"),
    DeclineReason.NOT_AUTHENTICATED: gettext_lazy("the bank's own check was not passed"),
    DeclineReason.BANK_AWAY: gettext_lazy("the bank could not be reached"),
    DeclineReason.LIMIT_REACHED: gettext_lazy("the card's limit is reached"),
    DeclineReason.NOT_FOR_THIS: gettext_lazy("the card cannot be used for this"),
    DeclineReason.UNKNOWN: gettext_lazy("the bank gave no reason"),
}


def reason(stored: str) -> str:
    """Return why a card was refused, in the language that is active."""
    return str(_WORDS[DeclineReason(stored)])


# Of a bank account, where the card's words would be wrong.
_OF_BANK: dict[DeclineReason, str | Promise] = {
    DeclineReason.INSUFFICIENT_FUNDS: gettext_lazy("there is not enough money in the account"),
    DeclineReason.WRONG_DETAILS: gettext_lazy("the account's details were typed wrong"),
    DeclineReason.NOT_AUTHENTICATED: gettext_lazy("the bank's own check was not passed"),
    DeclineReason.BANK_AWAY: gettext_lazy("the bank could not be reached"),
    DeclineReason.LIMIT_REACHED: gettext_lazy("the account's limit is reached"),
    DeclineReason.NOT_FOR_THIS: gettext_lazy("the account cannot be used for this"),
}


def of_bank(stored: str) -> str:
    """Return why a bank account was refused, in the language that is active."""
    return str(_OF_BANK.get(DeclineReason(stored), _WORDS[DeclineReason.UNKNOWN]))
