"""Why a payer contests a payment, in people's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.contracts.reasons import DisputeReason

_WORDS: dict[DisputeReason, str | Promise] = {
    DisputeReason.CREDIT_NOT_PROCESSED: gettext_lazy("A refund that was promised did not arrive"),
    DisputeReason.DUPLICATE: gettext_lazy("The payer says that they paid twice"),
    DisputeReason.FRAUDULENT: gettext_lazy("The payer says that they did not make this payment"),
    DisputeReason.NOT_AUTHORISED: gettext_lazy("The payer says that they did not allow this payment"),
    DisputeReason.PRODUCT_NOT_RECEIVED: gettext_lazy("The payer says that the goods did not arrive"),
    DisputeReason.PRODUCT_UNACCEPTABLE: gettext_lazy("The payer says that the goods were not as described"),
    DisputeReason.SUBSCRIPTION_CANCELED: gettext_lazy("The payer says that they had cancelled"),
    DisputeReason.UNRECOGNIZED: gettext_lazy("The payer does not recognise this payment"),
    DisputeReason.AGAINST_THE_RULES: gettext_lazy(
        "The payer's bank says that the card's rules were not kept"
    ),
    DisputeReason.GENERAL: gettext_lazy("The payer gives no particular reason"),
    DisputeReason.UNKNOWN: gettext_lazy("Another reason, which stands on the processor's page"),
}


def reason(stored: str) -> str:
    """Return the reason in the language that is active."""
    return str(_WORDS[DisputeReason(stored)]) if stored else _("No reason was given")
