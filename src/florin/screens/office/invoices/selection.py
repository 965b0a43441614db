"""Which invoices are ticked: some by hand, on whatever pages, or all that matched at one moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.http import QueryDict

from florin.domain.companies.models import Company
from florin.domain.invoices import queries
from florin.domain.invoices.queries import OpenInvoiceFilter, OpenRow, Sums
from florin.flows import send_payment_links
from florin.kernel.database import new_key
from florin.screens.office.invoices.filters import OPEN_INVOICES, matching
from florin.screens.office.shared.listing import Filters
from florin.screens.office.shared.parsing import as_key

# One more than may be sent, so that "too many" shows.
_MOST = send_payment_links.MOST_INVOICES + 1
_UPTO = "upto"
# As many keys are shorter than the 8 kB that proxies let an address have.
MOST_IN_ADDRESS = 200


@dataclass(slots=True)
class Choice:
    """The ticks: the keys of invoices, or ``frozen``, the query string that all of them matched.

    Frozen holds the moment too, as a key: what is issued later sorts after it and is not chosen.
    """

    ticked: dict[UUID, None]
    frozen: str = ""

    @classmethod
    def read(cls, sent: QueryDict) -> "Choice":
        """Read the ticks of the page that was sent, and those of other pages that it carried along."""
        carried = sent.get("chosen", "").split(",")
        keys = map(as_key, [*sent.getlist("kept"), *carried, *sent.getlist("tick")])
        some = dict.fromkeys(key for key in keys if key)
        return cls(some, sent.get("all", ""))

    @property
    def address(self) -> str:
        """The query string that brings the ticks back; very many by hand are too long for an address."""
        if self.frozen:
            return urlencode({"all": self.frozen})
        if not 0 < len(self.ticked) <= MOST_IN_ADDRESS:
            return ""
        return urlencode({"chosen": ",".join(key.hex for key in self.ticked)})

    @property
    def is_forgotten(self) -> bool:
        """Whether a browser without script will not bring the ticks back, which is said beside them."""
        return bool(self.ticked) and not self.address

    def act(self, act: str, filters: Filters, rows: Iterable[OpenRow]) -> None:
        """Tick this page, all that match, or nothing."""
        if act == "page":
            self.frozen = ""
            self.ticked |= dict.fromkeys(row.invoice_id for row in rows)
        elif act == "all":
            self.ticked = {}
            self.frozen = urlencode({**filters.values, _UPTO: str(new_key())})
        elif act == "none":
            self.ticked, self.frozen = {}, ""

    def keys(self, company: Company) -> list[UUID]:
        """Return the keys of what is chosen, one more than may be sent at most."""
        if self.frozen:
            return queries.keys(company.pk, self._frozen_filter(company), most=_MOST)
        return list(self.ticked)

    def on_page(self, company: Company, rows: Sequence[OpenRow]) -> set[UUID]:
        """Return which rows of a page are chosen."""
        shown = {row.invoice_id for row in rows}
        if self.frozen:
            return queries.among(company.pk, self._frozen_filter(company), shown)
        return shown & self.ticked.keys()

    def elsewhere(self, rows: Iterable[OpenRow]) -> list[UUID]:
        """Return the ticks that are on other pages."""
        shown = {row.invoice_id for row in rows}
        return [key for key in self.ticked if key not in shown]

    def sums(self, company: Company) -> Sums:
        """Say what is chosen, in one query for ticks and two (four with words) for all that matched."""
        if self.frozen:
            return queries.sums_of(company.pk, self._frozen_filter(company), most=_MOST)
        return queries.sums(company.pk, self.ticked.keys()) if self.ticked else Sums()

    def _frozen_filter(self, company: Company) -> OpenInvoiceFilter:
        query = QueryDict(mutable=True)
        query.update(dict(parse_qsl(self.frozen)))
        return matching(OPEN_INVOICES.read(query), company, upto=as_key(query.get(_UPTO, "")))
