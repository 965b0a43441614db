"""The security log: who signed in or failed to, what was refused, what was changed or taken away."""

from typing import ClassVar

from django.db import models

from florin.domain.companies.models import Company
from florin.kernel.database import Keyed


class SecurityEvent(Keyed):
    """One thing that bears on security, or the same thing again and again within an hour, counted.

    Append-only: the database lets only ``count`` and ``last_at`` of what is counted grow, and deletes nothing
    that is younger than a year.
    """

    class Kind(models.TextChoices):
        """What can happen."""

        SIGNED_IN = "signed_in", "Signed in"
        SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
        SIGN_IN_SLOWED = "sign_in_slowed", "Sign-in slowed down"
        SIGNED_OUT = "signed_out", "Signed out"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        RESET_ASKED = "reset_asked", "New password asked for"
        PASSWORD_RESET = "password_reset", "New password chosen by mail"
        RIGHT_REFUSED = "right_refused", "Refused for want of a right"
        FORM_REFUSED = "form_refused", "Form from elsewhere refused"
        NOTICE_FORGED = "notice_forged", "Notice with a wrong signature"
        PERSON_INVITED = "person_invited", "Person invited"
        INVITATION_WITHDRAWN = "invitation_withdrawn", "Invitation withdrawn"
        PERSON_ADDED = "person_added", "Person added"
        RIGHTS_CHANGED = "rights_changed", "Rights changed"
        SECOND_FACTOR_ADDED = "second_factor_added", "Second factor added"
        SECOND_FACTOR_REMOVED = "second_factor_removed", "Second factor removed"
        RECOVERY_CODES_MADE = "recovery_codes_made", "Recovery codes made"
        SETTINGS_CHANGED = "settings_changed", "Settings changed"
        SESSIONS_ENDED = "sessions_ended", "Sessions ended"
        EXPORTED = "exported", "Data taken away"
        EXPORT_MAILED = "export_mailed", "Report mailed"

    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        help_text="Empty for what is no company's, such as a notice with a wrong signature.",
    )
    kind = models.CharField(max_length=24, choices=Kind.choices)
    at = models.DateTimeField(help_text="When it happened (first), UTC.")
    last_at = models.DateTimeField(help_text="When it happened last, UTC.")
    who = models.CharField(max_length=254, help_text="The account's address; empty if there is no account.")
    place = models.CharField(max_length=45, help_text="The client's address, or its network (IPv6).")
    about = models.JSONField(default=dict, help_text="Details in short texts; never a secret.")
    count = models.PositiveIntegerField(default=1)
    hour = models.DateTimeField(null=True, help_text="The hour that it is counted for, if it is counted.")

    class Meta:
        verbose_name = "security event"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hour", "company", "kind", "who", "place", "about"],
                condition=models.Q(hour__isnull=False),
                nulls_distinct=False,
                name="security_event_counted_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-at", "-id"], name="security_event_latest"),
            models.Index(fields=["company", "kind", "-at", "-id"], name="security_event_kind"),
            models.Index(fields=["company", "who", "-at", "-id"], name="security_event_person"),
            models.Index(fields=["at"], name="security_event_age"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"
