"""The ways in which somebody pays."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    """How somebody pays: online (R13), or in one of the ordinary ways (R20)."""

    CARD = "card", _("Card")
    ACH = "ach", _("Bank account (ACH)")
    CASH = "cash", _("Cash")
    CHECK = "check", _("Check")
    WIRE = "wire", _("Wire transfer")
    TERMINAL = "terminal", _("Own card terminal")


ONLINE = (Method.CARD, Method.ACH)


def masked(name: str, last4: str) -> str:
    """Return a card or a bank account as people know it, such as "Visa •••• 4242"."""
    return f"{name} •••• {last4}".strip()
