"""Payments > Settings: the switches hold at every door, and for links that are already out."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice, make_link
from factories.credits import make_credit
from florin.domain.activity.models import Activity
from florin.domain.companies import services as companies
from florin.domain.companies.models import PaymentsAccount
from florin.domain.links import services as links
from florin.domain.staff.models import User
from office import signed_in

SETTINGS = "/office/payments/settings/"
ALL = {"links_enabled", "manual_links_enabled", "use_open_credits", "card_enabled", "ach_enabled"}


def save(owner: User, *off: str) -> None:
    """Switch some of them off, and all others on."""
    owner.company.refresh_from_db()
    owner.company.account.refresh_from_db()
    seen = companies.switches_of(owner.company).mark
    answer = signed_in(owner).post(SETTINGS, {"seen": seen, **dict.fromkeys(ALL - {*off}, "on")})
    assert answer.status_code == 302


def bill(token: str) -> str:
    return Client().get(f"/pay/{token}").content.decode()


METHODS = ("card_enabled", "ach_enabled")


@pytest.mark.parametrize("off", [("links_enabled",), METHODS])
def test_a_link_that_is_out_obeys_the_company(owner: User, off: tuple[str, ...]) -> None:
    token = links.token_of(make_link(owner).pk)
    assert "<button" in bill(token)
    save(owner, *off)
    assert 'type="submit"' not in bill(token)
    assert "Pay $" not in bill(token)
    save(owner)
    assert "Pay $" in bill(token)


@pytest.mark.parametrize("off", [("links_enabled",), ("manual_links_enabled",), METHODS])
def test_the_email_dialog_says_why_no_link_is_offered(owner: User, off: tuple[str, ...]) -> None:
    invoice = make_invoice(owner)
    save(owner, *off)
    text = signed_in(owner).get(f"/office/orders/{invoice.order_id}/email/").content.decode()
    assert 'name="payment_link" value="on" disabled' in text
    assert "switched off" in text


def test_one_method_switched_off_leaves_the_other(owner: User) -> None:
    token = links.token_of(make_link(owner).pk)
    save(owner, "card_enabled")
    assert "bank account" in bill(token)
    assert "debit card" not in bill(token)


def test_without_cards_no_link_is_offered_outside_the_dollar(owner: User) -> None:
    """ACH moves dollars only (R13)."""
    invoice = make_invoice(owner, customer=make_customer(owner.company, currency="EUR"))
    save(owner, "card_enabled")
    text = signed_in(owner).get(f"/office/orders/{invoice.order_id}/email/").content.decode()
    assert "US dollars only" in text


def test_links_by_hand_switched_off_leave_what_is_out_alone(owner: User) -> None:
    token = links.token_of(make_link(owner).pk)
    save(owner, "manual_links_enabled")
    assert "Pay $" in bill(token)


def test_open_credits_are_left_alone_once_switched_off(owner: User) -> None:
    customer = make_customer(owner.company)
    token = links.token_of(make_link(owner, make_invoice(owner, customer=customer)).pk)
    make_credit(customer, "30.00")
    assert "$70.00" in bill(token)
    save(owner, "use_open_credits")
    assert "$70.00" not in bill(token)


def test_a_change_of_settings_is_told(owner: User) -> None:
    save(owner, "ach_enabled")
    told = Activity.objects.get(kind=Activity.Kind.SETTINGS_CHANGED)
    assert told.subjects == [owner.company_id]
    assert told.about == {
        "fields": "ach_enabled",
        "ach_enabled_before": "on",
        "ach_enabled_after": "off",
    }
    assert "Bank payments (ACH)" in signed_in(owner).get(SETTINGS).content.decode()


def test_two_admins_notice_each_other(owner: User) -> None:
    seen = companies.switches_of(owner.company).mark
    save(owner, "card_enabled")
    answer = signed_in(owner).post(SETTINGS, {"seen": seen, "card_enabled": "on", "links_enabled": "on"})
    assert answer.status_code == 409
    assert "Saved now: off." in answer.content.decode()
    owner.company.account.refresh_from_db()
    assert not owner.company.account.card_enabled


@pytest.mark.parametrize("state", ["pending", "suspended"])
def test_an_account_that_is_not_active_says_so(owner: User, state: str) -> None:
    PaymentsAccount.objects.filter(company=owner.company).update(state=state)
    assert "no payment links are offered" in signed_in(owner).get(SETTINGS).content.decode()


def test_a_company_without_an_account_sees_where_to_go(owner: User) -> None:
    PaymentsAccount.objects.filter(company=owner.company).delete()
    text = signed_in(owner).get(SETTINGS).content.decode()
    assert "Payment links need a payments account." in text
    assert signed_in(owner).post(SETTINGS, {"seen": "x"}).status_code == 409


def test_the_settings_cost_few_queries(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    with django_assert_num_queries(3 + 2):  # the account, what was changed
        client.get(SETTINGS)
