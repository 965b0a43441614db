"""Setup > Payments: the account's page says how it stands and what to do; nothing is offered before (R2)."""

from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from factories import make_invoice, make_link, make_user
from florin.domain.attempts.models import Attempt
from florin.domain.companies import services as companies
from florin.domain.companies.models import PaymentsAccount
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import onboard_account
from florin.kernel.fees import FeeSchedule, Rate
from florin.screens.office.shared import contracted_fees
from office import signed_in
from testing.bank import Bank

ACCOUNT = "/office/payments/account/"
OPEN = f"{ACCOUNT}open/"
LOOK = f"{ACCOUNT}look/"
State = PaymentsAccount.State


@pytest.fixture(autouse=True)
def connect(settings: Settings) -> None:
    """Each company opens an account of its own."""
    settings.STRIPE_CONNECT = True


@pytest.fixture
def admin(database: None) -> User:
    """Admin of a company that has opened no account yet."""
    company = companies.open_company(
        slug="fern",
        name="Fern & Petal",
        email="office@fern.example",
        phone="+1 305 555 0199",
        time_zone="America/New_York",
    )
    return make_user(company, Role.ADMIN)


def text(user: User, address: str = ACCOUNT) -> str:
    return signed_in(user).get(address).content.decode()


def stands(user: User, state: str, **told: object) -> None:
    """Put the account into a state, as if the processor had said so."""
    given = {"reference": "acct_1fern", **told}
    PaymentsAccount.objects.filter(company=user.company).update(state=state, **given)


def test_a_new_account_says_what_it_needs_and_knows_the_country(admin: User) -> None:
    page = text(admin)
    assert "Open a payments account" in page
    assert '<option value="US" selected>United States</option>' in page
    assert "2.9\u00a0% + $0.25" in page
    assert "1\u00a0%, at least $1.00" in page


@pytest.mark.parametrize(
    ("mode", "said"),
    [("401", "does not accept the key of this installation"), ("403_permission", "may not do this")],
)
def test_who_opens_an_account_while_the_key_is_wrong_reads_whom_to_ask(
    admin: User, bank: Bank, mode: str, said: str
) -> None:
    bank.break_down("account.create", mode)
    answer = signed_in(admin).post(OPEN, {"country": "US"})

    assert answer.status_code == 422
    assert said in answer.text
    assert "Ask whoever runs it." in answer.text
    assert "processor does not answer" not in answer.text
    assert admin.company.account.state == State.NEW


@pytest.mark.parametrize(
    ("fees", "said"),
    [
        (
            FeeSchedule(ach=Rate(80, most=500), tolerance=Rate(150, fixed=10)),
            (
                "2.9 % + $0.25 of a card payment; 0.8 %, at most $5.00 of a bank payment (ACH); $15.00 for a",
                "bring back the part of the fee that goes by the amount, less $1.00.",
                "may be off by up to 1.5 % + $0.10",
            ),
        ),
        (
            FeeSchedule(refund_kept=None),
            ("No part of the fee is expected back with a refund.", "Every other fee is shown."),
        ),
    ],
)
def test_what_is_compared_of_fees_is_said_where_they_are_shown_and_where_they_differ(
    admin: User, settings: Settings, fees: FeeSchedule, said: tuple[str, ...]
) -> None:
    settings.FEES = fees
    account, differences = (unescape(text(admin, page)) for page in (ACCOUNT, "/office/reconciliation/"))
    sentence = contracted_fees.describe("USD", gateway="stripe").compared
    assert sentence in account
    assert sentence in differences
    for part in said:
        assert part in sentence.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("status", "why"),
    [("pending", "still verifying"), ("inactive", "does not let"), ("unrequested", "not been requested")],
)
@pytest.mark.parametrize("method", ["cards", "debits"])
def test_setup_says_why_a_way_to_pay_is_not_offered(admin: User, method: str, status: str, why: str) -> None:
    said = {"cards": "cannot pay by card", "debits": "cannot pay from a bank account"}[method]
    stands(admin, State.ACTIVE)
    for page in (ACCOUNT, "/office/payments/settings/"):
        assert said not in text(admin, page)
    stands(admin, State.ACTIVE, **{method: status})
    for page in (ACCOUNT, "/office/payments/settings/"):
        assert said in text(admin, page)
        assert why in text(admin, page)


def test_opening_leads_to_the_processors_form(admin: User, bank: Bank) -> None:
    answer = signed_in(admin).post(OPEN, {"country": "US"})
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{bank.base}/setup/")
    assert "waiting for information" in text(admin)


def test_without_a_country_the_page_says_so_and_keeps_what_was_chosen(admin: User, bank: Bank) -> None:
    answer = signed_in(admin).post(OPEN, {"country": "AQ"})
    assert answer.status_code == 422
    assert "Choose the country" in answer.content.decode()


def test_a_processor_that_does_not_answer_loses_nothing(admin: User, bank: Bank) -> None:
    bank.break_down("account.create", "500_before", times=2)
    answer = signed_in(admin).post(OPEN, {"country": "MX"})
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()
    assert '<option value="MX" selected>' in answer.content.decode()


def test_a_processor_that_opens_no_accounts_is_a_sentence(admin: User, bank: Bank) -> None:
    stands(admin, State.INCOMPLETE, reference="acct_1nobody")
    answer = signed_in(admin).post(OPEN)
    assert answer.status_code == 422
    assert "Ask whoever runs this installation" in answer.content.decode()


def test_coming_back_from_the_form_asks_only_by_a_press(admin: User, bank: Bank) -> None:
    client = signed_in(admin)
    client.post(OPEN, {"country": "US"})
    reference = PaymentsAccount.objects.get(company=admin.company).reference
    bank.order(f"accounts/{reference}", verdict="verify")

    page = client.get(f"{ACCOUNT}?back=1").content.decode()
    assert "We are asking the processor" in page
    assert PaymentsAccount.objects.get(company=admin.company).state == State.INCOMPLETE

    answer = client.post(LOOK, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, ACCOUNT)
    assert "Your customers can pay online" in client.get(ACCOUNT).content.decode()


def test_asked_in_vain_the_page_says_so_and_stays(owner: User, bank: Bank) -> None:
    bank.break_down("account.own", "500_before")
    part = signed_in(owner).post(LOOK, headers={"HX-Request": "true"})
    assert part.status_code == 503
    assert "does not answer" in part.content.decode()
    assert "<html" not in part.content.decode()


def test_an_address_of_the_form_that_was_used_says_to_go_on(admin: User) -> None:
    stands(admin, State.INCOMPLETE)
    assert "expired or was used" in text(admin, f"{ACCOUNT}?again=1")


@pytest.mark.parametrize(
    ("state", "told", "says"),
    [
        (State.INCOMPLETE, {"wanted": ["person_document"]}, "identity document"),
        (State.INCOMPLETE, {"wanted": ["a.thing.nobody.knows"]}, "Something else"),
        (State.PENDING, {}, "The processor is verifying"),
        (State.ACTIVE, {}, "Your customers can pay online"),
        (State.ACTIVE, {"wanted": ["external_account"]}, "The processor asks for more"),
        (State.SUSPENDED, {"reason": "under_review"}, "The processor is reviewing the account"),
        (State.REJECTED, {"reason": "fraud"}, "The processor suspects fraud"),
        (State.SUSPENDED, {"reason": "because"}, "The processor has stopped"),
    ],
)
def test_each_state_says_what_it_means(
    admin: User, state: str, *, told: dict[str, object], says: str
) -> None:
    stands(admin, state, **told)
    assert says in text(admin)


def test_while_it_is_verified_the_page_keeps_itself_true(admin: User) -> None:
    stands(admin, State.PENDING)
    client, asked = signed_in(admin), {"HX-Request": "true"}
    assert client.get(f"{ACCOUNT}?seen=pending", headers=asked).status_code == 204
    stands(admin, State.ACTIVE)
    assert client.get(f"{ACCOUNT}?seen=pending", headers=asked)["HX-Redirect"] == ACCOUNT


def test_the_own_account_is_named_and_has_no_form(owner: User) -> None:
    page = text(owner)
    assert "s own</dd>" in page
    assert OPEN not in page


def test_without_connect_the_installations_account_is_offered(
    admin: User, bank: Bank, settings: Settings
) -> None:
    settings.STRIPE_CONNECT = False
    assert OPEN in text(admin)
    assert signed_in(admin).post(OPEN)["Location"] == ACCOUNT
    assert "Your customers can pay online" in text(admin)


def test_an_own_account_that_is_stopped_says_who_has_to_act(owner: User) -> None:
    PaymentsAccount.objects.update(state=State.INCOMPLETE, wanted=["external_account"])
    page = text(owner)
    assert "whoever runs it has to deal with the processor" in page
    assert OPEN not in page


def test_looking_is_for_admins_and_costs_few_queries(
    owner: User, colleague: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    with django_assert_num_queries(3 + 2):  # the account, what happened to it
        client.get(ACCOUNT)
    for method in ("get", "post"):
        assert getattr(signed_in(colleague), method)(OPEN).status_code in {403, 405}
    assert signed_in(colleague).get(ACCOUNT).status_code == 403
    assert signed_in(colleague).post(LOOK).status_code == 403


def test_what_happened_to_the_account_is_told(admin: User, bank: Bank) -> None:
    signed_in(admin).post(OPEN, {"country": "US"})
    reference = PaymentsAccount.objects.get(company=admin.company).reference
    bank.order(f"accounts/{reference}", verdict="reject")
    onboard_account.refresh(admin.company)
    page = text(admin)
    assert "The payments account waits for information" in page
    assert "The payments account was rejected" in page
    assert "“The processor will not work with this business.”" in page


# ---- nothing is offered before (R2), at any door ----


def test_every_door_says_why_no_link_is_offered_and_where_to_go(admin: User) -> None:
    invoice = make_invoice(admin)
    client = signed_in(admin)
    doors = [
        client.get(f"/office/orders/{invoice.order_id}/email/"),
        client.post("/office/open-invoices/review/", {"chosen": invoice.pk.hex}),
        client.get(f"/office/customers/{invoice.customer_id}/statement/"),
        client.post("/office/aging/statements/", {"customer": str(invoice.customer_id)}),
        client.get("/office/payments/settings/"),
    ]
    for door in doors:
        page = door.content.decode()
        assert "Payment links need a payments account" in page, door.request["PATH_INFO"]
        assert f'href="{ACCOUNT}"' in page


def test_somebody_who_may_not_open_it_gets_the_reason_without_the_way(admin: User) -> None:
    invoice = make_invoice(admin)
    sales = make_user(admin.company, Role.SALES)
    page = text(sales, f"/office/orders/{invoice.order_id}/email/")
    assert "An Admin can open one under Setup &gt; Payments." in page
    assert ACCOUNT not in page


def test_a_link_that_was_ticked_all_the_same_is_not_sent(admin: User) -> None:
    invoice = make_invoice(admin)
    answer = signed_in(admin).post(
        f"/office/orders/{invoice.order_id}/email/",
        {"to": "florist@shop.example", "payment_link": "on", "press": "one-press"},
    )
    assert answer.status_code in {302, 422}
    assert not Link.objects.exists()


def test_an_automatic_invoice_goes_out_without_a_link(admin: User) -> None:
    invoice = make_invoice(admin)
    invoice.customer.automatic_invoices = True
    invoice.customer.save()
    make_invoice(admin, customer=invoice.customer)
    assert Message.objects.get(kind=Message.Kind.INVOICE).snapshot["link"] is None


@pytest.mark.parametrize("state", [State.SUSPENDED, State.REJECTED, State.INCOMPLETE, State.PENDING])
def test_a_link_that_is_out_says_whom_to_call_until_it_works_again(owner: User, state: str) -> None:
    token = links.token_of(make_link(owner).pk)
    PaymentsAccount.objects.update(state=state)
    page = Client().get(f"/pay/{token}").content.decode()
    assert "This bill cannot be paid online" in page
    assert "Call +1 305 555 0100" in page
    assert "Pay $" not in page
    PaymentsAccount.objects.update(state=State.ACTIVE)
    assert "Pay $" in Client().get(f"/pay/{token}").content.decode()


def test_pressed_on_an_open_page_after_a_suspension_nothing_is_started(owner: User) -> None:
    link = make_link(owner)
    token = links.token_of(link.pk)
    PaymentsAccount.objects.update(state=State.SUSPENDED)
    pressed = {"seen": "10000", "currency": "USD", "nonce": "a" * 32, "method": "card"}
    answer = Client().post(f"/pay/{token}/checkout", pressed)
    assert answer.status_code == 409
    assert "cannot be paid online" in answer.content.decode()
    assert not Attempt.objects.exists()


def test_home_leads_to_the_account(admin: User) -> None:
    assert f'href="{ACCOUNT}"' in text(admin, "/office/")
