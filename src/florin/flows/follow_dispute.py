"""A payer contests a payment at the bank: what the processor reports is booked and told.

report -> dispute; its money held, back, or gone -> timeline -> mails -> stale sessions expire
"""

from uuid import UUID

from django.utils.translation import gettext as _

from florin.contracts.processor import DisputeReport, GatewayError, GatewayRefusal
from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.disputes import services as disputes
from florin.domain.disputes.lifecycle import LOSSES, DisputeState
from florin.domain.disputes.models import Dispute
from florin.domain.disputes.services import DisputeChange
from florin.domain.outbox.models import Message
from florin.domain.payments import allocating, returns
from florin.domain.payments.models import Payment
from florin.domain.payments.returns import Reopened
from florin.edges.gateways import registry
from florin.flows import expire_sessions, notify, return_payment
from florin.flows.notify import Happening
from florin.kernel import clock
from florin.kernel.errors import NotFound, ProcessorAway, Refusal
from florin.kernel.money import Money

_PATH = "/office/payments/disputes/"
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
    news = disputes.take_in(payment, report)
    if news is None:
        return False
    changed = returns.reopened(news.taken) if news.taken else []
    if news.taken:
        _tell_payer(news, changed)
        expire_sessions.expire_wanting(returns.items_of(news.taken))
    if news.regained:
        changed = returns.paid_again(news.regained)
        _tell_payer_it_counts(news, changed)
        expire_sessions.expire_wanting(returns.items_of(news.regained))
    if news.moved_on:
        _note(news, changed)
        if state := _news_of(news):
            _tell_company(news, changed, state=state)
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


def _note(news: DisputeChange, changed: list[Reopened]) -> None:
    """Write on the timeline what has happened: two lines if it was decided before we heard of it."""
    dispute = news.dispute
    is_inquiry = dispute.state in {DisputeState.INQUIRY, DisputeState.CLOSED}  # only an inquiry is closed
    for kind in _turns(news):
        activity.note(
            dispute.company_id,
            kind,
            subjects=_subjects(dispute, changed),
            actor="processor",
            number=dispute.payment.number,
            payment=str(dispute.payment_id),
            amount=dispute.amount,
            currency=dispute.currency,
            reason=dispute.reason if kind == activity.Kind.DISPUTE_OPENED else "",
            inquiry=int(is_inquiry),
        )


def _turns(news: DisputeChange) -> list[activity.Kind]:
    """Return what has happened, in order: more than one thing if it went on before we heard of it."""
    state, kinds = DisputeState(news.dispute.state), []
    if news.was is None and _KINDS[state] != activity.Kind.DISPUTE_OPENED:
        kinds.append(activity.Kind.DISPUTE_OPENED)
    if state in LOSSES and news.was not in LOSSES:
        kinds.append(activity.Kind.DISPUTE_LOST)
    elif state == DisputeState.LOST:
        kinds.append(activity.Kind.APPEAL_LOST)
    return kinds if state == DisputeState.LOST else [*kinds, _KINDS[state]]


def _news_of(news: DisputeChange) -> str:
    """Name the news for the company's mail; nothing if only the bank is at work, and all is as it was."""
    state, lost_before = DisputeState(news.dispute.state), news.was in LOSSES
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


def _tell_company(news: DisputeChange, changed: list[Reopened], *, state: str) -> None:
    """Tell the company how a dispute stands, and until when it can answer."""
    dispute = news.dispute
    company = dispute.payment.company
    until = None if dispute.closed_at else dispute.due_by
    answer_by = clock.local(until, company.time_zone) if until else None
    notify.company(
        Happening(
            event=_event(dispute, state),
            company=company,
            customer=dispute.payment.customer,
            amount=dispute.money,
            method=dispute.payment.method_text,
            subjects=_subjects(dispute, changed),
            number=dispute.payment.number,
            reason=dispute.reason,
            reference=dispute.reference,
            state=state,
            lines=return_payment.news_lines(changed),
            credited=_credited(news),
            answer_by=answer_by,
            path=_PATH,
        ),
        Message.Kind.DISPUTE_NOTICE,
    )


def _tell_payer(news: DisputeChange, reopened: list[Reopened]) -> None:
    """Tell the payer that the invoices are owed again, because the bank gave the money back to them."""
    dispute, payment = news.dispute, news.dispute.payment
    notify.payer(
        Happening(
            event=_event(dispute, dispute.state),
            company=payment.company,
            customer=payment.customer,
            amount=dispute.money,
            method=payment.method_text,
            subjects=_subjects(dispute, reopened),
            number=payment.number,
            reference=payment.reference,
            state=dispute.state,
            lines=return_payment.news_lines(reopened),
            link=return_payment.link_of(payment),
        ),
        Message.Kind.PAYMENT_RETURNED,
        to=return_payment.payers(payment),
    )


def _tell_payer_it_counts(news: DisputeChange, paid: list[Reopened]) -> None:
    """Tell the payer, who was asked to pay again, that the bank has decided anew and what is owed now."""
    dispute, payment = news.dispute, news.dispute.payment
    notify.payer(
        Happening(
            event=_event(dispute, dispute.state),
            company=payment.company,
            customer=payment.customer,
            amount=dispute.money,
            method=payment.method_text,
            subjects=_subjects(dispute, paid),
            number=payment.number,
            reference=payment.reference,
            lines=return_payment.news_lines(paid),
            credited=_credited(news),
        ),
        Message.Kind.PAYMENT_REGAINED,
        to=return_payment.payers(payment),
    )


def _credited(news: DisputeChange) -> Money | None:
    """Return what of the money that came back after all nobody owed any more."""
    return returns.credited(news.regained, news.dispute.currency) if news.regained else None


def _event(dispute: Dispute, news: str) -> str:
    """Name the turn that a dispute has taken; a bank may decide the same way twice, months apart."""
    turn = disputes.turns_of(dispute)
    return f"dispute:{dispute.pk}:{news}:{turn}"


def _subjects(dispute: Dispute, changed: list[Reopened]) -> list[UUID]:
    papers = [each for one in changed for each in (one.invoice.pk, one.invoice.order_id)]
    return list(dict.fromkeys([*allocating.touched(dispute.payment), *papers]))
