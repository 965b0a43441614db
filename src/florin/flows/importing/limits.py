"""Credit limits hold for documents of another system too, unless whoever imports them says why not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.orders import credit_limit
from florin.domain.orders.credit_limit import Room
from florin.domain.orders.importing import Written
from florin.flows.importing.invoices import ImportedDocument
from florin.flows.importing.refusals import Reason, Refused
from florin.kernel.folding import fold
from florin.kernel.money import Money


@dataclass(slots=True)
class Sorted:
    """Documents within the limits, rows of others, and by how much some were let pass, by number."""

    documents: list[ImportedDocument] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    over: dict[str, Money] = field(default_factory=dict)


@dataclass(slots=True)
class Limits:
    """What is left of customers' credit limits while rows are gone through, booked or not yet."""

    _rooms: dict[UUID, Room] = field(default_factory=dict)

    def load(self, people: Iterable[Customer]) -> None:
        """Lock those with a limit, in the caller's transaction, and learn how much of it is used."""
        limited = {one.pk for one in people if one.credit_limit is not None} - self._rooms.keys()
        if limited:
            self._rooms.update(credit_limit.rooms(credit_limit.lock_many(limited)))

    def over(self, customer: Customer, adds: Money) -> Money | None:
        """Return by how much owing more would pass the customer's limit, or None if it would not."""
        room = self._rooms.get(customer.pk)
        return room.over(adds) if room else None

    def add(self, customer: Customer, adds: Money) -> None:
        """Count something as owed; less than nothing is a credit."""
        if room := self._rooms.get(customer.pk):
            self._rooms[customer.pk] = replace(room, used=room.used + adds)


def sort(
    documents: Sequence[ImportedDocument], people: Mapping[str, Customer], *, currency: str, reason: str
) -> Sorted:
    """Part the documents that pass a customer's credit limit from the others, in the order of the file.

    In the caller's transaction, which books them: customers with a limit are locked. With a ``reason`` every
    document passes.
    """
    rooms = _rooms(people)
    found = Sorted()
    for document in documents:
        customer = fold(document.customer)
        room = rooms.get(customer)
        adds = Money(-document.total if document.credit else document.total, currency)
        over = room.over(adds) if room else None
        if over and not reason:
            found.refused += document.refused(Reason.OVER_LIMIT, str(over.decimal))
            continue
        if over:
            found.over[document.number] = over
        if room:
            rooms[customer] = replace(room, used=room.used + adds)
        found.documents.append(document)
    return found


def note(company: Company, written: Sequence[Written], found: Sorted, *, reason: str, actor: str) -> None:
    """Keep on the timelines of orders, whose documents passed a limit, by how much and why."""
    numbers = {f"W-{number}": over for number, over in found.over.items()}
    passing = [one.order for one in written if one.order.number in numbers]
    happened = [
        ([order.pk, order.customer_id], _details(order.number, numbers[order.number], reason))
        for order in passing
    ]
    activity.note_many(company.pk, activity.Kind.LIMIT_OVERRIDDEN, happened, actor=actor)


def _details(number: str, over: Money, reason: str) -> dict[str, str | int]:
    return {"number": number, "amount": over.minor, "currency": over.currency, "reason": reason}


def _rooms(people: Mapping[str, Customer]) -> dict[str, Room]:
    limited = {folded: customer for folded, customer in people.items() if customer.credit_limit is not None}
    keys = [customer.pk for customer in limited.values()]
    rooms = credit_limit.rooms(credit_limit.lock_many(keys)) if keys else {}
    return {folded: rooms[customer.pk] for folded, customer in limited.items()}
