"""The field of a customer: how one is written there, who is suggested, and who was meant."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.customers import queries as customers
from florin.domain.customers.models import Customer
from florin.domain.staff.rights import Right
from florin.kernel.folding import fold
from florin.screens.office.shared import parsing
from florin.screens.office.shared.access import GuardedView, StaffRequest, page, shows
from florin.screens.office.shared.parsing import InvalidInput

_LONGEST_CUSTOMER = 200
_BETWEEN = " · "
_SUGGESTIONS = 12


def label(customer: Customer) -> str:
    """Return how a customer is written in the form: number and name."""
    return f"{customer.number}{_BETWEEN}{customer.name}"


def suggests(right: Right) -> GuardedView[[]]:
    """Return the view that suggests customers to people who have the right."""
    return shows(right)(_suggest)


def _suggest(request: StaffRequest) -> HttpResponse:
    """Suggest customers for what is typed, which may be one of them as the field shows it."""
    words = request.GET.get("customer", "").partition(_BETWEEN)[0]
    found = customers.search(request.user.company_id, words)[:_SUGGESTIONS]
    suggestions = [(label(customer), customer.bill_to) for customer in found]
    return page(request, "office/suggest_customers.html", {"suggestions": suggestions})


def find_customer(company: Company, text: str) -> Customer:
    """Return the customer that was meant: by number, by name, or the only one that the words find.

    Raises:
        InvalidInput: if it could be nobody, or several.
    """
    text = parsing.words(text, longest=_LONGEST_CUSTOMER)
    if not text:
        raise InvalidInput(_("Choose a customer."))
    number = text.partition(_BETWEEN)[0].strip()
    known = Customer.objects.filter(company=company)
    exact = known.filter(folded=fold(number)).first()
    if exact is not None:
        return exact
    found = list(customers.search(company.pk, text)[:4])
    named = [customer for customer in found if customer.name.casefold() == text.casefold()]
    if len(named or found) == 1:
        return (named or found)[0]
    if not found:
        raise InvalidInput(_("No customer has this number or name."))
    some = ", ".join(label(customer) for customer in found[:3])
    raise InvalidInput(_("Several customers fit: %(some)s. Type the number.") % {"some": some})
