"""The states of a payments account: the processor decides, and we follow."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from florin.kernel.lifecycle import Lifecycle


class AccountState(models.TextChoices):
    """Whether the processor lets the company take payments."""

    NEW = "new", _("not opened yet")
    INCOMPLETE = "incomplete", _("waiting for information")
    PENDING = "pending", _("in verification")
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    REJECTED = "rejected", _("rejected")


_OPENED = frozenset(AccountState) - {AccountState.NEW}

# A processor may come back on anything that it decided, but an account that was opened stays opened.
PAYMENTS_ACCOUNT = Lifecycle({state: _OPENED - {state} for state in AccountState})
