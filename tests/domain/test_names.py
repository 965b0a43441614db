"""Names: whoever writes them, they hold nothing that turns the direction of other text."""

from factories import make_customer
from florin.domain.companies.models import Company
from florin.domain.customers import importing
from florin.domain.customers.importing import NewCustomer
from florin.domain.customers.models import Customer


def test_a_saved_name_turns_nothing(company: Company) -> None:
    customer = make_customer(company, name="Rosa\u202e gpj")

    assert customer.name == "Rosa gpj"
    assert Customer.objects.get(name="Rosa\u202e gpj").name == "Rosa gpj"


def test_an_imported_or_updated_name_turns_nothing(company: Company) -> None:
    news = NewCustomer(number="7", name="Rosa\u2066 x", bill_to="", invoice_emails=())
    importing.make_many(company, [news])
    assert Customer.objects.get().name == "Rosa x"

    Customer.objects.update(name="Lily\u2069")
    assert Customer.objects.get().name == "Lily"
