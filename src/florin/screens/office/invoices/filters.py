"""What somebody asks Open Invoices for: words, filters and order as typed, and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from florin.domain.companies.models import Company
from florin.domain.invoices.queries import Order, Wanted
from florin.domain.links import queries as links
from florin.kernel import clock
from florin.screens.office.shared import parsing
from florin.screens.office.shared.parsing import InvalidInput, as_key

_FIELDS = ("q", "customer", "late", "from", "to", "currency", "link")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as typed; ``errors`` holds a sentence for each date that is none."""

    values: Mapping[str, str]
    order: Order
    after: str
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: QueryDict) -> "Asked":
        """Read what a form or an address asks for; nothing of it is believed yet."""
        values = {name: parsing.search(sent.get(name, "")) for name in _FIELDS}
        sort = sent.get("sort", "")
        return cls(values, Order(sort) if sort in set(Order) else Order.DUE, sent.get("after", ""))

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked for at all."""
        return any(self.values.values())

    @property
    def address(self) -> str:
        """The query string of an address that asks for the same."""
        order = {"sort": self.order.value} if self.order != Order.DUE else {}
        after = {"after": self.after} if self.after else {}
        return urlencode({name: value for name, value in self.values.items() if value} | order | after)

    def wanted(self, company: Company, *, upto: UUID | None = None) -> Wanted:
        """Return what it means today; a date that is none narrows nothing and is named in ``errors``."""
        due_from, due_to = self._day("from"), self._day("to")
        if self.values["late"]:
            yesterday = clock.today(company.time_zone) - timedelta(days=1)
            due_to = min(due_to, yesterday) if due_to else yesterday
        sent = {"none": ~links.sent(), "sent": links.sent()}
        return Wanted(
            words=self.values["q"],
            customer=as_key(self.values["customer"]),
            due_from=due_from,
            due_to=due_to,
            currency=self.values["currency"],
            upto=upto,
            only=sent.get(self.values["link"]),
        )

    def _day(self, name: str) -> date | None:
        try:
            return parsing.day(self.values[name])
        except InvalidInput as problem:
            self.errors[name] = str(problem)
            return None
