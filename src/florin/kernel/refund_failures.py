"""Why a refund failed, in people's words: the processor's codes, and what it says in words of its own."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_REASONS: dict[str, str | Promise] = {
    "lost_or_stolen_card": gettext_lazy("The card was lost or stolen"),
    "expired_or_canceled_card": gettext_lazy("The card has expired or was closed"),
    "declined": gettext_lazy("The payer's bank declined it"),
    "insufficient_funds": gettext_lazy("The balance at the processor was too low"),
    "charge_for_pending_refund_disputed": gettext_lazy("The payer disputed the payment meanwhile"),
    "merchant_request": gettext_lazy("It was cancelled at the processor's dashboard"),
    "unknown": gettext_lazy("The payer's bank gave no reason"),
}


def words(code: str) -> str:
    """Return the reason in the language that is active; a sentence of the processor stays as it is."""
    return str(_REASONS.get(code, code)) or _("The payer's bank gave no reason")
