"""How far a company's payments account has come, as the processor tells it (R2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from florin.contracts.processor import AccountReport, MethodStatus
from florin.domain.companies import services
from florin.domain.companies.lifecycle import AccountState as State
from florin.domain.companies.models import Company, PaymentsAccount
from florin.kernel.errors import Conflict

_HOUR = timedelta(minutes=50)  # a little less, for a round that comes every hour
_DAY = timedelta(hours=23, minutes=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a report changed: the account as it is now, its state before, and what is newly wanted.

    ``cards_ended`` and ``debits_ended`` say that it could be paid in this way before, and no more.
    What is wanted at the first look is the form itself, and no news.
    """

    account: PaymentsAccount
    before: str
    newly_wanted: tuple[str, ...] = ()
    cards_ended: bool = False
    debits_ended: bool = False

    @property
    def moved(self) -> bool:
        """Whether the account has come to another state."""
        return self.account.state != self.before


def get(company: Company) -> PaymentsAccount:
    """Return the company's payments account; a company without one gets one that is not opened yet."""
    return services.account_to_open(company)


def opened(account: PaymentsAccount, *, reference: str) -> bool:
    """Keep what the processor calls an account that it has just opened; false if one is kept already."""
    fresh = PaymentsAccount.objects.filter(pk=account.pk, state=State.NEW, reference="")
    return bool(fresh.update(reference=reference, state=State.INCOMPLETE))


def claim_own(account: PaymentsAccount) -> None:
    """Make sure that no other company is paid into the installation's own account; the caller commits.

    The operator may let two companies share it; an Admin may not.

    Raises:
        Conflict: if another company is.
    """
    _lock_company(account)
    # Whoever claims it locks the same rows in the same order, so that two at once are one after the other.
    own = PaymentsAccount.objects.select_for_update().filter(gateway=account.gateway, reference="")
    if any(other.pk != account.pk and other.state != State.NEW for other in own.order_by("pk")):
        raise Conflict(
            _("Another company is paid into this installation's account. Ask whoever runs the installation.")
        )


def record(account: PaymentsAccount, report: AccountReport, *, asked_at: datetime) -> Change:
    """Make the account agree with what the processor said, in the caller's transaction.

    Answers may come in any order: one to a question that was asked before the last one changes nothing.
    """
    _lock_company(account)
    locked = PaymentsAccount.objects.select_for_update().select_related("company").get(pk=account.pk)
    before, wanted_before, first = locked.state, locked.wanted, locked.checked_at is None
    late = locked.checked_at is not None and locked.checked_at > asked_at
    if late or locked.reference != account.reference:
        return Change(account=locked, before=before)
    cards_ended = locked.cards == MethodStatus.ACTIVE != report.cards
    debits_ended = locked.debits == MethodStatus.ACTIVE != report.debits
    locked.state = State(report.status.value)
    locked.cards, locked.debits = report.cards, report.debits
    locked.wanted = list(report.wanted)
    locked.reason = report.reason.value
    locked.codes = [f"{code}" for code in report.codes]
    locked.checked_at = asked_at
    locked.save(update_fields=["state", "cards", "debits", "wanted", "reason", "codes", "checked_at"])
    newly = () if first else tuple(name for name in report.wanted if name not in wanted_before)
    return Change(
        account=locked, before=before, newly_wanted=newly, cards_ended=cards_ended, debits_ended=debits_ended
    )


def due(now: datetime) -> QuerySet[PaymentsAccount]:
    """Return the accounts to ask about: each day those that are decided, each hour those on their way."""
    verifying = Q(cards=MethodStatus.PENDING) | Q(debits=MethodStatus.PENDING)
    decided = Q(state__in=[State.ACTIVE, State.REJECTED]) & ~verifying
    old = Q(checked_at__isnull=True) | Q(checked_at__lt=now - _DAY)
    older_than_an_hour = Q(checked_at__isnull=True) | Q(checked_at__lt=now - _HOUR)
    wanted = (decided & old) | (~decided & older_than_an_hour)
    return PaymentsAccount.objects.exclude(state=State.NEW).filter(wanted).order_by("checked_at")


def _lock_company(account: PaymentsAccount) -> None:
    """Lock the company before its account, as whoever moves its switches does."""
    Company.objects.select_for_update().get(pk=account.company_id)
