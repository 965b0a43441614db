"""Taking back a whole run of an import or an upload, while nothing of it was paid or used.

run -> its orders, invoices and credits, locked -> nothing paid, nothing under way -> void, reversed, told

All or nothing, in one transaction. The books keep both sides; the numbers may come again. Customers and
products that the run made stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.attempts import bill
from florin.domain.companies.models import Company
from florin.domain.credits import importing as credits_
from florin.domain.credits.lifecycle import CreditState
from florin.domain.invoices import importing as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.orders import importing as orders
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.flows import expire_sessions, give_credit
from florin.kernel.database import chunks
from florin.kernel.errors import Forbidden, NotFound, Refusal

IMPORT = "Import"


@dataclass(frozen=True, slots=True)
class Undone:
    """How many invoices and credits were taken back."""

    invoices: int
    credits: int


@transaction.atomic(durable=True)
def undo(company: Company, run: str, *, by: User | None = None) -> Undone:
    """Void all that a run brought; what somebody voided before stays as it is.

    Raises:
        NotFound: if nothing of such a run is left.
        Forbidden: if credits of it are approved, and the person (``by``) may not approve credits.
        Refusal: if something of it was paid or applied, or a payment under way counts on it.
    """
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)  # no import is in a batch meanwhile
    bought = orders.of_run(company, run) if run else []
    given = credits_.of_run(company, run) if run else []
    if not bought and not given:
        raise NotFound(_("There is no such run, or nothing of it is left."))
    approved = any(credit.state == CreditState.APPROVED for credit in given)
    if approved and by is not None and not by.may(Right.APPROVE_CREDIT):
        raise Forbidden(_("Only who may approve credits can void an approved one."))
    actor = by.name if by is not None else IMPORT
    billed = invoices.void_many(company, bought, by=actor)
    credits_.void_many(company, given, by=actor, reason=_("The upload was undone."))
    items = [invoice.item_id for invoice in billed] + [one.item_id for one in given if one.item_id]
    if any(bill.reserved(some) or bill.reserved_credits(some) for some in chunks(items)):
        raise Refusal(_("A payment that is under way counts on this run. Wait until it is done."))
    orders.void_many(bought)
    numbers = {order.pk: order.number for order in bought}
    activity.note_many(
        company.pk,
        activity.Kind.ORDER_VOIDED,
        [_describe_invoice(invoice, numbers) for invoice in billed],
        actor=actor,
    )
    activity.note_many(
        company.pk,
        activity.Kind.CREDIT_VOIDED,
        [give_credit.describe_credit(credit, reason=_("The upload was undone.")) for credit in given],
        actor=actor,
    )
    for some in chunks(items):
        expire_sessions.expire_wanting(some)
    return Undone(len(billed), len(given))


def _describe_invoice(
    invoice: Invoice, numbers: Mapping[UUID, str]
) -> tuple[list[UUID], dict[str, str | int]]:
    subjects = [invoice.order_id, invoice.customer_id, invoice.pk]
    return subjects, {"number": numbers[invoice.order_id]}
