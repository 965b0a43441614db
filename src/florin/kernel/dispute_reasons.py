"""Why a payer contests a card payment: the processor's words for it, in people's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REASONS: dict[str, str | Promise] = {
    "credit_not_processed": gettext_lazy("A refund that was promised did not arrive"),
    "duplicate": gettext_lazy("The payer says that they paid twice"),
    "fraudulent": gettext_lazy("The payer says that they did not make this payment"),
    "general": gettext_lazy("The payer gives no particular reason"),
    "product_not_received": gettext_lazy("The payer says that the goods did not arrive"),
    "product_unacceptable": gettext_lazy("The payer says that the goods were not as described"),
    "subscription_canceled": gettext_lazy("The payer says that they had cancelled"),
    "unrecognized": gettext_lazy("The payer does not recognise this payment"),
}


def reason(word: str) -> str:
    """Return the reason in the language that is active; a word that is not known as it came."""
    known = REASONS.get(word)
    if known:
        return str(known)
    return word.replace("_", " ").capitalize() or _("No reason was given")
