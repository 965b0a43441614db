"""Open credits against invoices: applied by hand or because they cover a bill, and taken back again (R12).

lock credit and invoices -> leave what payments hold -> one entry -> stale sessions end -> timeline
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from florin.contracts.demands import Demand
from florin.domain.activity import services as activity
from florin.domain.attempts import asking, bill, deducting
from florin.domain.companies.models import Company
from florin.domain.credits import queries, services
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger import applying
from florin.domain.ledger.applying import AppliedAmount
from florin.domain.ledger.models import Entry, Item
from florin.domain.links import services as links
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import expire_sessions
from florin.kernel.database import find, new_key
from florin.kernel.errors import Conflict
from florin.kernel.money import Money

_SUBMISSIONS = UUID("6f1c6f1e-7f0a-5f0e-9a53-2f1f6d1b0c11")


@transaction.atomic(durable=True)
def apply(
    company: Company, credit_id: UUID, amounts: Mapping[UUID, int], *, submission: str, by: User
) -> list[AppliedAmount]:
    """Use an open credit, pre-payment or overpayment to pay invoices, and return what was applied.

    ``credit_id`` and the keys of ``amounts`` (minor units) are ledger items. ``submission`` names
    the form: sent twice, it is applied once and the second time nothing is returned.

    Raises:
        NotFound: if the company has no such credit.
        Refusal: if they do not belong together.
        Exceeded: if somebody else was quicker, or a payment under way counts on the credit.
    """
    items = services.lock_items(company, [credit_id, *amounts])
    find(queries.givers(company), pk=credit_id)
    key = f"apply:{credit_id}:{_request_key(submission, sorted(amounts.items()))}"
    if Entry.objects.filter(key=key).exists():
        return []
    held = bill.reserved_credits([credit_id]).get(credit_id, 0)
    parts = services.apply(company, credit=credit_id, amounts=amounts, held=held, key=key, by=by.name)
    for part in parts:
        _note(activity.Kind.CREDIT_APPLIED, part, by.name)
    expire_sessions.expire_wanting(items)
    return parts


@transaction.atomic(durable=True)
def unapply(
    company: Company, credit_id: UUID, invoice_item: UUID, *, reason: str, submission: str, by: User
) -> AppliedAmount | None:
    """Take back all that a credit gives to an invoice, so that both are open again.

    The first press returns what was taken back, a second one nothing.

    Raises:
        NotFound: if the company has no such credit.
        Conflict: if nothing of it is applied there any more.
    """
    items = services.lock_items(company, [credit_id, invoice_item])
    credit = find(queries.givers(company), pk=credit_id)
    key = f"unapply:{credit_id}:{_request_key(submission, invoice_item)}"
    if Entry.objects.filter(key=key).exists():
        return None
    standing = applying.current_applications(credit=credit_id, debt=invoice_item)
    if not standing:
        raise Conflict(_("Nothing of %(number)s is applied there any more.") % {"number": credit.number})
    applying.take_back(company, standing, key=key, by=by.name, source=f"item:{credit_id}")
    part = AppliedAmount(credit, items[invoice_item], sum(one.amount for one in standing))
    _note(activity.Kind.CREDIT_UNAPPLIED, part, by.name, reason=reason)
    expire_sessions.expire_wanting(items)
    return part


@transaction.atomic(durable=True)
def settle_covered(token: str) -> bool:
    """Apply the customer's open credits to the bill of a link, if they cover it; the payer pressed for it.

    Returns whether they were applied now; a second press, or one that comes too late, does nothing.

    Raises:
        NotFound: if no link has this token.
    """
    link = links.find(token)
    items = list(link.debts.values_list("invoice__item", flat=True))
    asked = cover(link.company, link.customer, link.currency, items, by=link.customer.name)
    return asked.covered


def cover(company: Company, customer: Customer, currency: str, debts: Sequence[UUID], *, by: str) -> Demand:
    """Apply the open credits that are meant for these debts if they cover them, in the caller's transaction.

    Returns what was asked for until then, read under the locks of all that the customer owes or has open: if
    it is ``covered``, it is paid by now. Otherwise nothing has changed.
    """
    open_ = Item.objects.filter(customer=customer, currency=currency).exclude(balance=0)
    items = services.lock_items(company, [*open_.values_list("pk", flat=True)])
    asked = asking.demand(company, customer.pk, currency, debts)
    if not asked.covered:
        return asked
    parts = deducting.parts_for(company, (customer.pk, currency), debts)
    applying.apply(company, parts, key=f"cover:{new_key().hex}", by=by, source=f"customer:{customer.pk}")
    for part in parts:
        _note(activity.Kind.CREDIT_APPLIED, part, by)
    expire_sessions.expire_wanting(items)
    return asked


def _request_key(submission: str, what: object) -> str:
    """Name what a press asks for: the same press with something else on the form is another wish."""
    return uuid5(_SUBMISSIONS, f"{submission} {what}").hex


def _note(kind: activity.Kind, part: AppliedAmount, by: str, **about: str) -> None:
    invoice = Invoice.objects.filter(item=part.debt).values_list("pk", "order_id")
    activity.note(
        part.credit.company_id,
        kind,
        subjects=[
            *_subjects(part.credit),
            part.credit.customer_id,
            *(key for keys in invoice for key in keys),
        ],
        actor=by,
        number=part.credit.number,
        invoice=part.debt.number,
        **about,
        **activity.details_of(Money(part.amount, part.credit.currency)),
    )


def _subjects(credit: Item) -> Iterable[UUID]:
    """Return whose timeline tells of an open credit: the credit's, or the payment's and the open item's."""
    if credit.kind == Item.Kind.CREDIT:
        return queries.of_item(credit).values_list("pk", flat=True)
    payments = Payment.objects.filter(company=credit.company_id, number=credit.number)
    return [credit.pk, *payments.values_list("pk", flat=True)]
