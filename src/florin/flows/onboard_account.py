"""A company gets its payments account (R2): opened, filled in at the processor, and watched from then on.

press -> open an account -> the processor's form -> ask how it stands -> state -> sessions end, mail, timeline

Where the processor opens no accounts for companies, the installation's own is the company's, and is only
asked about. Every network call is outside a transaction.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from florin.contracts import capabilities
from florin.contracts.emails import AccountNotice
from florin.contracts.processor import (
    AccountStatus,
    GatewayBusy,
    GatewayError,
    GatewayFault,
    GatewayRefusal,
    NewAccount,
    RefusalReason,
)
from florin.domain.activity import services as activity
from florin.domain.attempts.methods import Method
from florin.domain.companies import accounts
from florin.domain.companies.accounts import Change
from florin.domain.companies.lifecycle import AccountState as State
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.outbox import services as outbox
from florin.domain.outbox.services import NewMessage
from florin.domain.security import services as security
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.flows import expire_sessions, record_refusal
from florin.kernel import addresses, clock
from florin.kernel.errors import ProcessorAway, Refusal

_log = logging.getLogger(__name__)
_WAITS_SECONDS = (0.1, 0.2, 0.4, 0.8)
Answer = TypeVar("Answer")


def continue_onboarding(company: Company, *, country: str, by: User) -> str:
    """Return where an Admin goes on: the processor's form, or our page if the account is the installation's.

    ``country`` is where the business is (ISO 3166), and is needed for a new account only. Pressed twice, or
    again after no answer, there is one account.

    Raises:
        Conflict: if another company uses the installation's own account.
        ProcessorAway: if the processor does not answer.
        Refusal: if no country was chosen, or the processor opens no account.
    """
    account = accounts.get(company)
    if not account.reference and account.state != State.NEW:
        refresh(company)
        return page_address()
    if not account.reference and not capabilities.for_gateway(account.gateway).opens_accounts:
        _use_own(account, by=by)
        return page_address()
    if not account.reference:
        account = _open(account, country=country, by=by)
    page = f"{settings.PUBLIC_URL}{page_address()}"
    gateway = registry.get(account.gateway)
    return _answered(
        lambda: gateway.onboarding_page(
            account.reference, return_url=f"{page}?back=1", refresh_url=f"{page}?again=1"
        )
    )


def page_address() -> str:
    """Return the address of our page on which an account is opened, and how it stands is shown."""
    return reverse("office:payments-account")


def refresh(company: Company) -> PaymentsAccount:
    """Ask the processor how a company's account stands, and return it as it is afterwards.

    Safe to repeat, and at once with others: what follows a change happens once.

    Raises:
        ProcessorAway: if the processor does not answer.
    """
    account = accounts.get(company)
    if account.state == State.NEW:
        return account
    return _answered(lambda: _read_status(account))


def noticed(gateway: str, reference: str) -> bool:
    """Look at the account that a notice is about; false if it is nobody's here.

    Raises:
        GatewayError: if the processor does not answer; the notice is to be handled again.
        GatewayRefusal: if it says no.
    """
    theirs = PaymentsAccount.objects.filter(gateway=gateway, reference=reference).exclude(reference="")
    known = list(theirs) or _at_own_account(gateway, reference)
    for account in known:
        _read_status(account)
    return bool(known)


def _at_own_account(gateway: str, reference: str) -> list[PaymentsAccount]:
    """Return the accounts that are the installation's own, if the processor calls that so."""
    own = list(PaymentsAccount.objects.filter(gateway=gateway, reference="").exclude(state=State.NEW))
    if own and registry.get(gateway).account("").reference == reference:
        return own
    return []


def look_round() -> None:
    """Ask about every account whose turn it is, for notices may be lost; one that trips us stops no other."""
    for account in accounts.due(clock.now())[:200]:
        try:
            _read_status(account)
        except (GatewayError, GatewayRefusal):
            continue  # its turn comes again with the next round
        except Exception:  # noqa: BLE001 - one account keeps no other waiting
            _log.exception("The payments account %s cannot be looked at", account.pk)


def _open(account: PaymentsAccount, *, country: str, by: User) -> PaymentsAccount:
    if country not in capabilities.for_gateway(account.gateway).account_countries:
        raise Refusal(_("Choose the country that the business is in."))
    company = account.company
    email = addresses.on_the_wire(company.email)
    new = NewAccount(company=f"{company.pk}", name=company.name, email=email, country=country)
    reference = _answered(lambda: _opened(account.gateway, new))
    _keep(account, reference, by=by)
    return PaymentsAccount.objects.select_related("company").get(pk=account.pk)


def _opened(gateway_name: str, new: NewAccount) -> str:
    """Open the account. A processor that broke down keeps its key; what it may have opened stays empty."""
    gateway, key = registry.get(gateway_name), _key(new)
    try:
        return gateway.open_account(new, key=key)
    except GatewayFault:
        return gateway.open_account(new, key=f"{key}:again")


def _key(new: NewAccount) -> str:
    """Return a key that is the same for as long as the same is asked for."""
    identity = f"{new.name}|{new.email}|{new.country}"
    return f"account:{new.company}:{hashlib.sha256(identity.encode()).hexdigest()[:16]}"


@transaction.atomic(durable=True)
def _keep(account: PaymentsAccount, reference: str, *, by: User) -> None:
    if accounts.opened(account, reference=reference):
        _note(account, State.INCOMPLETE, by=by.name)
        _note_setting(account, by=by)


def _use_own(account: PaymentsAccount, *, by: User) -> None:
    """Let the company be paid into the installation's own account, if that can take payments."""
    asked_at = clock.now()
    report = _answered(lambda: registry.get(account.gateway).account(""))
    with transaction.atomic(durable=True):
        accounts.claim_own(account)
        _note_setting(account, by=by)
        _follow(accounts.record(account, report, asked_at=asked_at), by=by.name)


def _read_status(account: PaymentsAccount) -> PaymentsAccount:
    asked_at = clock.now()
    try:
        report = registry.get(account.gateway).account(account.reference)
    except GatewayRefusal as refusal:
        record_refusal.about_account(account.company, refusal)
        raise
    record_refusal.over(account.company_id, ["account"], subject=account.company_id, since=asked_at)
    with transaction.atomic(durable=True):
        change = accounts.record(account, report, asked_at=asked_at)
        _follow(change, by=activity.SYSTEM)
    return change.account


def _follow(change: Change, *, by: str) -> None:
    """Do what follows a change: the timeline, a mail, the end of sessions that nobody may pay any more."""
    account = change.account
    if change.cards_ended:
        expire_sessions.expire(company=account.company, method=Method.CARD)
    if change.debits_ended:
        expire_sessions.expire(company=account.company, method=Method.ACH)
    if not change.moved and not change.newly_wanted:
        return
    if change.moved and change.before == State.ACTIVE:
        expire_sessions.expire(company=account.company)
    if change.moved:
        _note(account, State(account.state), by=by)
    if _is_notified(change):
        _notify(account)


def _is_notified(change: Change) -> bool:
    """Whether the company gets a mail: not about waiting, nor about the form that it has just begun."""
    match State(change.account.state):
        case State.ACTIVE | State.SUSPENDED | State.REJECTED:
            return True
        case State.INCOMPLETE:
            return change.before != State.NEW
        case State.PENDING | State.NEW:
            return False


def _note(account: PaymentsAccount, state: State, *, by: str) -> None:
    activity.note(
        account.company_id,
        activity.Kind.ACCOUNT_CHANGED,
        subjects=[account.company_id, account.pk],
        actor=by,
        state=state.value,
        reason=account.reason,
    )


def _note_setting(account: PaymentsAccount, *, by: User) -> None:
    """Note who decided where the company's money goes."""
    security.note(
        security.Kind.SETTINGS_CHANGED,
        company_id=account.company_id,
        who=by.email,
        fields="payments_account",
        payments_account_after=account.gateway,
    )


def _notify(account: PaymentsAccount) -> None:
    company = account.company
    email = AccountNotice(
        on=clock.today(company.time_zone),
        status=AccountStatus(account.state),
        reason=account.reason,
        wanted=tuple(account.wanted),
        path=page_address(),
    )
    outbox.enqueue(
        NewMessage(
            company_id=company.pk,
            event=f"account:{account.pk}:{account.checked_at:%Y%m%d%H%M%S%f}",
            email=email,
            language=company.reads,
            recipients=[company.email],
            subjects=[account.pk],
        )
    )


def _answered(ask: Callable[[], Answer]) -> Answer:
    """Ask the processor; a second press waits for the first one's answer, and no answer is a sentence."""
    for pause in _WAITS_SECONDS:
        try:
            return _answer(ask)
        except GatewayBusy:
            time.sleep(pause)
    return _answer(ask)


def _answer(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except GatewayBusy:
        raise
    except GatewayRefusal as problem:
        raise Refusal(_no(problem.reason)) from problem
    except GatewayError as problem:
        raise ProcessorAway(
            _("The payment processor does not answer. Nothing is lost; please try again in a minute.")
        ) from problem


def _no(reason: RefusalReason) -> str:
    match reason:
        case RefusalReason.KEY:
            return _(
                "The payment processor does not accept the key of this installation. Ask whoever runs it."
            )
        case RefusalReason.PERMISSION:
            return _(
                "The key of this installation may not do this at the payment processor. Ask whoever runs it."
            )
        case _:
            return _("The payment processor opens no account here. Ask whoever runs this installation.")
