"""A payer contests a payment at the bank: what the processor reports is booked and told.

report -> dispute; its money held, back, or gone -> timeline -> mails -> stale sessions expire
"""

from dataclasses import replace
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from florin.contracts.emails import DisputeNotice, PaymentRegained, PaymentReturned
from florin.contracts.processor import DisputeReport, GatewayError, GatewayRefusal
from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.disputes import services as disputes
from florin.domain.disputes.lifecycle import LOSSES, DisputeState
from florin.domain.disputes.models import Dispute
from florin.domain.disputes.services import DisputeChange
from florin.domain.payments import allocating, returns
from florin.domain.payments.models import Payment
from florin.domain.payments.returns import Reopened
from florin.edges.gateways import registry
from florin.flows import expire_sessions, notify, return_payment
from florin.flows.notify import Event
from florin.kernel import clock
from florin.kernel.errors import NotFound, ProcessorAway, Refusal

_KINDS = {
    DisputeState.INQUIRY: activity.Kind.DISPUTE_OPENED,
    DisputeState.NEEDS_RESPONSE: activity.Kind.DISPUTE_OPENED,
    DisputeState.UNDER_REVIEW: activity.Kind.DISPUTE_REVIEWED,
    DisputeState.WON: activity.Kind.DISPUTE_WON,
    DisputeState.LOST: activity.Kind.DISPUTE_LOST,
    DisputeState.APPEALABLE: activity.Kind.APPEAL_OPENED,
    DisputeState.APPEALED: activity.Kind.APPEAL_REVIEWED,
    DisputeState.CLOSED: activity.Kind.DISPUTE_CLOSED,
}


def take_in(payment: Payment, report: DisputeReport) -> bool:
    """Record what the processor says about one dispute; false if there is nothing new.

    The payment is locked by the caller, in the caller's transaction. Each turn is told once.
    """
    change = disputes.take_in(payment, report)
    if change is None:
        return False
    changed = returns.reopened(change.taken) if change.taken else []
    if change.taken:
        _notify_payer(change, changed)
        expire_sessions.expire_wanting(returns.items_of(change.taken))
    if change.regained:
        changed = returns.paid_again(change.regained)
        _notify_payer_it_counts(change, changed)
        expire_sessions.expire_wanting(returns.items_of(change.regained))
    if change.moved_on:
        _note(change, changed)
        if state := _name_turn(change):
            _notify_company(change, changed, state=state)
    return True


def page_of(company: Company, dispute_id: UUID) -> str:
    """Return the address at the processor where evidence about a dispute is given; it may work only once.

    Raises:
        NotFound: if the company has no such dispute.
        Refusal: if the processor does not answer, or has no page for it.
    """
    dispute = Dispute.objects.select_related("payment").filter(company=company, pk=dispute_id).first()
    if dispute is None:
        raise NotFound(_("There is no such dispute."))
    payment = dispute.payment
    try:
        return registry.get(payment.gateway).dispute_page(dispute.reference, account=payment.account)
    except GatewayRefusal as problem:
        raise Refusal(
            _("The processor has no page for this dispute. Sign in there, and look for %(reference)s.")
            % {"reference": dispute.reference}
        ) from problem
    except GatewayError as problem:
        raise ProcessorAway(
            _("The payment processor does not answer. Nothing is lost; please try again in a minute.")
        ) from problem


def _note(change: DisputeChange, changed: list[Reopened]) -> None:
    """Write on the timeline what has happened: two lines if it was decided before we heard of it."""
    dispute = change.dispute
    is_inquiry = dispute.state in {DisputeState.INQUIRY, DisputeState.CLOSED}  # only an inquiry is closed
    for kind in _turns(change):
        activity.note(
            dispute.company_id,
            kind,
            subjects=_subjects(dispute, changed),
            actor="processor",
            number=dispute.payment.number,
            payment=str(dispute.payment_id),
            reason=dispute.reason if kind == activity.Kind.DISPUTE_OPENED else "",
            inquiry=int(is_inquiry),
            **activity.details_of(dispute.money),
        )


def _turns(change: DisputeChange) -> list[activity.Kind]:
    """Return what has happened, in order: more than one thing if it went on before we heard of it."""
    state, kinds = DisputeState(change.dispute.state), []
    if change.was is None and _KINDS[state] != activity.Kind.DISPUTE_OPENED:
        kinds.append(activity.Kind.DISPUTE_OPENED)
    if state in LOSSES and change.was not in LOSSES:
        kinds.append(activity.Kind.DISPUTE_LOST)
    elif state == DisputeState.LOST:
        kinds.append(activity.Kind.APPEAL_LOST)
    return kinds if state == DisputeState.LOST else [*kinds, _KINDS[state]]


def _name_turn(change: DisputeChange) -> str:
    """Name the change for the company's mail; nothing if only the bank is at work, and all is as it was."""
    state, lost_before = DisputeState(change.dispute.state), change.was in LOSSES
    match state:
        case DisputeState.UNDER_REVIEW:
            return ""
        case DisputeState.APPEALED:
            return "" if lost_before else DisputeState.LOST.value
        case DisputeState.WON if lost_before:
            return "won_after_all"
        case DisputeState.LOST if lost_before:
            return "appeal_lost"
        case _:
            return state.value


def _notify_company(change: DisputeChange, changed: list[Reopened], *, state: str) -> None:
    """Tell the company how a dispute stands, and until when it can answer."""
    dispute = change.dispute
    company = dispute.payment.company
    until = None if dispute.closed_at else dispute.due_by
    answer_by = clock.local(until, company.time_zone) if until else None
    event = replace(_event(dispute, changed, turn=state), path=reverse("office:disputes"))
    email = DisputeNotice(
        about=event.about,
        method=dispute.payment.method_in(company.reads),
        number=dispute.payment.number,
        reference=dispute.reference,
        reason=dispute.reason,
        state=state,
        lines=return_payment.list_affected(changed),
        credited=_credited(change),
        answer_by=answer_by,
    )
    notify.company(event, email)


def _notify_payer(change: DisputeChange, reopened: list[Reopened]) -> None:
    """Tell the payer that the invoices are owed again, because the bank gave the money back to them."""
    payment = change.dispute.payment
    event = replace(_event(change.dispute, reopened), link=return_payment.link_of(payment))
    email = PaymentReturned(
        about=event.about,
        method=payment.method_in(event.payer_reads),
        number=payment.number,
        reference=payment.reference,
        lines=return_payment.list_affected(reopened),
        disputed=True,
    )
    notify.payer(event, email, to=return_payment.payers(payment))


def _notify_payer_it_counts(change: DisputeChange, paid: list[Reopened]) -> None:
    """Tell the payer, who was asked to pay again, that the bank has decided anew and what is owed now."""
    payment = change.dispute.payment
    event = _event(change.dispute, paid)
    email = PaymentRegained(
        about=event.about,
        method=payment.method_in(event.payer_reads),
        number=payment.number,
        reference=payment.reference,
        lines=return_payment.list_affected(paid),
        credited=_credited(change),
    )
    notify.payer(event, email, to=return_payment.payers(payment))


def _event(dispute: Dispute, changed: list[Reopened], *, turn: str = "") -> Event:
    return Event(
        key=_key(dispute, turn or dispute.state),
        company=dispute.payment.company,
        customer=dispute.payment.customer,
        amount=dispute.money,
        subjects=_subjects(dispute, changed),
    )


def _credited(change: DisputeChange) -> int:
    """Return what of the money that came back after all nobody owed any more."""
    if not change.regained:
        return 0
    return returns.credited(change.regained, change.dispute.currency).minor


def _key(dispute: Dispute, turn: str) -> str:
    """Name the turn that a dispute has taken; a bank may decide the same way twice, months apart."""
    return f"dispute:{dispute.pk}:{turn}:{disputes.turns_of(dispute)}"


def _subjects(dispute: Dispute, changed: list[Reopened]) -> list[UUID]:
    documents = [each for one in changed for each in (one.invoice.pk, one.invoice.order_id)]
    return list(dict.fromkeys([*allocating.touched(dispute.payment), *documents]))
