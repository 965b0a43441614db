"""The first steps on Home: each ticks itself from what is there, and only that they are hidden is kept."""

import io
import re

import pytest
from django.test import Client
from pypdf import PdfReader

from factories import make_customer, make_invoice, make_user
from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.invoices import sample
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Entry
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.edges.mail import post
from florin.flows import deliver_outbox, open_company
from florin.flows.open_company import NewCompany
from florin.kernel.money import exponent
from office import signed_in

NEW = NewCompany(
    name="Petal Wholesale",
    email="office@petal.example",
    currency="USD",
    time_zone="America/New_York",
    admin="ana@petal.example",
    password="four otters cross the road",
)


@pytest.fixture
def admin(database: None) -> User:
    """Admin of a company that has just moved in."""
    return open_company.move_in_first(NEW)


@pytest.fixture
def home(admin: User) -> Client:
    return signed_in(admin)


def taken(home: Client) -> list[str]:
    """Return the steps that Home shows as done."""
    page = home.get("/office/").text
    steps = page.partition('class="checklist"')[2].partition("</ol>")[0].split("<li")[1:]
    assert len(steps) == 6
    assert f"{sum('Done' in step for step in steps)} of 6 done" in page
    return [
        found[0]
        for step in steps
        if "Done:" in step
        if (found := re.findall(r">([A-Z][a-z ]+)</(?:a|span)>", step))
    ]


def send(home: Client, press: str = "once") -> None:
    home.post("/office/first-steps/test-invoice/", {"press": press})


def test_a_company_that_has_just_moved_in_has_taken_no_step(home: Client) -> None:
    assert taken(home) == []


def test_each_step_ticks_itself(home: Client, admin: User) -> None:
    company = admin.company
    Company.objects.update(address="12 Canal Street\nMiami, FL 33101")
    assert taken(home) == ["Letterhead"]
    companies.activate_account(company)
    assert taken(home) == ["Letterhead", "Payments account"]
    make_user(company, Role.SALES)
    assert taken(home)[2:] == ["People"]
    customer = make_customer(company)
    assert taken(home)[3:] == ["Customers"]
    make_invoice(admin, customer=customer)
    assert taken(home)[4:] == ["First invoice"]
    send(home)
    assert taken(home)[5:] == []
    Message.objects.update(state="sent")
    assert "First steps" not in home.get("/office/").text


def test_others_companies_tick_nothing_here(home: Client, stranger: User) -> None:
    make_invoice(stranger)
    send(signed_in(stranger))
    assert taken(home) == []


def test_the_test_invoice_is_mailed_once_and_books_nothing(home: Client, admin: User) -> None:
    send(home)
    send(home)
    message = Message.objects.get()
    assert (message.recipient, message.kind) == (admin.email, "sample_invoice")
    assert not Invoice.objects.exists()
    assert not Entry.objects.exists()


def test_its_mail_and_pdf_are_real_and_say_that_they_are_a_test(
    home: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[post.Envelope] = []
    monkeypatch.setattr(post, "send", sent.append)
    send(home)
    deliver_outbox.deliver()
    mail = sent[0]
    assert mail.subject.startswith("Test, nothing to pay: Invoice TEST from Petal Wholesale: $98.00")
    assert "This is a test. Nobody owes this, and nothing was booked." in mail.text
    assert "/pay/" not in mail.text + mail.html
    pdf = "".join(page.extract_text() for page in PdfReader(io.BytesIO(mail.attachments[0][1])).pages)
    assert "Made-up product 1" in pdf
    assert pdf.count("TEST") > 3
    assert "nothing was booked" in pdf


@pytest.mark.parametrize(("currency", "total"), [("JPY", 98), ("USD", 98_00), ("KWD", 98_000)])
def test_a_made_up_invoice_has_the_decimals_of_its_currency(
    currency: str, total: int, database: None
) -> None:
    company = companies.open_company(slug="x", name="X", email="x@x.example", currency=currency)
    assert sample.draw_up(company).total == total == 98 * 10 ** exponent(currency)


def test_one_that_waits_says_what_to_look_at(home: Client, admin: User) -> None:
    send(home)
    assert f"On its way to {admin.email}." in home.get("/office/").text
    assert "has not left yet" not in home.get("/office/first-steps/").text
    Message.objects.update(queued_at="2026-11-01T00:00Z", error="Connection refused")
    page = home.get("/office/first-steps/").text
    assert "Is “florin work” running?" in page
    assert "The last try ended with: Connection refused" in page


def test_one_that_came_back_says_why_and_can_be_sent_again(home: Client) -> None:
    send(home)
    Message.objects.update(state="bounced", bounced_at="2026-11-01T00:00Z", error="550 no such user")
    page = home.get("/office/").text
    assert "came back: 550 no such user" in page
    assert "Send yourself a test invoice" in page


def test_hidden_it_is_hidden_for_all(home: Client, admin: User) -> None:
    home.post("/office/first-steps/hide/")
    other = signed_in(make_user(admin.company, Role.ADMIN))
    assert "First steps" not in home.get("/office/").text + other.get("/office/").text


def test_only_admins_see_it_and_only_in_companies_that_have_just_moved_in(admin: User, owner: User) -> None:
    sales = make_user(admin.company, Role.SALES)
    assert "First steps" not in signed_in(sales).get("/office/").text
    assert "First steps" not in signed_in(owner).get("/office/").text
