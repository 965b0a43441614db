"""Payouts, the settlement report and the reconciliation, as staff see them (R15, X6)."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs

import pytest
from pytest_django import DjangoAssertNumQueries

from factories import make_invoice, make_user
from factories.clearing_account import in_the_books
from factories.ledger import usd
from factories.movements import make_movement, paid, paid_out, take_in
from florin.contracts.processor import Itemised, MovementKind, PayoutWay
from florin.domain.companies.models import PaymentsAccount
from florin.domain.ledger.models import Account
from florin.domain.outbox.models import Message
from florin.domain.payouts import checking
from florin.domain.payouts.models import Difference, Movement, Payout, Reconciliation
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.kernel import clock, formats
from office import signed_in
from office.conftest import Open
from office.test_accessibility import SCREENS, check

ASKING = 3  # the session, the person, the company
PAYOUTS, REPORT, RECONCILIATION = (
    "/office/payments/payouts/",
    "/office/payments/settlement/",
    "/office/reconciliation/",
)


def a_payout(owner: User, payments: int = 2) -> Payout:
    before = list(Movement.objects.values_list("pk", flat=True))
    for _ in range(payments):
        paid(owner, make_invoice(owner))
    return paid_out(owner.company, *Movement.objects.exclude(pk__in=before))


def differing(owner: User, **more: object) -> Difference:
    given = {"kind": Difference.Kind.UNKNOWN_PAYMENT, "subject": "txn_odd", "theirs": "20.00 USD", **more}
    return Difference.objects.create(company=owner.company, found_at=clock.now(), **given)


def shown(user: User, address: str) -> str:
    return signed_in(user).get(address).content.decode()


def test_payouts_are_listed_with_what_they_consist_of(owner: User) -> None:
    payout = a_payout(owner)
    text = shown(owner, PAYOUTS)
    assert f"{PAYOUTS}{payout.pk}/" in text
    assert "$193.70" in text
    assert "Arrived" in text
    assert "does not add up" not in text


def test_a_payout_is_traced_over_its_payments_to_the_invoices(owner: User) -> None:
    payout = a_payout(owner)
    text = shown(owner, f"{PAYOUTS}{payout.pk}/")
    for movement in payout.movements.select_related("payment"):
        assert movement.payment
        assert f"/office/payments/{movement.payment.pk}/" in text
    assert text.count("/office/orders/") >= 2
    assert "\N{MINUS SIGN}$6.30" in text  # the fees
    assert "$193.70" in text


def test_a_payout_that_does_not_add_up_says_so(owner: User) -> None:
    payout = a_payout(owner)
    Movement.objects.filter(pk=payout.movements.all()[0].pk).update(payout=None)
    assert "does not add up" in shown(owner, PAYOUTS)
    assert "does not add up" in shown(owner, f"{PAYOUTS}{payout.pk}/")


@pytest.mark.parametrize(
    ("way", "itemised", "kind", "listed", "why"),
    [
        (PayoutWay.MANUAL, Itemised.NEVER, "Manual", "not itemized", "cannot say which payments"),
        (PayoutWay.INSTANT, Itemised.NEVER, "Instant", "not itemized", "cannot say which payments"),
        (PayoutWay.AUTOMATIC, Itemised.NOT_YET, "Automatic", "not itemized yet", "is still working out"),
    ],
)
def test_a_payout_whose_parts_are_not_told_says_why(  # noqa: PLR0917 - the cases
    owner: User, way: PayoutWay, itemised: Itemised, kind: str, listed: str, why: str
) -> None:
    payment = paid(owner, make_invoice(owner))
    payout = paid_out(owner.company, *Movement.objects.all(), way=way, itemised=itemised)
    (page, traced, history) = (
        " ".join(shown(owner, address).split())
        for address in (PAYOUTS, f"{PAYOUTS}{payout.pk}/", f"/office/payments/{payment.pk}/")
    )
    assert f">{listed}<" in page
    assert why in traced
    assert f"<dt>Kind</dt><dd>{kind}</dd>" in traced
    assert "does not add up" not in page + traced
    assert "not known" in history


def test_the_report_calls_a_payout_what_it_is(owner: User) -> None:
    paid(owner, make_invoice(owner))
    paid_out(owner.company, *Movement.objects.all(), way=PayoutWay.INSTANT, itemised=Itemised.NEVER)
    assert ">Instant payout<" in shown(owner, REPORT)


def test_money_that_was_taken_back_from_the_bank_says_so(owner: User) -> None:
    (back,) = take_in(owner.company, make_movement(MovementKind.OTHER, -900))
    payout = paid_out(owner.company, back)
    assert "took this money back" in shown(owner, f"{PAYOUTS}{payout.pk}/")


def test_what_is_kept_back_for_a_minimum_balance_is_called_so_and_no_difference(owner: User) -> None:
    paid(owner, make_invoice(owner))
    take_in(owner.company, make_movement(MovementKind.KEPT_BACK, -5_000))
    payout = paid_out(owner.company, *Movement.objects.all())
    take_in(owner.company, make_movement(MovementKind.KEPT_BACK, 5_000))

    assert checking.about_movements(owner.company, since=payout.made_at - timedelta(hours=1)) == []
    assert in_the_books(owner.company, Account.ADJUSTMENTS) == {}
    page = shown(owner, f"{PAYOUTS}{payout.pk}/")
    assert "Kept back for the minimum balance" in page
    assert "Other movements" not in page
    assert ">Minimum balance<" in shown(owner, REPORT)


def test_a_payout_that_was_canceled_never_left(owner: User) -> None:
    paid(owner, make_invoice(owner))
    payout = paid_out(owner.company, *Movement.objects.all(), state="canceled")
    take_in(owner.company, make_movement(MovementKind.PAYOUT_FAILED, payout.amount, source=payout.reference))

    listed, page, report = (shown(owner, page) for page in (PAYOUTS, f"{PAYOUTS}{payout.pk}/", REPORT))
    assert ">Canceled<" in listed
    assert "canceled before it left" in page
    assert ">Payout canceled<" in report
    assert "ame back" not in listed + page + report
    assert "came back from the bank" not in shown(owner, "/office/")


def test_who_shares_an_account_reads_why_no_payouts_are_listed(owner: User, stranger: User) -> None:
    PaymentsAccount.objects.update(reference="acct_shared")
    for user in (owner, stranger):
        text = shown(user, PAYOUTS)
        assert "listed for none" in " ".join(text.split())
        assert "No payouts yet" not in text


def test_nothing_differs_only_where_something_was_compared(owner: User) -> None:
    assert "Nothing has been compared yet" in shown(owner, RECONCILIATION)
    Reconciliation.objects.create(
        company=owner.company, started_at=clock.now(), since=clock.now(), until=clock.now(), asked_by="x"
    )
    assert "Nothing has been compared yet" in shown(owner, RECONCILIATION)
    compared(owner)
    assert "Nothing to compare yet" in shown(owner, RECONCILIATION)
    assert "Nothing differs" not in shown(owner, RECONCILIATION)
    take_in(owner.company, make_movement(MovementKind.FEE, -500))
    assert "Nothing differs" in shown(owner, RECONCILIATION)


def test_what_was_refused_is_told_in_the_processors_own_words(owner: User) -> None:
    differing(owner, kind=Difference.Kind.UNREAD, subject="po_1", theirs="Not that one.")
    text = shown(owner, RECONCILIATION)
    assert "The processor says: Not that one." in text
    assert ">Not that one.<" not in text


def test_a_stranger_finds_none_of_it(owner: User, stranger: User) -> None:
    payout, difference = a_payout(owner), differing(owner)
    client = signed_in(stranger)
    assert client.get(f"{PAYOUTS}{payout.pk}/").status_code == 404
    assert client.get(f"{RECONCILIATION}{difference.pk}/settle/").status_code == 404
    assert client.post(f"{RECONCILIATION}{difference.pk}/settle/", {"note": "x"}).status_code == 404
    for page in (PAYOUTS, REPORT, RECONCILIATION):
        text = client.get(page).content.decode()
        assert payout.reference not in text
        assert "PAY-" not in text
        assert difference.subject not in text


@pytest.mark.parametrize(("page", "queries"), [(PAYOUTS, 4), (REPORT, 9), (RECONCILIATION, 6)])
def test_a_page_costs_the_same_for_one_payout_as_for_five(
    owner: User, page: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    for rounds in (1, 5):
        for number in range(rounds):
            a_payout(owner)
            differing(owner, subject=f"txn_{rounds}_{number}")
        with django_assert_num_queries(ASKING + queries):
            client.get(page)


def test_a_payouts_page_costs_the_same_for_two_payments_as_for_ten(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    for payments in (2, 10):
        address = f"{PAYOUTS}{a_payout(owner, payments).pk}/"
        with django_assert_num_queries(ASKING + 6):
            client.get(address)


def test_the_report_adds_up_on_the_screen(owner: User) -> None:
    a_payout(owner)
    take_in(owner.company, make_movement(MovementKind.FEE, -500))
    text = " ".join(shown(owner, REPORT).split())
    for label, amount in (
        ("Payments", "$200.00"),
        ("Fees", "\N{MINUS SIGN}$11.30"),
        ("Paid out to the bank", "\N{MINUS SIGN}$193.70"),
        ("Closing balance at the processor", "\N{MINUS SIGN}$5.00"),
    ):
        assert f'<dt>{label}</dt><dd class="amount">{amount}</dd>' in text
    assert "<dt>Difference</dt>" not in text


def test_the_report_names_what_the_processors_own_balance_has_more(owner: User) -> None:
    a_payout(owner)
    kind = Difference.Kind.BALANCE
    differing(owner, kind=kind, subject="USD", ours="91.85 USD", theirs="90.00 USD")
    compared(owner)
    assert '<dt>Difference</dt><dd class="amount">\N{MINUS SIGN}$1.85</dd>' in shown(owner, REPORT)


def test_the_report_ends_with_the_last_payout_if_the_processors_clock_is_ahead(owner: User) -> None:
    take_in(owner.company, make_movement(MovementKind.FEE, -500))
    today = clock.today(owner.company.time_zone)
    assert f'name="until" value="{today}"' in shown(owner, REPORT)

    ahead = clock.now() + timedelta(days=40)
    payout = paid_out(
        owner.company,
        *take_in(owner.company, make_movement(MovementKind.OTHER, 900, at=ahead)),
        made_at=ahead,
    )

    text, last = shown(owner, REPORT), clock.local(ahead, owner.company.time_zone)
    assert f'name="from" value="{last - timedelta(days=30)}"' in text
    assert f'name="until" value="{last}"' in text
    assert f"{PAYOUTS}{payout.pk}/" in text


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("from=2026-01-01&until=2026-02-01", "at most 31 days"),
        ("from=2026-02-02&until=2026-02-01", "before the first"),
        ("from=yesterday", "not a date"),
    ],
)
def test_days_that_make_no_report_are_refused_and_stay_as_typed(owner: User, query: str, why: str) -> None:
    answer = signed_in(owner).get(f"{REPORT}?{query}")
    assert answer.status_code == 422
    assert why in answer.content.decode()
    first = parse_qs(query)["from"][0]
    assert f'value="{first}"' in answer.content.decode()


def test_the_report_is_a_file_for_spreadsheets(owner: User) -> None:
    a_payout(owner)
    client = signed_in(owner)
    assert client.get(f"{REPORT}download/").getvalue()[:2] == b"PK"
    lines = client.get(f"{REPORT}download/?as=csv").getvalue().decode("utf-8-sig")
    assert lines.splitlines()[0].startswith('"Date","What","Payment"')
    assert lines.count("\r\n") == 1 + 3
    assert client.get(f"{REPORT}download/?from=x").status_code == 422


def test_the_report_is_mailed_once_however_often_send_is_pressed(owner: User) -> None:
    client = signed_in(owner)
    sent = {"to": "books@bloom.example", "press": "one", "from": "2026-11-01", "until": "2026-11-20"}
    for _ in range(2):
        assert client.post(f"{REPORT}mail/", sent).status_code == 302
    assert Message.objects.filter(kind=Message.Kind.SETTLEMENT_REPORT).count() == 1


def test_a_wrong_address_keeps_what_was_typed(owner: User) -> None:
    answer = signed_in(owner).post(f"{REPORT}mail/", {"to": "books", "from": "2026-11-01"})
    assert answer.status_code == 422
    assert 'value="books"' in answer.content.decode()
    assert 'value="2026-11-01"' in answer.content.decode()


def test_what_differs_stands_on_home_until_somebody_settles_it(owner: User) -> None:
    difference, client = differing(owner), signed_in(owner)
    assert "Difference to the processor&#39;s account" in shown(owner, "/office/")
    settle = f"{RECONCILIATION}{difference.pk}/settle/"
    assert "$20.00" in shown(owner, RECONCILIATION)

    assert client.post(settle, {"note": ""}).status_code == 422
    answer = client.post(settle, {"note": "4242 4242 4242 4242"})
    assert "looks like a card number" in answer.content.decode()
    assert client.post(settle, {"note": "Sold at the market"}).status_code == 302

    assert "Sold at the market" in shown(owner, RECONCILIATION)
    assert "Difference to the processor&#39;s account" not in shown(owner, "/office/")


def test_a_payout_that_came_back_stands_on_home(owner: User) -> None:
    payout = a_payout(owner)
    Payout.objects.filter(pk=payout.pk).update(state=Payout.State.FAILED)
    assert "Payout came back from the bank" in shown(owner, "/office/")
    assert "sent this payout back" in shown(owner, f"{PAYOUTS}{payout.pk}/")


def test_comparing_is_asked_for_and_not_waited_for(owner: User) -> None:
    answer = signed_in(owner).post(f"{RECONCILIATION}compare/", follow=True)
    assert "The comparison is under way" in answer.content.decode()


def compared(owner: User) -> None:
    """A comparison has begun and ended."""
    now = clock.now()
    Reconciliation.objects.create(
        company=owner.company, started_at=now, finished_at=now, since=now, until=now, asked_by="somebody"
    )


def test_the_page_renews_itself_until_the_comparison_has_ended(owner: User) -> None:
    client = signed_in(owner)
    asked = client.post(f"{RECONCILIATION}compare/")["Location"]
    (again,) = re.findall(r'data-refresh hx-get="([^"]+)"', client.get(asked).content.decode())
    htmx = {"HX-Request": "true"}
    assert client.get(unescape(again), headers=htmx).status_code == 204

    compared(owner)

    text = client.get(unescape(again), headers=htmx).content.decode()
    assert "The comparison is done." in text
    assert "data-refresh" not in text
    assert "<html" not in text


@pytest.mark.parametrize("asked", ["", "soon", "2026-01-01", "2020-01-01T00:00:00+00:00", "%00", "9" * 500])
def test_a_page_that_waits_for_nothing_does_not_renew_itself(owner: User, asked: str) -> None:
    assert "data-refresh" not in shown(owner, f"{RECONCILIATION}?asked={asked}")


def test_amounts_and_states_are_told_in_the_readers_language(owner: User) -> None:
    differing(owner, kind=Difference.Kind.STATE, ours="pending", theirs="1234.50 USD")
    User.objects.update(language="es")
    text = shown(owner, RECONCILIATION)
    assert formats.money(usd(123_450), "es") in text
    assert ">pending<" not in text
    assert ">En curso<" in text


def test_every_kind_of_difference_is_told_in_words(owner: User) -> None:
    for kind in Difference.Kind:
        differing(owner, kind=kind, subject=kind.value)
    text = shown(owner, RECONCILIATION)
    for kind in Difference.Kind:
        assert f">{kind.value}</span>" in text


def test_who_only_reads_reports_gets_no_links_to_closed_doors(owner: User) -> None:
    payout = a_payout(owner)
    client = signed_in(make_user(owner.company, Role.REPORTS))
    text = client.get(f"{PAYOUTS}{payout.pk}/").content.decode()
    assert "PAY-" in text
    assert "/office/orders/" not in text
    assert 'href="/office/payments/0' not in text


def test_who_pressed_compare_now_sees_the_outcome_without_reloading(owner: User, browse: Open) -> None:
    page = browse(owner).new_page()
    page.goto(RECONCILIATION)
    page.get_by_role("button", name="Compare now").click()
    page.get_by_text("The comparison is under way.").wait_for()
    check(page)

    compared(owner)

    page.get_by_text("The comparison is done.").wait_for(timeout=10_000)
    assert page.get_by_text("The comparison is under way.").count() == 0


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_on_payouts_report_and_reconciliation(
    owner: User, browse: Open, screen: str
) -> None:
    scheme, width = screen.split()
    payout, difference = a_payout(owner), differing(owner)
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    addresses = [PAYOUTS, f"{PAYOUTS}{payout.pk}/", REPORT, f"{REPORT}?from=x", RECONCILIATION]
    for address in [*addresses, f"{RECONCILIATION}{difference.pk}/settle/"]:
        page.goto(address)
        check(page)


def test_a_report_that_was_mailed_to_nobody_can_be_mailed_again_at_once(owner: User) -> None:
    answer = signed_in(owner).post(f"{REPORT}mail/", {"to": "", "press": "p1"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="problem"' in text
    assert 'name="press" value="p1"' in text
