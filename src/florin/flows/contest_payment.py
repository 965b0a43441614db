"""A payer contests a payment at the bank: what the processor reports is booked and told.

report -> dispute; its money held, back, or gone -> timeline -> mails -> stale sessions expire
"""

from uuid import UUID

from florin.contracts.processor import DisputeReport
from florin.domain.activity import services as activity
from florin.domain.disputes import services as disputes
from florin.domain.disputes.lifecycle import DisputeState
from florin.domain.disputes.models import Dispute
from florin.domain.disputes.services import News
from florin.domain.outbox.models import Message
from florin.domain.payments import allocating, returns
from florin.domain.payments.models import Payment
from florin.domain.payments.returns import Reopened
from florin.edges.gateways import registry
from florin.flows import return_payment, stale_sessions, tell
from florin.flows.tell import Happening
from florin.kernel import clock
from florin.kernel.money import Money

_PATH = "/office/payments/disputes/"
_KINDS = {
    DisputeState.INQUIRY: activity.Kind.DISPUTE_OPENED,
    DisputeState.NEEDS_RESPONSE: activity.Kind.DISPUTE_OPENED,
    DisputeState.UNDER_REVIEW: activity.Kind.DISPUTE_REVIEWED,
    DisputeState.WON: activity.Kind.DISPUTE_WON,
    DisputeState.LOST: activity.Kind.DISPUTE_LOST,
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
        stale_sessions.expire_wanting(returns.items_of(news.taken))
    if news.regained:
        changed = returns.paid_again(news.regained)
        _tell_payer_it_counts(news, changed)
        stale_sessions.expire_wanting(returns.items_of(news.regained))
    if news.moved_on:
        _note(news, changed)
        if news.dispute.state != DisputeState.UNDER_REVIEW:
            _tell_company(news, changed)
    return True


def page_of(dispute: Dispute) -> str:
    """Return the address of the processor's page on which evidence is given."""
    payment = dispute.payment
    return registry.get(payment.gateway, payment.account).dispute_page(dispute.reference)


def _note(news: News, changed: list[Reopened]) -> None:
    """Write on the timeline what has happened: two lines if it was decided before we heard of it."""
    dispute = news.dispute
    is_inquiry = dispute.state in {DisputeState.INQUIRY, DisputeState.CLOSED}  # only an inquiry is closed
    kinds = [_KINDS[DisputeState(dispute.state)]]
    if news.was is None and kinds != [activity.Kind.DISPUTE_OPENED]:
        kinds.insert(0, activity.Kind.DISPUTE_OPENED)
    for kind in kinds:
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


def _tell_company(news: News, changed: list[Reopened]) -> None:
    """Tell the company how a dispute stands, and until when and where it can answer."""
    dispute = news.dispute
    after_all = dispute.state == DisputeState.WON and news.was == DisputeState.LOST
    company = dispute.payment.company
    until = None if dispute.closed_at else dispute.due_by
    answer_by = clock.local(until, company.time_zone) if until else None
    tell.company(
        Happening(
            event=_event(dispute),
            company=company,
            customer=dispute.payment.customer,
            amount=dispute.money,
            method=dispute.payment.method_text,
            subjects=_subjects(dispute, changed),
            number=dispute.payment.number,
            reason=dispute.reason,
            reference=dispute.reference,
            state="won_after_all" if after_all else dispute.state,
            lines=return_payment.news_lines(changed),
            credited=_credited(news),
            answer_by=answer_by,
            answer_at=page_of(dispute) if answer_by else "",
            path=_PATH,
        ),
        Message.Kind.DISPUTE_NOTICE,
    )


def _tell_payer(news: News, reopened: list[Reopened]) -> None:
    """Tell the payer that the invoices are owed again, because the bank gave the money back to them."""
    dispute, payment = news.dispute, news.dispute.payment
    tell.payer(
        Happening(
            event=_event(dispute),
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


def _tell_payer_it_counts(news: News, paid: list[Reopened]) -> None:
    """Tell the payer, who was asked to pay again, that the bank has decided anew and what is owed now."""
    dispute, payment = news.dispute, news.dispute.payment
    tell.payer(
        Happening(
            event=_event(dispute),
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


def _credited(news: News) -> Money | None:
    """Return what of the money that came back after all nobody owed any more."""
    return returns.credited(news.regained, news.dispute.currency) if news.regained else None


def _event(dispute: Dispute) -> str:
    """Name the turn that a dispute has taken; a bank may decide the same way twice, months apart."""
    turn = disputes.turns_of(dispute)
    return f"dispute:{dispute.pk}:{dispute.state}:{turn}"


def _subjects(dispute: Dispute, changed: list[Reopened]) -> list[UUID]:
    papers = [each for one in changed for each in (one.invoice.pk, one.invoice.order_id)]
    return list(dict.fromkeys([*allocating.touched(dispute.payment), *papers]))
