"""Why a card was refused, in people's words; what could help a thief stays general."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_DETAILS = gettext_lazy("a number, date or code was typed wrong")
_AUTHENTICATION = gettext_lazy("the bank's own check was not passed")
_LATER = gettext_lazy("the bank could not be reached")
_LIMIT = gettext_lazy("the card's limit is reached")
_KIND = gettext_lazy("the card cannot be used for this")

REASONS: dict[str, str | Promise] = {
    "insufficient_funds": gettext_lazy("there is not enough money on the card"),
    "expired_card": gettext_lazy("the card has expired"),
    "incorrect_cvc": gettext_lazy("the security code is wrong"),
    "invalid_cvc": gettext_lazy("the security code is wrong"),
    "incorrect_number": _DETAILS,
    "invalid_number": _DETAILS,
    "invalid_expiry_month": _DETAILS,
    "invalid_expiry_year": _DETAILS,
    "authentication_required": _AUTHENTICATION,
    "payment_intent_authentication_failure": _AUTHENTICATION,
    "processing_error": _LATER,
    "issuer_not_available": _LATER,
    "try_again_later": _LATER,
    "card_velocity_exceeded": _LIMIT,
    "withdrawal_count_limit_exceeded": _LIMIT,
    "card_not_supported": _KIND,
    "currency_not_supported": _KIND,
    "transaction_not_allowed": _KIND,
}


def reason(code: str) -> str:
    """Return why a card was refused, in the language that is active, by Stripe's decline code."""
    known = REASONS.get(code)
    return str(known) if known else _("the bank gave no reason")
