"""A payments account is opened at the processor, and what it allows is what the processor says (R2)."""

import json
import time
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
import stripe
from pytest_django.fixtures import Settings

from factories import make_company, make_link, make_user
from factories.payments import click_pay
from factories.payments_accounts import (
    account_changes,
    account_notices,
    account_of,
    active,
    continue_onboarding,
    decide_account,
    fill_in,
    forget_accounts,
)
from florin.config import environment
from florin.domain.attempts import bill
from florin.domain.attempts.bill import BillState
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies import services as companies
from florin.domain.companies.lifecycle import AccountState as State
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.links import rules
from florin.domain.links.models import Link
from florin.domain.notices.models import ProcessorNotice
from florin.domain.payments.models import Payment
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import deliver_outbox, handle_notice, onboard_account, refund_payment, settle_payment
from florin.flows.start_checkout import NotPayable
from florin.kernel import clock
from florin.kernel.errors import Conflict, ProcessorAway, Refusal
from testing import settings as test_settings
from testing.bank import Bank


@pytest.fixture(autouse=True)
def connect(settings: Settings) -> None:
    """Each company opens an account of its own."""
    settings.STRIPE_CONNECT = True


@pytest.fixture
def admin(database: None) -> User:
    """Admin of a company that has opened no account yet."""
    company = companies.open_company(slug="fern", name="Fern & Petal", email="office@fern.example")
    return make_user(company, Role.ADMIN)


def test_an_account_is_opened_filled_in_and_active(admin: User, bank: Bank) -> None:
    page = continue_onboarding(admin)
    assert account_of(admin).state == State.INCOMPLETE
    assert not rules.for_company(admin.company).offered
    fill_in(page)

    account = onboard_account.refresh(admin.company)

    assert (account.state, account.wanted, account.reason) == (State.ACTIVE, [], "")
    assert rules.for_company(account.company).offered
    assert (account_changes(), account_notices()) == (["incomplete", "active"], ["active"])


def test_pressed_twice_there_is_one_account(admin: User, bank: Bank) -> None:
    continue_onboarding(admin)
    reference = account_of(admin).reference
    forget_accounts()

    continue_onboarding(admin)

    assert account_of(admin).reference == reference


@pytest.mark.parametrize(
    ("mode", "more"),
    [("timeout_after_success", {"seconds": 3}), ("500_after_success", {}), ("500_sticky", {}), ("reset", {})],
)
def test_no_answer_is_unknown_and_a_second_press_goes_on(
    admin: User, bank: Bank, mode: str, *, more: dict[str, int]
) -> None:
    bank.break_down("account.create", mode, times=1, **more)
    with suppress(ProcessorAway):
        continue_onboarding(admin)

    assert continue_onboarding(admin).startswith(bank.base)
    assert account_of(admin).state == State.INCOMPLETE


@pytest.mark.parametrize("country", ["", "XX", "us", "US\x00"])
def test_without_a_country_nothing_is_opened(admin: User, bank: Bank, country: str) -> None:
    with pytest.raises(Refusal, match="Choose the country"):
        continue_onboarding(admin, country)
    assert account_of(admin).state == State.NEW


@pytest.mark.parametrize(
    ("tax_id", "state", "wanted", "reason"),
    [
        ("12-3450001", State.INCOMPLETE, ["person_document"], "past_due"),
        ("12-3450002", State.REJECTED, [], "refused"),
        ("12-3450003", State.PENDING, [], "verifying"),
    ],
)
def test_the_state_is_what_the_processor_decides(
    admin: User, bank: Bank, tax_id: str, *, state: State, wanted: list[str], reason: str
) -> None:
    fill_in(continue_onboarding(admin), tax_id)

    account = onboard_account.refresh(admin.company)

    assert (account.state, account.wanted, account.reason) == (state, wanted, reason)
    assert not rules.for_company(account.company).offered


def test_verification_that_takes_a_day_ends_by_itself(admin: User, bank: Bank) -> None:
    fill_in(continue_onboarding(admin), "12-3450003")
    assert onboard_account.refresh(admin.company).state == State.PENDING
    bank.let_days_pass(1)
    PaymentsAccount.objects.update(checked_at=None)

    onboard_account.look_round()

    assert account_of(admin).state == State.ACTIVE
    assert account_notices() == ["active"]


def test_a_processor_that_asks_for_more_is_told_once(admin: User, bank: Bank) -> None:
    active(bank, admin)

    assert decide_account(bank, admin, "ask_more").state == State.INCOMPLETE
    onboard_account.refresh(admin.company)

    assert account_notices() == ["active", "incomplete"]
    assert not rules.for_company(account_of(admin).company).offered


def test_a_suspended_account_ends_sessions_and_its_links_say_so(admin: User, bank: Bank) -> None:
    """Links that are out work again when the account does (R2)."""
    active(bank, admin)
    link = make_link(User.objects.get(pk=admin.pk))
    attempt = click_pay(link)

    decide_account(bank, admin, "suspend")
    settle_payment.expire_competing([debt.item_id for debt in attempt.debts.all()])

    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.EXPIRED
    assert bill.draw_up(type(link).objects.get(pk=link.pk)).state == BillState.OFF
    assert decide_account(bank, admin, "restore").state == State.ACTIVE
    assert bill.draw_up(type(link).objects.get(pk=link.pk)).state == BillState.PAYABLE
    assert account_notices() == ["active", "suspended", "active"]


def test_bank_payments_are_offered_only_while_the_processor_allows_them(admin: User, bank: Bank) -> None:
    """Cards go on: debits are a capability of their own (R13)."""
    active(bank, admin)
    link = make_link(User.objects.get(pk=admin.pk))
    assert methods(link) == [Method.CARD, Method.ACH]

    account = decide_account(bank, admin, "withhold_debits")

    assert (account.state, account.debits) == (State.ACTIVE, "inactive")
    assert methods(link) == [Method.CARD]
    with pytest.raises(NotPayable):
        click_pay(link, Method.ACH)
    PaymentsAccount.objects.update(card_enabled=False)
    assert "does not let the company debit" in rules.for_company(account_of(admin).company).reason
    decide_account(bank, admin, "verify")
    assert methods(link) == [Method.ACH]


def test_a_company_outside_the_united_states_is_offered_no_bank_payments(admin: User, bank: Bank) -> None:
    continue_onboarding(admin, "MX")
    assert decide_account(bank, admin, "verify").debits == "unrequested"


def methods(link: Link) -> list[Method]:
    return list(bill.draw_up(Link.objects.get(pk=link.pk)).methods)


def test_an_answer_to_an_older_question_changes_nothing(admin: User, bank: Bank) -> None:
    active(bank, admin)
    bank.order(f"accounts/{account_of(admin).reference}", verdict="suspend")
    PaymentsAccount.objects.update(checked_at="2100-01-01T00:00:00Z")

    onboard_account.refresh(admin.company)

    assert account_of(admin).state == State.ACTIVE


def notice(account: str, kind: str = "account.updated") -> tuple[dict[str, str], bytes]:
    body = json.dumps(
        {
            "id": f"evt_{time.time_ns()}",
            "object": "event",
            "type": kind,
            "account": account,
            "data": {"object": {"id": account, "object": "account", "metadata": {}}},
        }
    )
    stamp = int(time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{stamp}.{body}", test_settings.NOTICE_SECRET)
    return {"stripe-signature": f"t={stamp},v1={signature}"}, body.encode()


def handled(account: str) -> str:
    """Take a notice in and handle it, and say what came of it."""
    handle_notice.receive("stripe", *notice(account))
    row = ProcessorNotice.objects.order_by("-received_at")[0]
    handle_notice.handle("stripe", row.event, row.attempt, payment=row.payment, account=row.account)
    row.refresh_from_db()
    return row.outcome


def test_a_notice_is_a_knock_and_the_processor_is_asked(admin: User, bank: Bank) -> None:
    fill_in(continue_onboarding(admin))

    assert handled(account_of(admin).reference) == "account looked at"
    assert account_of(admin).state == State.ACTIVE
    assert handled("acct_of_somebody_else") == "about nothing of ours"


def test_a_notice_waits_while_the_processor_does_not_answer(admin: User, bank: Bank) -> None:
    fill_in(continue_onboarding(admin))
    bank.break_down("account.retrieve", "500_before")

    assert handled(account_of(admin).reference) == ""
    assert account_of(admin).state == State.INCOMPLETE
    ProcessorNotice.objects.update(received_at="2020-01-01T00:00:00Z")
    handle_notice.sweep()
    assert account_of(admin).state == State.ACTIVE


def test_the_round_asks_each_hour_on_the_way_and_each_day_afterwards(admin: User, bank: Bank) -> None:
    fill_in(continue_onboarding(admin))
    onboard_account.look_round()
    assert account_of(admin).state == State.ACTIVE
    bank.order(f"accounts/{account_of(admin).reference}", verdict="suspend")
    checked_at = account_of(admin).checked_at
    assert checked_at is not None

    onboard_account.look_round()  # asked just now
    assert account_of(admin).state == State.ACTIVE
    PaymentsAccount.objects.update(checked_at=checked_at.replace(year=checked_at.year - 1))
    onboard_account.look_round()
    assert account_of(admin).state == State.SUSPENDED


@pytest.mark.parametrize(("debits", "asked"), [("pending", True), ("inactive", False)])
def test_the_round_asks_each_hour_while_bank_payments_are_being_verified(
    admin: User, bank: Bank, *, debits: str, asked: bool
) -> None:
    active(bank, admin)
    PaymentsAccount.objects.update(debits=debits, checked_at=clock.now() - timedelta(hours=1))
    onboard_account.look_round()
    assert (account_of(admin).debits == "active") == asked


def test_a_round_without_answers_leaves_everything_as_it_is(admin: User, bank: Bank) -> None:
    active(bank, admin)
    PaymentsAccount.objects.update(checked_at=None)
    bank.break_down("account.retrieve", "500_before")

    onboard_account.look_round()

    assert account_of(admin).state == State.ACTIVE


def test_an_account_that_has_left_us_takes_no_payments(admin: User, bank: Bank) -> None:
    active(bank, admin)
    PaymentsAccount.objects.update(reference="acct_1nobody")

    account = onboard_account.refresh(admin.company)

    assert (account.state, account.reason) == (State.SUSPENDED, "unreachable")


# ---- the installation's own account ----


def test_without_connect_the_installations_own_account_is_used(
    admin: User, bank: Bank, settings: Settings
) -> None:
    settings.STRIPE_CONNECT = False

    assert continue_onboarding(admin, "") == onboard_account.page_address()

    account = account_of(admin)
    assert (account.state, account.reference) == (State.ACTIVE, "")
    attempt = click_pay(make_link(User.objects.get(pk=admin.pk)))
    assert attempt.account == ""


def test_an_admin_cannot_share_the_own_account_of_another_company(
    admin: User, company: Company, bank: Bank, settings: Settings
) -> None:
    settings.STRIPE_CONNECT = False

    with pytest.raises(Conflict, match="Another company"):
        continue_onboarding(admin)

    assert account_of(admin).state == State.NEW


def test_connect_is_yes_or_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_CONNECT", "perhaps")
    with pytest.raises(environment.Misconfigured, match="STRIPE_CONNECT must be yes or no"):
        environment.connects()


# ---- whose money ----


def paid(bank: Bank, owner: User) -> Payment:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    return Payment.objects.get(attempt=attempt)


def taken(account: str, what: str = "captured") -> int:
    """What the bank has really taken for an account, or done else with its money, in minor units."""
    answer = httpx.get(
        f"http://127.0.0.1:{test_settings.SANDBOX_PORT}/control/summary",
        params={"account": account},
        headers={"Authorization": f"Bearer {test_settings.CONTROL_TOKEN}"},
    ).json()
    return sum(intent[what] for intent in answer["payment_intents"])


def test_each_company_is_paid_into_its_own_account(admin: User, bank: Bank) -> None:
    fern = active(bank, admin)
    oak_company = companies.open_company(slug="oak", name="Oak Blooms", email="office@oak.example")
    oak = active(bank, make_user(oak_company, Role.ADMIN))

    one, two, three = paid(bank, fern), paid(bank, oak), paid(bank, oak)

    assert one.account == account_of(fern).reference
    assert two.account == three.account == account_of(oak).reference != one.account
    assert (taken(one.account), taken(two.account)) == (10_000, 20_000)


def move_to_a_new_account(bank: Bank, owner: User) -> User:
    """Give a company another account than the one that it has had so far."""
    forget_accounts(owner.company)
    Company.objects.filter(pk=owner.company_id).update(name="Fern & Petal Incorporated")
    return active(bank, User.objects.select_related("company").get(pk=owner.pk))


def test_what_is_under_way_at_an_old_account_is_settled_there(admin: User, bank: Bank) -> None:
    fern = active(bank, admin)
    old = account_of(fern).reference
    under_way = click_pay(make_link(fern))
    fern = move_to_a_new_account(bank, fern)
    bank.pay(under_way)
    settle_payment.settle(under_way.pk)

    after = paid(bank, fern)

    assert Payment.objects.get(attempt=under_way).account == old
    assert after.account == account_of(fern).reference not in {"", old}
    assert (taken(old), taken(after.account)) == (10_000, 10_000)


def test_a_payment_is_refunded_from_the_account_that_it_came_to(admin: User, bank: Bank) -> None:
    fern = active(bank, admin)
    payment = paid(bank, fern)
    fern = move_to_a_new_account(bank, fern)
    item = payment.allocations.get().item_id
    wish = Wish(amounts={item: 2_500}, reason="Wilted on arrival", submission="one-press")

    made = refund_payment.refund(fern.company, payment.pk, wish, by=fern)

    assert made.state == "succeeded"
    assert taken(payment.account, "refunded") == 2_500
    assert taken(account_of(fern).reference, "refunded") == 0


# ---- the mail ----


@pytest.mark.parametrize(
    ("verdicts", "says"),
    [
        (["verify"], "carry a payment link"),
        (["verify", "ask_more"], "identity document"),
        (["verify", "suspend"], "reviewing the account"),
        (["reject"], "will not work with this business"),
    ],
)
def test_the_company_is_mailed_what_it_means(admin: User, bank: Bank, verdicts: list[str], says: str) -> None:
    bank.forget_mails()
    continue_onboarding(admin)
    for verdict in verdicts:
        decide_account(bank, admin, verdict)

    deliver_outbox.deliver()

    mail = bank.mails(to="office@fern.example")[0]
    assert says in mail["text"]
    assert "/office/payments/account/" in mail["text"]
    assert "$0.00" not in mail["text"] + mail["html"]


def test_the_mail_is_in_the_companys_language(database: None, bank: Bank) -> None:
    company = make_company(slug="fern", name="Fern", language="es")
    forget_accounts()
    admin = make_user(company, Role.ADMIN)
    bank.forget_mails()
    active(bank, admin)

    deliver_outbox.deliver()

    assert 'lang="es"' in bank.mails(to="office@fern.example")[0]["html"]
