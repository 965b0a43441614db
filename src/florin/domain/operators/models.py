"""Whoever runs the installation: people of no company, with a sign-in of their own."""

from typing import ClassVar

from django.db import models

from florin.kernel.database import Keyed


class Operator(Keyed):
    """Somebody who runs the installation; sees no company's customers, and can neither send nor refund."""

    email = models.EmailField(unique=True)
    password = models.CharField(max_length=128, help_text="A hash.")
    second_factor = models.BinaryField(
        default=b"", help_text="The sealed secret of the codes of RFC 6238; empty while there is none."
    )
    last_code = models.BigIntegerField(
        default=0, help_text="The time step of the last code: each works once."
    )
    is_active = models.BooleanField(default=True)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = "operator"

    def __str__(self) -> str:
        return self.email


class OperatorSession(Keyed):
    """What an operator's browser is remembered by: a hash of the secret in its cookie."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.BinaryField(max_length=32, unique=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When it was used last, to the minute.")

    class Meta:
        verbose_name = "operator session"
        indexes: ClassVar = [models.Index(fields=["seen_at"], name="operator_session_age")]

    def __str__(self) -> str:
        return str(self.operator)
