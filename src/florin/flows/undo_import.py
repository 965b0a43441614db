"""Taking back a whole run of an import or an upload, while nothing of it was paid or used.

run -> its orders, invoices and credits, locked -> nothing paid, nothing under way -> void, reversed, told
    -> customers and products that it made and nobody used since: deleted

All or nothing, in one transaction. The books keep both sides; the numbers may come again. A customer or a
product that a document names, or that somebody changed, stays: the books and the timeline speak of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.attempts import bill
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.domain.credits import importing as credits_
from florin.domain.credits.lifecycle import CreditState
from florin.domain.customers.models import Customer
from florin.domain.import_runs import services as import_runs
from florin.domain.import_runs.models import ImportRun, MadeRecord
from florin.domain.invoices import importing as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.orders import importing as orders
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.flows import expire_sessions, give_credit
from florin.kernel.database import chunks, locked, referenced
from florin.kernel.errors import Conflict, Forbidden, NotFound, Refusal

IMPORT = "Import"


@dataclass(frozen=True, slots=True)
class Undone:
    """How many documents are void, and customers and products deleted; ``stayed`` is how many are not."""

    invoices: int
    credits: int
    customers: int = 0
    products: int = 0
    stayed: int = 0


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
    imported = _lock_run(company, run)
    made = import_runs.made_by(imported) if imported else {}
    if not bought and not given and not any(made.values()):
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
    deleted = {
        MadeRecord.Kind.CUSTOMER: _delete_unused(company, Customer, made.get(MadeRecord.Kind.CUSTOMER, [])),
        MadeRecord.Kind.PRODUCT: _delete_unused(company, Product, made.get(MadeRecord.Kind.PRODUCT, [])),
    }
    if imported:
        import_runs.move(imported, ImportRun.State.UNDONE)
    return Undone(
        len(billed),
        len(given),
        customers=deleted[MadeRecord.Kind.CUSTOMER],
        products=deleted[MadeRecord.Kind.PRODUCT],
        stayed=sum(map(len, made.values())) - sum(deleted.values()),
    )


def _lock_run(company: Company, key: str) -> ImportRun | None:
    """Return the run with this key, locked; an upload of credits is none.

    Raises:
        Conflict: if it is still at work, or undone already.
    """
    run = import_runs.find_by_key(company, key)
    if run is not None and run.state in {ImportRun.State.IMPORTING, ImportRun.State.UNDONE}:
        raise Conflict(_("This import is under way, or undone already."))
    return run


def _delete_unused(company: Company, model: type[Customer] | type[Product], keys: Sequence[UUID]) -> int:
    """Delete what nothing names and nobody changed since it was made, and return how many."""
    deleted = 0
    for some in chunks(keys):
        rows = locked(model.objects.filter(company=company), some)
        used = referenced(model, rows.keys()) | activity.touched_since_made(company.pk, rows.keys())
        deleted += model.objects.filter(pk__in=rows.keys() - used).delete()[0]
    return deleted


def _describe_invoice(
    invoice: Invoice, numbers: Mapping[UUID, str]
) -> tuple[list[UUID], dict[str, str | int]]:
    subjects = [invoice.order_id, invoice.customer_id, invoice.pk]
    return subjects, {"number": numbers[invoice.order_id]}
