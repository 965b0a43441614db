"""Writing credits, deciding about them, and applying what is open to invoices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.domain.companies import numbers
from florin.domain.companies.models import Company
from florin.domain.companies.numbers import Series
from florin.domain.credits.lifecycle import CREDIT, CreditState
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.ledger import applying, posting
from florin.domain.ledger.applying import AppliedAmount
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, Posting
from florin.kernel import changes, clock, formats
from florin.kernel.database import AT_ONCE, find, locked
from florin.kernel.errors import Conflict, NotFound, Refusal
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditDraft:
    """A credit as typed; ``amount`` is positive, in the customer's currency; no number means the next one."""

    customer_id: UUID
    amount: Money
    given_on: date
    reason: str
    number: str = ""


class Exceeded(Conflict):
    """An invoice, or the credit itself, has less open than was to be applied; ``item`` says which."""

    def __init__(self, item: Item, open_now: Money) -> None:
        shown = formats.money(open_now, get_language() or "en")
        super().__init__(_("%(number)s has only %(open)s open now.") % {"number": item.number, "open": shown})
        self.item = item.pk


def create(company: Company, draft: CreditDraft, *, by: str, submission: str = "") -> Credit:
    """Write a draft in the caller's transaction; nothing is in the books before its approval.

    ``submission`` names the press of Save; the database refuses a second credit of the same one.

    Raises:
        Conflict: if the customer is kept in another currency by now, or the number is taken.
    """
    return create_many(company, [draft], by=by, submissions=[submission])[0]


def create_many(
    company: Company,
    drafts: Sequence[CreditDraft],
    *,
    by: str,
    submissions: Sequence[str],
    state: CreditState = CreditState.DRAFT,
) -> list[Credit]:
    """Write credits as ``create`` does, as drafts or submitted, in few statements however many there are."""
    customers = Customer.objects.filter(company=company).in_bulk({draft.customer_id for draft in drafts})
    given = [draft.number for draft in drafts if draft.number]
    for number in sorted(taken(company, given)) if given else ():
        raise Conflict(_("There is a credit %(number)s already.") % {"number": number})
    credits_ = [
        Credit(company=company, state=state, created_by=by, submission=submission)
        for submission in submissions
    ]
    for credit, draft in zip(credits_, drafts, strict=True):
        _apply_draft(credit, draft, customers.get(draft.customer_id))
    fresh = iter(_next_numbers(company, len(drafts) - len(given)))
    for credit, draft in zip(credits_, drafts, strict=True):
        credit.number = draft.number or next(fresh)
    return Credit.objects.bulk_create(credits_, batch_size=AT_ONCE)


def change(credit: Credit, draft: CreditDraft, *, seen: str) -> bool:
    """Replace what a locked draft says, and return whether anything is different.

    Raises:
        Conflict: if it is no draft any more, or was changed after ``seen`` was shown.
    """
    if credit.state != CreditState.DRAFT:
        raise _decided(credit)
    if mark(credit) != seen:
        raise Conflict(_("Somebody else has changed this credit meanwhile. Look at it again, then save."))
    _apply_draft(credit, draft, Customer.objects.filter(company=credit.company, pk=draft.customer_id).first())
    credit.save()
    return mark(credit) != seen


def matches(credit: Credit, draft: CreditDraft) -> bool:
    """Whether a credit says the same as a draft."""
    said = (credit.customer_id, Money(credit.amount, credit.currency), credit.given_on, credit.reason)
    return said == (draft.customer_id, draft.amount, draft.given_on, draft.reason)


def mark(credit: Credit) -> str:
    """Return a short text that changes whenever what the credit says does."""
    return changes.mark(
        {
            "customer": str(credit.customer_id),
            "amount": f"{credit.amount} {credit.currency}",
            "given_on": credit.given_on.isoformat(),
            "reason": credit.reason,
        }
    )


def lock(company: Company, credit_id: UUID) -> Credit:
    """Return a credit, it and its item locked until the transaction ends.

    Raises:
        NotFound: if the company has none with this key.
    """
    credits_ = Credit.objects.select_for_update(of=("self",)).select_related("customer")
    credit = find(credits_.filter(company=company), pk=credit_id)
    credit.company = company
    if credit.item_id:
        credit.item = locked(Item.objects.all(), [credit.item_id])[credit.item_id]
    return credit


def move(credit: Credit, state: CreditState) -> None:
    """Submit a locked credit, or take it back to be a draft again.

    Raises:
        Conflict: if it cannot go there from where it is by now.
    """
    if state not in CREDIT.moves[CreditState(credit.state)]:
        raise _decided(credit)
    credit.state, credit.decided_by, credit.decided_at, credit.refusal = state, "", None, ""
    credit.save()


def approve(credit: Credit, *, by: str) -> None:
    """Open a locked credit's item and book it on this day, in the caller's transaction.

    Raises:
        Conflict: if it is not submitted any more.
    """
    _decide(credit, CreditState.APPROVED, by=by)
    credit.item = posting.open_item(
        credit.customer,
        Item.Kind.CREDIT,
        number=credit.number,
        currency=credit.currency,
        opened_on=credit.given_on,
        due_on=credit.given_on,
    )
    _book(credit, credit.item, Entry.Kind.CREDIT, amount_of(credit), by=by)
    credit.save()


def reject(credit: Credit, *, reason: str, by: str) -> None:
    """Send a locked credit back to whoever wrote it; it may become a draft again.

    Raises:
        Conflict: if it is not submitted any more.
    """
    _decide(credit, CreditState.REJECTED, by=by, refusal=reason)
    credit.save()


def void(credit: Credit, *, reason: str, by: str, held: int = 0) -> None:
    """Take back a locked credit of which nothing was used; ``held`` is what payments under way count on.

    Raises:
        Conflict: if it is neither a draft nor approved by now.
        Refusal: if some of it is applied or held.
    """
    _decide(credit, CreditState.VOID, by=by, refusal=reason)
    if credit.item:
        if held:
            raise Refusal(
                _("A payment that is under way counts on %(number)s. Wait until it is done.")
                % {"number": credit.number}
            )
        if -credit.item.balance != credit.amount:
            raise Refusal(
                _("Some of %(number)s is applied to invoices. Take that back first, then void it.")
                % {"number": credit.number}
            )
        _book(credit, credit.item, Entry.Kind.VOID, -amount_of(credit), by=by)
    credit.save()


def find_by_submission(company: Company, submission: str) -> Credit | None:
    """Return the credit that was written by this press of Save, if it was."""
    return Credit.objects.filter(company=company, submission=submission).first()


def taken(company: Company, numbers_: Sequence[str]) -> set[str]:
    """Return which of these numbers are given to credits already."""
    credits_ = Credit.objects.filter(company=company, number__in=numbers_).exclude(state=CreditState.VOID)
    return set(credits_.values_list("number", flat=True))


def likeness(draft: CreditDraft) -> tuple[UUID, int, date, str]:
    """Return by what two credits are taken for the same one: whose, how much, of which day, and why."""
    return draft.customer_id, draft.amount.minor, draft.given_on, draft.reason


def amount_of(credit: Credit) -> Money:
    """Return what a credit was given over."""
    return Money(credit.amount, credit.currency)


def lock_items(company: Company, keys: Iterable[UUID]) -> dict[UUID, Item]:
    """Return ledger items of a company, locked in the one order that all use."""
    return locked(Item.objects.filter(company=company), keys)


def apply(
    company: Company, *, credit: UUID, amounts: Mapping[UUID, int], key: str, by: str, held: int = 0
) -> list[AppliedAmount]:
    """Use an open credit, pre-payment or overpayment to pay open invoices of the same customer and currency.

    ``credit`` is the key of its item, ``amounts`` are minor units for the keys of invoices' items;
    ``held`` is what payments under way count on of it, read under its lock. Once for each ``key``.

    Raises:
        Refusal: if they do not belong together, or an amount is not above zero.
        Exceeded: if the credit or an invoice has less open.
    """
    items = lock_items(company, [credit, *amounts])
    giver = items.get(credit)
    if giver is None or giver.kind == Item.Kind.INVOICE:
        raise Refusal(_("A credit can only be applied to an invoice of the same customer and currency."))
    parts = []
    for item_id, amount in amounts.items():
        taker = items.get(item_id)
        if taker is None or not _belong_together(giver, taker):
            raise Refusal(_("A credit can only be applied to an invoice of the same customer and currency."))
        parts.append(AppliedAmount(giver, taker, amount))
    _check_amounts(giver, parts, held)
    applying.apply(company, parts, key=key, by=by, source=f"item:{giver.pk}")
    return parts


def _belong_together(giver: Item, taker: Item) -> bool:
    same = (giver.customer_id, giver.currency) == (taker.customer_id, taker.currency)
    return same and taker.kind == Item.Kind.INVOICE


def _check_amounts(giver: Item, parts: Sequence[AppliedAmount], held: int) -> None:
    if not parts or min(part.amount for part in parts) <= 0:
        raise Refusal(_("Give an amount above zero for at least one invoice."))
    for part in parts:
        if part.amount > part.debt.balance:
            raise Exceeded(part.debt, part.debt.money)
    free = -giver.balance - held
    if sum(part.amount for part in parts) > free:
        raise Exceeded(giver, Money(max(free, 0), giver.currency))


def _apply_draft(credit: Credit, draft: CreditDraft, customer: Customer | None) -> None:
    if customer is None:
        raise NotFound(_("There is no such customer."))
    if customer.currency != draft.amount.currency:
        raise Conflict(
            _("%(customer)s is kept in %(currency)s by now. Look at the amount again, then save.")
            % {"customer": customer.name, "currency": customer.currency}
        )
    credit.customer = customer
    credit.currency, credit.amount = draft.amount.currency, draft.amount.minor
    credit.given_on, credit.reason = draft.given_on, draft.reason


def _decide(credit: Credit, state: CreditState, *, by: str, refusal: str = "") -> None:
    if state not in CREDIT.moves[CreditState(credit.state)]:
        raise _decided(credit)
    credit.state, credit.decided_by, credit.decided_at, credit.refusal = state, by, clock.now(), refusal


def _book(credit: Credit, item: Item, kind: Entry.Kind, amount: Money, *, by: str) -> None:
    posting.post(
        NewEntry(
            company=credit.company,
            kind=kind,
            source=f"credit:{credit.pk}",
            key=f"credit:{credit.pk}:{kind}",
            date=clock.today(credit.company.time_zone),
            by=by,
            postings=[
                Posting(Account.ADJUSTMENTS, amount),
                Posting(Account.CUSTOMER_CREDIT, -amount, item),
            ],
        )
    )


def _decided(credit: Credit) -> Conflict:
    """Say what became of a credit before whoever asks had decided."""
    details = {"number": credit.number, "who": credit.decided_by or _("somebody else")}
    match CreditState(credit.state):
        case CreditState.DRAFT:
            return Conflict(_("%(number)s is a draft; submit it first, then it can be decided.") % details)
        case CreditState.SUBMITTED:
            return Conflict(_("%(number)s has been submitted. Take it back first to change it.") % details)
        case CreditState.APPROVED:
            return Conflict(_("%(number)s was approved by %(who)s meanwhile.") % details)
        case CreditState.REJECTED:
            return Conflict(_("%(number)s was rejected by %(who)s meanwhile.") % details)
        case CreditState.VOID:
            return Conflict(_("%(number)s was voided by %(who)s meanwhile.") % details)


def _next_numbers(company: Company, count: int) -> list[str]:
    """Return the next numbers, but none that somebody gave by hand or an import brought."""
    found: list[str] = []
    while len(found) < count:
        fresh = numbers.following_many(company.pk, Series.CREDIT, count - len(found))
        known = taken(company, fresh)
        if known:
            numbers.pass_over(company.pk, Series.CREDIT, fresh[0].rstrip("0123456789"))
        found += [number for number in fresh if number not in known]
    return found
