"""What only a browser shows: pages that anybody can use, and scripts that do what they promise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from checkout.pages import address, everything, link_to, link_to_many, result_address, statement_link
from factories import make_draft, make_invoice, make_link
from factories.attempts import open_attempt, report_card_payment
from factories.credits import make_credit
from factories.declines import decline
from factories.payments import click_pay
from florin.contracts.processor import Outcome
from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.declines.services import MOST_OF_LINK
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.flows import write_order
from testing.bank import Bank
from testing.live_server import served
from testing.settings import WEB_PORT


@pytest.fixture
def page(browser: Browser, database: None) -> Iterator[Page]:
    """A tab of a small telephone."""
    with served(int(WEB_PORT)) as base:
        context = browser.new_context(base_url=base, viewport={"width": 360, "height": 740})
        yield context.new_page()
        context.close()


@dataclass(frozen=True)
class Scene:
    """Who may take part in a state."""

    owner: User
    invoice: Invoice
    link: Link


@pytest.fixture
def scene(owner: User, invoice: Invoice, link: Link) -> Scene:
    """The people and documents of one bill."""
    return Scene(owner, invoice, link)


def _payable(scene: Scene) -> str:
    return address(scene.link)


def _overdue(scene: Scene) -> str:
    Invoice.objects.update(due_on="2020-01-31")
    return address(scene.link, "?back=1")


def _many(scene: Scene) -> str:
    return address(link_to_many(scene.owner, 3))


def _long(scene: Scene) -> str:
    link = link_to_many(scene.owner, 12)
    first, last = link.debts.order_by("position").values_list("invoice__order_id", flat=True)[::11]
    write_order.void(scene.owner.company, first, by=scene.owner)
    write_order.void(scene.owner.company, last, by=scene.owner)
    return address(link)


def _statement(scene: Scene) -> str:
    return address(statement_link(scene.invoice.customer, scene.owner))


def _credited(scene: Scene) -> str:
    make_credit(scene.invoice.customer, "30.00")
    return address(scene.link)


def _covered(scene: Scene) -> str:
    make_credit(scene.invoice.customer, "300.00")
    return address(scene.link)


def _too_little(scene: Scene) -> str:
    make_credit(scene.invoice.customer, "99.70")
    return address(scene.link)


def _changed(scene: Scene) -> str:
    draft = make_draft(scene.invoice.customer, "120.00", "4.50")
    write_order.change(
        scene.owner.company,
        scene.invoice.order_id,
        draft,
        version=scene.invoice.order.version,
        by=scene.owner,
    )
    return address(scene.link)


def _paid(scene: Scene) -> str:
    report_card_payment(open_attempt(scene.link), Outcome.SETTLED)
    return address(scene.link)


def _in_progress(scene: Scene) -> str:
    report_card_payment(open_attempt(scene.link), Outcome.AUTHORISED)
    return address(scene.link)


def _debit_in_progress(scene: Scene) -> str:
    report_card_payment(open_attempt(scene.link), Outcome.PENDING)
    return address(scene.link)


def _cooling(scene: Scene) -> str:
    decline(scene.link, MOST_OF_LINK)
    return address(scene.link)


def _mailed_anew(scene: Scene) -> str:
    return f"{_cooling(scene)}?mailed=1"


def _declined(scene: Scene) -> str:
    attempt = open_attempt(scene.link)
    Attempt.objects.update(decline="ch_1", failure="insufficient_funds")
    return address(scene.link, f"?back={attempt.pk}")


def _debit_only(scene: Scene) -> str:
    PaymentsAccount.objects.update(card_enabled=False)
    return address(scene.link)


def _pending(scene: Scene) -> str:
    attempt = open_attempt(scene.link)
    report_card_payment(attempt, Outcome.PENDING)
    return result_address(attempt)


def _unconfirmed(scene: Scene) -> str:
    attempt = open_attempt(scene.link)
    report_card_payment(attempt, Outcome.PENDING)
    Attempt.objects.update(method=Method.ACH, awaits_payer=True)
    return result_address(attempt)


def _unconfirmed_by_another(scene: Scene) -> str:
    _unconfirmed(scene)
    return address(scene.link)


def _never_confirmed(scene: Scene) -> str:
    attempt = open_attempt(scene.link)
    report_card_payment(attempt, Outcome.FAILED)
    Attempt.objects.update(method=Method.ACH, failure="UNVERIFIED")
    return result_address(attempt)


def _failed(scene: Scene) -> str:
    attempt = open_attempt(scene.link)
    report_card_payment(attempt, Outcome.FAILED)
    return result_address(attempt)


def _open_again(scene: Scene) -> str:
    attempt = open_attempt(scene.link)
    report_card_payment(attempt, Outcome.FAILED)
    Attempt.objects.update(method=Method.ACH, failure="R01")
    Link.objects.update(started_at=attempt.started_at)
    return address(scene.link)


def _void(scene: Scene) -> str:
    write_order.void(scene.owner.company, scene.invoice.order_id, by=scene.owner)
    return address(scene.link)


def _off(scene: Scene) -> str:
    Company.objects.update(links_enabled=False)
    return address(scene.link)


def _unknown(scene: Scene) -> str:
    return address(scene.link, "/nothing")


def _settled(scene: Scene) -> str:
    make_credit(scene.invoice.customer, "30.00")
    attempt = open_attempt(scene.link)
    report_card_payment(attempt, Outcome.SETTLED)
    return result_address(attempt)


def _expired(scene: Scene) -> str:
    attempt = open_attempt(scene.link)
    report_card_payment(attempt, Outcome.EXPIRED)
    return result_address(attempt)


_SCENES = [
    _payable,
    _overdue,
    _many,
    _long,
    _statement,
    _credited,
    _covered,
    _too_little,
    _changed,
    _paid,
    _in_progress,
    _void,
    _off,
]
_SCENES += [_unknown, _settled, _expired, _cooling, _mailed_anew]
_SCENES += [_debit_in_progress, _declined, _debit_only, _pending, _failed, _open_again]
_SCENES += [_unconfirmed, _unconfirmed_by_another, _never_confirmed]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("make", _SCENES, ids=lambda make: make.__name__.strip("_"))
def test_every_page_can_be_used_by_anybody_on_a_small_telephone(
    page: Page, scene: Scene, make: Callable[[Scene], str], scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(make(scene))
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")

    findings = Axe().run(page)

    assert findings.violations_count == 0, findings.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_scanner_that_runs_the_scripts_changes_nothing(page: Page, link: Link) -> None:
    before = everything()

    page.goto(address(link), wait_until="networkidle")
    page.wait_for_timeout(1500)
    page.evaluate("window.scrollTo(0, 999)")
    page.screenshot(full_page=True)
    page.wait_for_timeout(300)

    assert everything() == before


_PRETENCE = """
for (const target of [window, document, document.body, document.getElementById("pay")]) {
  target.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, movementX: 9, movementY: 9 }));
  target.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, pointerType: "touch" }));
  target.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, key: "Tab" }));
  target.dispatchEvent(new WheelEvent("wheel", { bubbles: true, deltaY: 99 }));
  target.dispatchEvent(new Event("touchstart", { bubbles: true }));
}
document.getElementById("pay").focus();
"""


def test_a_scanner_that_makes_up_events_changes_nothing(page: Page, link: Link) -> None:
    before = everything()

    page.goto(address(link))
    page.wait_for_timeout(1500)
    page.evaluate(_PRETENCE)
    page.wait_for_timeout(300)

    assert everything() == before


def test_an_input_before_anybody_can_have_read_the_page_is_no_evidence(page: Page, link: Link) -> None:
    page.add_init_script("performance.now = () => 0")
    before = everything()

    page.goto(address(link))
    page.keyboard.press("Tab")
    page.mouse.move(50, 90)
    page.wait_for_timeout(300)

    assert everything() == before


def test_a_person_who_moves_over_the_bill_has_opened_it(page: Page, link: Link) -> None:
    page.goto(address(link))
    page.wait_for_timeout(1100)

    with page.expect_response("**/opened") as answer:
        page.keyboard.press("Tab")

    assert answer.value.status == 204
    link.refresh_from_db()
    assert link.opened_at is not None


def test_a_person_with_two_tabs_and_many_inputs_has_opened_it_once(page: Page, link: Link) -> None:
    told: list[str] = []
    page.context.on(
        "request", lambda asked: told.append(asked.url) if asked.url.endswith("/opened") else None
    )
    tabs = [page, page.context.new_page()]
    for tab in tabs:
        tab.goto(address(link))
    for tab in tabs:
        tab.bring_to_front()
        tab.wait_for_timeout(1200)
        for place in (20, 60, 90):
            tab.mouse.move(place, place)
            tab.keyboard.press("Tab")
        tab.wait_for_timeout(300)

    assert len(told) == len(tabs)
    assert Activity.objects.filter(kind=Activity.Kind.LINK_OPENED).count() == 1


def test_an_open_page_says_that_its_amount_changed_and_holds_pay_for_a_moment(
    page: Page, owner: User, invoice: Invoice
) -> None:
    other = make_invoice(owner, "50.00", customer=invoice.customer)
    page.goto(address(link_to(invoice, other)))
    page.focus("#pay")

    report_card_payment(open_attempt(link_to(other)), Outcome.SETTLED)

    expect(page.locator("#news")).to_have_text(
        "The amount changed from $150.00 to $100.00. Please look at it again.", timeout=9000
    )
    expect(page.locator("#pay")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#pay")).to_have_text("Pay $100.00")
    expect(page.locator("#pay")).to_be_focused()
    assert page.input_value("[name=seen]") == "10000"
    expect(page.locator("#pay")).not_to_have_attribute("aria-disabled", "true")


def test_an_open_page_says_when_somebody_else_has_paid(page: Page, link: Link, invoice: Invoice) -> None:
    page.goto(address(link))

    report_card_payment(open_attempt(link_to(invoice)), Outcome.SETTLED)

    expect(page.locator("#news")).to_contain_text("Paid. Nothing is due.", timeout=9000)
    expect(page.locator("#pay")).to_have_count(0)


def test_the_result_page_finds_out_by_itself(page: Page, owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)

    page.goto(result_address(attempt))

    expect(page.get_by_role("heading", level=1)).to_contain_text("Your payment has arrived", timeout=9000)


def test_without_a_script_the_result_is_one_button_away(browser: Browser, owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    with served(int(WEB_PORT)) as base:
        page = browser.new_context(base_url=base, java_script_enabled=False).new_page()
        page.goto(result_address(attempt))
        page.get_by_role("button", name="Check now").click()

        expect(page.get_by_role("heading", level=1)).to_contain_text("Your payment has arrived")


def test_a_method_that_is_chosen_stays_chosen_when_the_bill_changes(
    page: Page, owner: User, invoice: Invoice
) -> None:
    other = make_invoice(owner, "50.00", customer=invoice.customer)
    page.goto(address(link_to(invoice, other)))
    page.get_by_label("Bank account").check()

    report_card_payment(open_attempt(link_to(other)), Outcome.SETTLED)

    expect(page.locator("#pay")).to_have_text("Pay $100.00", timeout=9000)
    expect(page.get_by_label("Bank account")).to_be_checked()


def test_a_bank_account_is_chosen_and_named_by_keyboard_and_without_a_script(
    browser: Browser, link: Link, bank: Bank
) -> None:
    with served(int(WEB_PORT)) as base:
        page = browser.new_context(base_url=base, java_script_enabled=False).new_page()
        page.goto(address(link))
        page.get_by_label("Credit or debit card").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/c/pay/**")

        assert Attempt.objects.get().method == "ach"
        expect(page.locator("[name=routing]")).to_be_visible()


def test_a_fold_that_is_open_stays_open_when_the_bill_changes(page: Page, owner: User) -> None:
    link = link_to_many(owner, 12)
    page.goto(address(link))
    page.get_by_text("2 more invoices").click()

    report_card_payment(open_attempt(link_to(link.debts.get(position=1).invoice)), Outcome.SETTLED)

    expect(page.locator("#pay")).to_have_text("Pay $1,100.00", timeout=9000)
    expect(page.locator("#rest")).to_have_attribute("open", "")
    expect(page.locator("#rest-more")).to_be_focused()


def test_nothing_moves_while_a_bill_loads(page: Page, link: Link) -> None:
    logo = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAzIDEiLz4="
    Company.objects.update(logo=logo)
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => {"
        " for (const shift of list.getEntries()) window.moved += shift.value;"
        "}).observe({ type: 'layout-shift', buffered: true });"
    )

    page.goto(address(link), wait_until="networkidle")

    assert page.evaluate("window.moved") == 0


def test_pay_pressed_by_keyboard_leads_to_the_processor(page: Page, link: Link, bank: Bank) -> None:
    page.goto(address(link))

    page.focus("#pay")
    page.keyboard.press("Enter")

    page.wait_for_url(f"{bank.base}/**")
    assert Attempt.objects.get(link=link).total == 10_000
