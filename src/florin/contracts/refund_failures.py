"""Why a refund failed, in people's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from florin.contracts.reasons import RefundFailure

_WORDS: dict[RefundFailure, str | Promise] = {
    RefundFailure.CARD_LOST: gettext_lazy("The card was lost or stolen"),
    RefundFailure.CARD_CLOSED: gettext_lazy("The card has expired or was closed"),
    RefundFailure.DECLINED: gettext_lazy("The payer's bank declined it"),
    RefundFailure.LOW_BALANCE: gettext_lazy("The balance at the processor was too low"),
    RefundFailure.DISPUTED: gettext_lazy("The payer disputed the payment meanwhile"),
    RefundFailure.CANCELLED: gettext_lazy("It was cancelled at the processor's dashboard"),
    RefundFailure.KEY: gettext_lazy(
        "The processor does not accept the key of this installation. Ask whoever runs it"
    ),
    RefundFailure.PERMISSION: gettext_lazy(
        "The key of this installation may not send money back. Ask whoever runs it"
    ),
    RefundFailure.REFUSED: gettext_lazy("The processor did not accept it"),
    RefundFailure.UNKNOWN: gettext_lazy("The payer's bank gave no reason"),
}


def words(stored: str) -> str:
    """Return the reason in the language that is active; also of what was kept in a processor's words."""
    return str(_WORDS[RefundFailure.REFUSED if " " in stored else RefundFailure(stored)])
