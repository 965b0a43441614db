"""The region is the company's, the language the reader's: Spanish in New York has American figures."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from checkout.pages import link_to
from factories import make_company, make_customer, make_invoice, make_user
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Revision
from florin.domain.links import services as links
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.kernel import formats
from florin.screens.office.shared import parsing
from office import signed_in


@pytest.fixture
def american(database: None) -> Company:
    return make_company("east", "East Coast Roses", time_zone="America/New_York", language="es")


@pytest.fixture
def lector(american: Company) -> User:
    user = make_user(american, Role.ADMIN)
    user.language = "es"
    user.save()
    return user


def test_spanish_of_an_american_company_writes_american_figures(lector: User) -> None:
    invoice = make_invoice(lector, "1234.50")
    text = signed_in(lector).get(f"/office/orders/{invoice.order_id}/").content.decode()
    assert '<html lang="es-us">' in text
    assert "Resumen de pedidos" in text
    assert "$1,234.50" in text
    assert 'lang="es" aria-pressed="true"' in text


def test_spanish_of_an_american_company_reads_american_figures(lector: User) -> None:
    line = {"line-key": "00000001", "line-code": "", "line-description": "Rosas", "line-quantity": "1"}
    sheet = {**line, "line-unit": "", "line-unit_price": "1,250", "customer": ""}
    text = signed_in(lector).post("/office/orders/reckon/", sheet).content.decode()
    assert "$1,250.00" in text


def test_the_payers_page_and_the_invoice_have_the_companys_figures_in_the_customers_language(
    lector: User,
) -> None:
    customer = make_customer(lector.company, language="es")
    invoice = make_invoice(lector, "1234.50", customer=customer)
    token = links.token_of(link_to(invoice).pk)
    text = signed_in(lector).get(f"/pay/{token}/").content.decode()
    assert "$1,234.50" in text
    assert "Total" in text
    assert Revision.objects.get(invoice=invoice).document.language == "es-us"


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        *(("es", "1.250,5", "1250.5"), ("es", "1,5", "1.5"), ("es-us", "1,250.5", "1250.5")),
        *(("es-us", "1.25", "1.25"), ("en", "1,250", "1250"), ("en-de", "1.250", "1250")),
        *(("es-mx", "12,000", "12000"), ("de-ch", "1\N{RIGHT SINGLE QUOTATION MARK}250.50", "1250.50")),
    ],
)
def test_numbers_are_read_as_the_region_writes_them(language: str, text: str, number: str) -> None:
    with translation.override(language):
        assert parsing.decimal(text, whole=9, places=3) == Decimal(number)


@pytest.mark.parametrize(
    ("time_zone", "tag"),
    [
        ("America/New_York", "es-us"),
        ("US/Eastern", "es-us"),
        ("UTC", "es"),
        ("Etc/UTC", "es"),
        ("Nowhere", "es"),
    ],
)
def test_the_region_is_that_of_the_time_zone_if_it_has_one(time_zone: str, tag: str) -> None:
    assert formats.regional("es", time_zone) == tag
    assert formats.day(date(2026, 1, 5), tag) == "5 ene 2026"
