"""One rule decides about links at every door, and a link's token is nowhere but in the mail."""

import base64
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection

from factories import make_customer, make_invoice, make_link
from factories.credits import pay_by_credit
from factories.database import sql
from factories.payments_accounts import forget_accounts
from florin.domain.companies.lifecycle import AccountState
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.links import rules, services
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.kernel import clock
from florin.kernel.errors import NotFound


def nothing(_invoice: Invoice) -> None: ...


def no_account(invoice: Invoice) -> None:
    PaymentsAccount.objects.filter(company=invoice.company).delete()


def account(state: AccountState) -> Callable[[Invoice], None]:
    return lambda invoice: _update(PaymentsAccount.objects.filter(company=invoice.company), state=state)


def account_not_opened(_invoice: Invoice) -> None:
    forget_accounts()


def company_off(invoice: Invoice) -> None:
    _update(Company.objects.filter(pk=invoice.company_id), links_enabled=False)


def manual_off(invoice: Invoice) -> None:
    _update(Company.objects.filter(pk=invoice.company_id), manual_links_enabled=False)


def customer_off(invoice: Invoice) -> None:
    _update(Customer.objects.filter(pk=invoice.customer_id), links_enabled=False, name="Corner")


def paid(invoice: Invoice) -> None:
    pay_by_credit(invoice, invoice.total)


def void(invoice: Invoice) -> None:
    _update(Invoice.objects.filter(pk=invoice.pk), void=True)


def _update(rows: object, **values: object) -> None:
    rows.update(**values)  # type: ignore[attr-defined]


# What is switched, and the reason at the manual door, the customer's and the company's; empty means a link.
_NO_ACCOUNT = "Payment links need a payments account. An Admin can open one under Setup > Payments."
_WHERE = "Setup > Payments tells an Admin what to do."
_MORE = f"The payments account is waiting for information, so no payment links are offered. {_WHERE}"
_PENDING = f"The payments account is in verification, so no payment links are offered. {_WHERE}"
_SUSPENDED = f"The payments account is suspended, so no payment links are offered. {_WHERE}"
_REJECTED = f"The payments account is rejected, so no payment links are offered. {_WHERE}"
_COMPANY = "Payment links are switched off for the whole company."
_CUSTOMER = "Payment links are switched off for Corner."
_MANUAL = "Payment links are switched off for what is sent by hand."
_PAID = "This invoice is paid, so its mail carries no payment link."
_VOID = "A void invoice cannot be paid."
SWITCHES = [
    (nothing, "", "", ""),
    (no_account, _NO_ACCOUNT, _NO_ACCOUNT, _NO_ACCOUNT),
    (account_not_opened, _NO_ACCOUNT, _NO_ACCOUNT, _NO_ACCOUNT),
    (account(AccountState.INCOMPLETE), _MORE, _MORE, _MORE),
    (account(AccountState.PENDING), _PENDING, _PENDING, _PENDING),
    (account(AccountState.REJECTED), _REJECTED, _REJECTED, _REJECTED),
    (account(AccountState.SUSPENDED), _SUSPENDED, _SUSPENDED, _SUSPENDED),
    (company_off, _COMPANY, _COMPANY, _COMPANY),
    (customer_off, _CUSTOMER, _CUSTOMER, ""),
    (manual_off, _MANUAL, "", ""),
    (paid, _PAID, "", ""),
    (void, _VOID, "", ""),
]


@pytest.mark.parametrize(("switch", "by_hand", "to_customer", "at_all"), SWITCHES)
def test_each_switch_holds_and_says_why(
    owner: User, switch: Callable[[Invoice], None], *, by_hand: str, to_customer: str, at_all: str
) -> None:
    made = make_invoice(owner)
    switch(made)
    invoice = Invoice.objects.select_related("company", "customer", "item").get()

    answers = [
        rules.for_manual_invoice(invoice),
        rules.for_customer(invoice.company, invoice.customer),
        rules.for_company(invoice.company),
    ]

    reasons = [by_hand, to_customer, at_all]
    assert [(answer.offered, answer.reason) for answer in answers] == [(not why, why) for why in reasons]
    _unvoid()


def _unvoid() -> None:
    """So that the books are right again at the end."""
    Invoice.objects.update(void=False)


def test_one_customers_switch_is_not_anothers(owner: User) -> None:
    customer_off(make_invoice(owner))
    other = make_customer(owner.company)

    assert rules.for_customer(owner.company, other).offered


def test_a_token_opens_its_own_link_and_no_other(owner: User) -> None:
    link, other = make_link(owner), make_link(owner)

    assert services.find(services.token_of(link.pk)) == link
    assert services.find(services.token_of(other.pk)) == other
    assert services.address_of(link.pk).endswith(f"/pay/{services.token_of(link.pk)}")


def test_no_table_holds_a_token(owner: User) -> None:
    token = services.token_of(make_link(owner).pk)

    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    dump = [row for table in tables for row in sql(f'SELECT "{table}"::text FROM "{table}"')]  # noqa: S608

    assert len(dump) > 20
    forms = [token, token.encode().hex(), base64.urlsafe_b64decode(f"{token}=").hex()]
    assert not [row for row in dump if any(form in row[0] for form in forms)]


def test_every_send_has_its_own_link_to_the_same_debt(owner: User) -> None:
    invoice = make_invoice(owner)
    first, second = make_link(owner, invoice), make_link(owner, invoice)

    assert services.token_of(first.pk) != services.token_of(second.pk)
    assert first.debts.get().invoice == second.debts.get().invoice == invoice


def test_revoked_unknown_and_malformed_tokens_look_alike(owner: User) -> None:
    revoked = make_link(owner)
    Link.objects.filter(pk=revoked.pk).update(revoked_at=clock.now())
    good = services.token_of(make_link(owner).pk)
    strange = ["", "x", "\x00", "\ud800", good[:-1], good + "A", good.swapcase(), f" {good}", "é" * 500]

    said = set()
    for token in [services.token_of(revoked.pk), services.token_of(uuid4()), *strange]:
        with pytest.raises(NotFound) as refusal:
            services.find(token)
        said.add((str(refusal.value), refusal.value.status))

    assert said == {("There is no such payment link.", 404)}


def test_a_link_is_opened_for_the_first_time_once(owner: User) -> None:
    link = make_link(owner)

    assert [services.note_opened(link), services.note_opened(link)] == [True, False]
