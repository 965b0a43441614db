"""A made-up invoice in a company's own name: how its papers look before it has written one."""

from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from florin.contracts.documents import DocumentLine, InvoiceDocument
from florin.domain.companies.models import Company
from florin.kernel import clock
from florin.kernel.money import exponent

NUMBER = "TEST"
# Quantity, unit price.
_LINES = (("100", "0.4500"), ("12", "3.25"), ("1", "14.00"))


def draw_up(company: Company) -> InvoiceDocument:
    """Return it, of today, on the company's terms, in its language and currency; it is stored nowhere."""
    today = clock.today(company.time_zone)
    with override(company.reads):
        lines = tuple(_line(place, *numbers, company.currency) for place, numbers in enumerate(_LINES, 1))
        days = company.terms_days
        return InvoiceDocument(
            letterhead=company.letterhead,
            number=NUMBER,
            revision=1,
            order_number=NUMBER,
            customer_number="",
            po_number="",
            issued_on=today,
            due_on=today + timedelta(days=days),
            terms=ngettext("Net %(days)s day", "Net %(days)s days", days) % {"days": days},
            bill_to=(_("A customer of yours"),),
            ship_to=(),
            currency=company.currency,
            lines=lines,
            total=sum(line.total for line in lines),
            note=_("This is a test. Nobody owes this, and nothing was booked."),
            language=company.reads,
        )


def _line(place: int, quantity: str, unit_price: str, currency: str) -> DocumentLine:
    total = (Decimal(quantity) * Decimal(unit_price)).scaleb(exponent(currency))
    return DocumentLine(
        code=f"{NUMBER}-{place}",
        description=_("Made-up product %(number)s") % {"number": place},
        quantity=quantity,
        unit="",
        unit_price=unit_price,
        total=int(total.to_integral_value(ROUND_HALF_EVEN)),
    )
