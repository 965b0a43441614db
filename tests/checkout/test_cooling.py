"""A link at which too many cards were declined: what its payer reads, and the new link by mail."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from checkout.pages import PayForm, address, everything, link_to_many, statement_link
from factories import make_customer, make_invoice
from factories.declines import decline
from florin.domain.attempts import bill
from florin.domain.attempts.bill import BillState
from florin.domain.declines.services import MOST_FROM_PLACE, MOST_OF_LINK
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.flows import deliver_outbox
from florin.kernel import clock
from testing.bank import Bank

HERE = "127.0.0.1"
PAUSED = "This link is paused"
MAILED = "A new link is on its way to where this bill was mailed."


@pytest.fixture
def cooling(link: Link) -> Link:
    """A link at which ten cards were just declined, from somewhere else."""
    decline(link, MOST_OF_LINK)
    return link


def new_links(link: Link) -> list[Link]:
    """The links that were mailed instead of one."""
    return list(Link.objects.filter(customer=link.customer_id).exclude(pk=link.pk).order_by("pk"))


def test_the_page_says_why_for_how_long_and_whom_to_call(payer: Client, cooling: Link) -> None:
    page = payer.get(address(cooling)).text

    assert PAUSED in page
    assert "this link takes no payments for about 60 minutes." in " ".join(page.split())
    assert "Nothing was charged, and $100.00 is still owed." in " ".join(page.split())
    assert 'href="tel:+13055550100"' in page
    assert "pay-form" not in page


def test_an_open_page_learns_of_it(payer: Client, link: Link) -> None:
    version = payer.get(address(link)).text.split('data-version="')[1].split('"')[0]
    decline(link, MOST_OF_LINK)

    assert PAUSED in payer.get(address(link, f"/now?v={version}")).text


def test_pay_pressed_on_an_old_page_shows_the_pause_once_and_nothing_else(
    payer: Client, cooling: Link
) -> None:
    answer = payer.post(address(cooling, "/checkout"), asdict(PayForm("10000")))

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert PAUSED in answer.text
    assert 'role="alert"' not in answer.text


def test_a_new_link_is_mailed_to_where_the_bill_was_mailed_and_takes_payments(
    payer: Client, cooling: Link, bank: Bank
) -> None:
    answer = payer.post(address(cooling, "/fresh"), follow=True)
    deliver_outbox.deliver()

    assert MAILED in answer.content.decode()
    [fresh] = new_links(cooling)
    [mail] = bank.mails(to="payer@shop.example", subject="Your new payment link")
    assert links.address_of(fresh.pk) in mail["text"]
    assert "Pay $100.00" in payer.get(address(fresh)).text


def test_neither_page_nor_answer_tells_an_address_or_the_new_link(payer: Client, cooling: Link) -> None:
    answer = payer.post(address(cooling, "/fresh"), follow=True)

    for page in (answer.content.decode(), payer.get(address(cooling)).text):
        assert "payer@shop.example" not in page
        assert links.token_of(new_links(cooling)[0].pk) not in page


def test_however_often_it_is_pressed_one_link_is_mailed_an_hour_with_the_same_answer(
    payer: Client, cooling: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {payer.post(address(cooling, "/fresh")).headers["Location"] for _ in range(5)}
    assert len(answers) == len(new_links(cooling)) == 1

    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    decline(cooling, MOST_OF_LINK)
    payer.post(address(cooling, "/fresh"))

    assert len(new_links(cooling)) == 2


def test_a_link_that_takes_payments_mails_no_other(payer: Client, link: Link) -> None:
    answer = payer.post(address(link, "/fresh"))

    assert (answer.status_code, answer.headers["Location"]) == (303, address(link))
    assert new_links(link) == []


def test_looking_at_it_mails_nothing(payer: Client, cooling: Link) -> None:
    before = everything()

    for rest in ("/fresh", "?mailed=1", ""):
        payer.get(address(cooling, rest))

    assert everything() == before


def test_that_it_was_mailed_is_not_said_of_a_link_that_takes_payments(payer: Client, link: Link) -> None:
    assert MAILED not in payer.get(address(link, "?mailed=1")).text


def test_the_new_link_is_for_all_invoices_of_the_old_one(payer: Client, owner: User) -> None:
    wide = link_to_many(owner, 3)
    decline(wide, MOST_OF_LINK)

    payer.post(address(wide, "/fresh"))

    [fresh] = new_links(wide)
    old, new = (list(each.debts.values_list("invoice", flat=True)) for each in (wide, fresh))
    assert (old, bill.draw_up(fresh).state) == (new, BillState.PAYABLE)


def test_the_new_link_of_a_statement_is_a_statements(payer: Client, owner: User) -> None:
    customer = make_customer(owner.company)
    make_invoice(owner, customer=customer)
    link = statement_link(customer, owner)
    decline(link, MOST_OF_LINK)

    payer.post(address(link, "/fresh"))

    [fresh] = new_links(link)
    assert "Statement" in payer.get(address(fresh)).text
    assert payer.get(address(fresh, "/statement.pdf")).status_code == 200


def test_a_place_with_many_declines_can_have_a_new_link_too(payer: Client, owner: User, link: Link) -> None:
    decline(link, MOST_OF_LINK - 1, place=HERE)
    decline(link_to_many(owner, 1), MOST_FROM_PLACE, place=HERE)

    assert PAUSED in payer.get(address(link)).text
    assert MAILED in payer.post(address(link, "/fresh"), follow=True).content.decode()
    assert "Pay $100.00" in payer.get(address(new_links(link)[0])).text


def test_behind_a_trusted_proxy_the_place_is_the_clients_and_not_the_proxys(
    payer: Client, owner: User, link: Link, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 1
    decline(link, place=HERE)
    decline(link_to_many(owner, 1), MOST_FROM_PLACE, place=HERE)

    assert PAUSED not in payer.get(address(link), headers={"X-Forwarded-For": "203.0.113.9"}).text
    assert PAUSED in payer.get(address(link), headers={"X-Forwarded-For": HERE}).text


def test_a_stranger_cannot_keep_the_payer_from_the_new_link(payer: Client, cooling: Link) -> None:
    payer.post(address(cooling, "/fresh"))
    decline(cooling, 50)
    payer.post(address(cooling, "/fresh"))

    assert "Pay $100.00" in payer.get(address(new_links(cooling)[0])).text


def test_in_spanish_for_a_customer_who_reads_spanish(payer: Client, cooling: Link) -> None:
    cooling.customer.language = "es"
    cooling.customer.save()
    payer.post(address(cooling, "/fresh"))

    assert Message.objects.get(kind=Message.Kind.FRESH_LINK).snapshot["language"] == "es"
    assert '<html lang="es">' in payer.get(address(cooling)).text
