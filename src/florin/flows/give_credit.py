"""Giving a customer a credit: written, submitted, approved or rejected, and taken back if nothing used it.

draft -> submitted -> approved: item and ledger entry -> stale checkout sessions end -> timeline
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.attempts import bill
from florin.domain.companies.models import Company
from florin.domain.credits import services as credits_
from florin.domain.credits.lifecycle import CreditState
from florin.domain.credits.models import Credit
from florin.domain.credits.services import CreditDraft
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.flows import expire_sessions
from florin.kernel.errors import Forbidden, SubmissionReused
from florin.kernel.submissions import LONGEST_KEY, once


def create(company: Company, draft: CreditDraft, *, by: User, submission: str = "") -> Credit:
    """Write a draft; nothing is owed to the customer yet.

    ``submission`` names the press of Save: pressed twice, even at once, the same credit comes back.

    Raises:
        Conflict: if the customer is kept in another currency by now.
        SubmissionReused: if the same press has written another credit.
    """
    submission = submission[:LONGEST_KEY]
    return once(
        lambda: _find_written(company, draft, submission) or _create(company, draft, submission, by=by)
    )


def _find_written(company: Company, draft: CreditDraft, submission: str) -> Credit | None:
    """Return the credit that a press has written, if it has; another one is refused."""
    known = credits_.find_by_submission(company, submission) if submission else None
    if known is not None and not credits_.matches(known, draft):
        raise SubmissionReused(
            _("This form has written credit %(number)s already. Save it again only if it is another one.")
            % {"number": known.number}
        )
    return known


@transaction.atomic(durable=True)
def _create(company: Company, draft: CreditDraft, submission: str, *, by: User) -> Credit:
    credit = credits_.create(company, draft, by=by.name, submission=submission)
    _note(activity.Kind.CREDIT_CREATED, credit, by, reason=credit.reason)
    return credit


@transaction.atomic(durable=True)
def change(company: Company, credit_id: UUID, draft: CreditDraft, *, seen: str, by: User) -> Credit:
    """Save a draft over what was shown.

    Raises:
        Conflict: if somebody else saved or submitted it meanwhile.
    """
    credit = credits_.lock(company, credit_id)
    if credits_.change(credit, draft, seen=seen):
        _note(activity.Kind.CREDIT_CHANGED, credit, by)
    return credit


@transaction.atomic(durable=True)
def submit(company: Company, credit_id: UUID, *, by: User) -> Credit:
    """Hand a draft over for approval; pressed twice, it is submitted once.

    Raises:
        Conflict: if it is decided already.
    """
    credit = credits_.lock(company, credit_id)
    if credit.state != CreditState.SUBMITTED:
        credits_.move(credit, CreditState.SUBMITTED)
        _note(activity.Kind.CREDIT_SUBMITTED, credit, by)
    return credit


@transaction.atomic(durable=True)
def reopen(company: Company, credit_id: UUID, *, by: User) -> Credit:
    """Make a submitted or rejected credit a draft again, to be changed.

    Raises:
        Conflict: if it was approved or voided meanwhile.
    """
    credit = credits_.lock(company, credit_id)
    if credit.state != CreditState.DRAFT:
        credits_.move(credit, CreditState.DRAFT)
        _note(activity.Kind.CREDIT_CHANGED, credit, by)
    return credit


@transaction.atomic(durable=True)
def approve(company: Company, credit_id: UUID, *, by: User) -> Credit:
    """Book a submitted credit: from now on it is open, and deducted where a link is opened (R12).

    Raises:
        Conflict: if somebody else decided about it first.
    """
    credit = credits_.lock(company, credit_id)
    if not _decided_by(credit, CreditState.APPROVED, by):
        credits_.approve(credit, by=by.name)
        _note(activity.Kind.CREDIT_APPROVED, credit, by)
        expire_sessions.expire_wanting([credit.item_id] if credit.item_id else [])
    return credit


@transaction.atomic(durable=True)
def reject(company: Company, credit_id: UUID, *, reason: str, by: User) -> Credit:
    """Send a submitted credit back, with the reason.

    Raises:
        Conflict: if somebody else decided about it first.
    """
    credit = credits_.lock(company, credit_id)
    if not _decided_by(credit, CreditState.REJECTED, by):
        credits_.reject(credit, reason=reason, by=by.name)
        _note(activity.Kind.CREDIT_REJECTED, credit, by, reason=reason)
    return credit


@transaction.atomic(durable=True)
def void(company: Company, credit_id: UUID, *, reason: str, by: User) -> Credit:
    """Take back a draft, or an approved credit of which nothing was used.

    Raises:
        Forbidden: if it is approved and the person may not approve credits.
        Conflict: if somebody else decided about it first.
        Refusal: if some of it is applied, or a payment under way counts on it.
    """
    credit = credits_.lock(company, credit_id)
    if _decided_by(credit, CreditState.VOID, by):
        return credit
    if credit.state == CreditState.APPROVED and not by.may(Right.APPROVE_CREDIT):
        raise Forbidden(_("Only who may approve credits can void an approved one."))
    items = [credit.item_id] if credit.item_id else []
    credits_.void(credit, reason=reason, by=by.name, held=sum(bill.reserved_credits(items).values()))
    _note(activity.Kind.CREDIT_VOIDED, credit, by, reason=reason)
    expire_sessions.expire_wanting(items)
    return credit


def _decided_by(credit: Credit, state: CreditState, by: User) -> bool:
    """Whether the same person pressed the same button before: then there is nothing left to do."""
    return credit.state == state and credit.decided_by == by.name


def describe_credit(credit: Credit, **about: str) -> tuple[list[UUID], dict[str, str | int]]:
    """Return whose timelines tell of a credit, and what their sentences need to know of it."""
    details: dict[str, str | int] = {**about, "number": credit.number}
    details |= {"amount": credit.amount, "currency": credit.currency}
    return [credit.pk, credit.customer_id], details


def _note(kind: activity.Kind, credit: Credit, by: User, **about: str) -> None:
    activity.note_many(credit.company_id, kind, [describe_credit(credit, **about)], actor=by.name)
