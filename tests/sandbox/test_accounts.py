"""Connected accounts: each its own world, opened by a form that a business fills in at the processor."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from sandbox.processes import CAPABILITIES, SECRET, Sandbox, Shop, open_shop, web
from testing.processes import wait_until

DEBITS = "us_bank_account_ach_payments"
FORM = {
    "name": "Hollis & Vine LLC",
    "tax_id": "12-3456789",
    "line1": "1 Market Street",
    "city": "San Francisco",
    "state": "ca",
    "postal_code": "94103",
    "routing": "110000000",
    "number": "000999888777",
    "first_name": "Ana",
    "last_name": "Hollis",
    "dob": "1980-02-29",
    "ssn": "4321",
}


def opened(bank: Sandbox, **more: Any) -> stripe.Account:
    """A new account that nobody has filled the form in for."""
    requested = {name: {"requested": True} for name in CAPABILITIES}
    params: Any = {"type": "express", "capabilities": requested, **more}
    return bank.api.v1.accounts.create(params)


def link(bank: Sandbox, account: str) -> str:
    """A fresh address of the account's form."""
    params: Any = {"account": account, "type": "account_onboarding"}
    params |= {"refresh_url": "https://shop.example/again", "return_url": "https://shop.example/back"}
    return bank.api.v1.account_links.create(params).url


def submitted(bank: Sandbox, tax_id: str) -> stripe.Account:
    """An account whose form was sent with this tax id."""
    account = opened(bank).id
    assert web.post(link(bank, account), data={**FORM, "tax_id": tax_id}).status_code == 303
    return bank.api.v1.accounts.retrieve(account)


def events_of(bank: Sandbox, account: str) -> list[dict[str, Any]]:
    """The events of a connected account, oldest first."""
    return [event.to_dict() for event in bank.at(account).api.v1.events.list({"limit": 100}).data[::-1]]


def test_a_new_account_can_do_nothing_and_says_what_it_needs(bank: Sandbox) -> None:
    account = opened(bank, email="ana@example.com", business_profile={"name": "Hollis"}, metadata={"a": "1"})

    assert (account.charges_enabled, account.payouts_enabled, account.details_submitted) == (False,) * 3
    assert account.requirements is not None
    assert "external_account" in (account.requirements.currently_due or [])
    assert account.requirements.disabled_reason == "requirements.past_due"
    assert (account.email, account.country, account.default_currency) == ("ana@example.com", "US", "usd")
    assert set(account.to_dict()["capabilities"].values()) == {"inactive"}


def test_a_filled_in_form_makes_the_account_active(bank: Sandbox) -> None:
    account = submitted(bank, "12-3456789")

    assert (account.charges_enabled, account.payouts_enabled, account.details_submitted) == (True,) * 3
    assert account.to_dict()["requirements"]["currently_due"] == []
    assert set(account.to_dict()["capabilities"].values()) == {"active"}
    assert account.to_dict()["company"]["name"] == "Hollis & Vine LLC"
    destination = account.to_dict()["external_accounts"]["data"][0]
    assert (destination["routing_number"], destination["last4"]) == ("110000000", "8777")


def test_of_the_numbers_typed_only_four_digits_are_kept(own_bank: Sandbox) -> None:
    submitted(own_bank, "98-7654321")
    own_bank.stop()

    kept = b"".join(path.read_bytes() for path in own_bank.data.iterdir())
    assert b"Hollis" in kept
    for number in (b"000999888777", b"98-7654321", b"987654321"):
        assert number not in kept


def test_a_tax_id_can_make_the_processor_ask_for_a_document(bank: Sandbox) -> None:
    account = submitted(bank, "12-3450001")
    assert account.to_dict()["requirements"]["currently_due"] == ["individual.verification.document"]
    assert (account.charges_enabled, account.details_submitted) == (False, True)

    page = link(bank, account.id)
    assert "Upload a test document" in web.get(page).text
    assert web.post(page).headers["location"] == "https://shop.example/back"
    assert bank.api.v1.accounts.retrieve(account.id).charges_enabled


def test_a_tax_id_can_make_the_processor_say_no(bank: Sandbox) -> None:
    account = submitted(bank, "12-3450002")

    assert not account.charges_enabled
    assert account.to_dict()["requirements"]["disabled_reason"] == "rejected.other"
    assert "will not work with this business" in web.get(link(bank, account.id)).text


def test_a_tax_id_can_keep_the_processor_checking_for_a_day(bank: Sandbox) -> None:
    account = submitted(bank, "12-3450003")
    assert account.to_dict()["requirements"]["pending_verification"] == ["company.tax_id"]
    assert set(account.to_dict()["capabilities"].values()) == {"pending"}

    bank.later(days=1)
    assert bank.api.v1.accounts.retrieve(account.id).charges_enabled


def test_a_link_works_once_and_then_leads_back_for_a_new_one(bank: Sandbox) -> None:
    page = link(bank, opened(bank).id)
    assert web.get(page).status_code == web.get(page).status_code == 200
    assert web.post(page, data=FORM).headers["location"] == "https://shop.example/back"

    assert web.get(page).headers["location"] == "https://shop.example/again"
    assert web.post(page, data=FORM).headers["location"] == "https://shop.example/back"


def test_a_link_expires_but_a_form_opened_in_time_can_be_sent(bank: Sandbox) -> None:
    account = opened(bank).id
    page = link(bank, account)
    bank.order("clock", advance=301)

    assert web.get(page).headers["location"] == "https://shop.example/again"
    assert web.post(page, data=FORM).headers["location"] == "https://shop.example/back"
    assert bank.api.v1.accounts.retrieve(account).charges_enabled


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Enter the legal name"),
        ("tax_id", "12345678", "Enter 9 digits"),
        ("state", "Cal", "two letters"),
        ("routing", "110000001", "not a routing number"),
        ("number", "12a4", "4 to 17 digits"),
        ("dob", "2020-01-01", "18 or older"),
        ("dob", "1980-02-30", "18 or older"),
        ("ssn", "12345", "Enter 4 digits"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_else_typed_is_lost(
    bank: Sandbox, field: str, value: str, said: str
) -> None:
    answer = web.post(link(bank, opened(bank).id), data={**FORM, field: value})

    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="1 Market Street"' in answer.text
    assert "000999888777" not in answer.text


def test_the_form_speaks_the_browsers_language(bank: Sandbox) -> None:
    shown = web.get(link(bank, opened(bank).id), headers={"Accept-Language": "es-MX,es;q=0.9"}).text

    assert '<html lang="es">' in shown
    assert "Número de ruta" in shown


def test_an_address_that_nobody_gave_out_leads_nowhere(bank: Sandbox) -> None:
    assert web.get(f"{bank.url}/setup/alnk_made_up").status_code == 404
    assert web.post(f"{bank.url}/setup/alnk_made_up", data=FORM).status_code == 404


def test_every_change_of_an_account_is_told_with_its_id(bank: Sandbox) -> None:
    account = submitted(bank, "12-3456789").id
    bank.api.v1.accounts.update(account, {"metadata": {"company": "7"}})
    bank.order(f"accounts/{account}", verdict="suspend")
    everything = events_of(bank, account)
    told = [event for event in everything if event["type"] == "account.updated"]

    assert len(told) == 4
    assert {event["account"] for event in told} == {account}
    assert [event["data"]["object"]["charges_enabled"] for event in told] == [False, True, True, False]
    assert account not in str(bank.api.v1.events.list({"limit": 100, "type": "account.updated"}).data)


def test_a_capability_that_changes_is_told_and_listed(bank: Sandbox) -> None:
    account = bank.business().account
    bank.order(f"accounts/{account}", verdict="withhold_debits")
    told = [event["data"]["object"] for event in events_of(bank, account)]
    changes = [(thing["id"], thing["status"]) for thing in told if thing["object"] == "capability"]
    listed = bank.api.v1.accounts.capabilities.list(account).data

    assert changes[3:] == [*((name, "active") for name in CAPABILITIES), (DEBITS, "inactive")]
    assert [entry.status for entry in listed] == ["active", "active", "inactive"]
    reasons = [entry.requirements.disabled_reason for entry in listed if entry.requirements]
    assert reasons == [None, None, "other"]


@pytest.mark.parametrize(
    ("verdict", "enabled", "reason"),
    [
        ("verify", True, None),
        ("ask_more", False, "requirements.past_due"),
        ("reject", False, "rejected.other"),
        ("suspend", False, "under_review"),
    ],
)
def test_verdicts_can_be_ordered(bank: Sandbox, verdict: str, enabled: bool, reason: str | None) -> None:  # noqa: FBT001
    account = bank.order(f"accounts/{bank.business().account}", verdict=verdict)

    assert (account["charges_enabled"], account["payouts_enabled"]) == (enabled, enabled)
    assert account["requirements"]["disabled_reason"] == reason


def test_a_suspension_ends_where_it_began(bank: Sandbox) -> None:
    account = submitted(bank, "12-3450003").id
    bank.order(f"accounts/{account}", verdict="suspend")
    restored = bank.order(f"accounts/{account}", verdict="restore")
    assert restored["requirements"]["pending_verification"] == ["company.tax_id"]

    bank.later(days=1)
    assert bank.api.v1.accounts.retrieve(account).charges_enabled


def test_an_account_that_is_not_enabled_opens_no_checkout(bank: Sandbox) -> None:
    business = bank.at(opened(bank).id)
    with pytest.raises(stripe.InvalidRequestError, match="cannot take payments") as refused:
        business.session()
    assert refused.value.http_status == 400

    cards_only = bank.business("card_payments")
    assert cards_only.session().status == "open"
    with pytest.raises(stripe.InvalidRequestError, match="No valid payment method types"):
        cards_only.session(capture="automatic", allowed_payment_method_types=["us_bank_account"])


def test_what_belongs_to_one_account_does_not_exist_for_others(bank: Sandbox) -> None:
    first, second = bank.business(), bank.business()
    intent = first.captured()
    charge = first.charge_of(intent)

    assert first.api.v1.payment_intents.retrieve(intent).status == "succeeded"
    for other in (second, bank):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            other.api.v1.payment_intents.retrieve(intent)
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
        with pytest.raises(stripe.InvalidRequestError, match="No such"):
            other.api.v1.refunds.create({"charge": charge.id})
        assert intent not in str(other.api.v1.payment_intents.list({"limit": 100}).data)
    assert [entry.id for entry in first.api.v1.charges.list().data] == [charge.id]


def test_an_unknown_account_is_refused(bank: Sandbox) -> None:
    for call in (
        bank.at("acct_1nobody").api.v1.charges.list,
        bank.at("acct_1nobody").api.v1.balance.retrieve,
    ):
        with pytest.raises(stripe.PermissionError) as refused:
            call()
        assert refused.value.http_status == 403
        assert refused.value.error is not None
        assert refused.value.error.code == "account_invalid"
    with pytest.raises(stripe.PermissionError):
        bank.api.v1.accounts.retrieve("acct_1nobody")


def test_an_account_sees_itself_and_no_other(bank: Sandbox) -> None:
    first, second = bank.business(), bank.business()

    assert first.api.v1.accounts.retrieve_current().id == first.account
    assert first.api.v1.accounts.list().data == []
    with pytest.raises(stripe.PermissionError):
        first.api.v1.accounts.retrieve(second.account)
    assert {first.account, second.account} <= {entry.id for entry in bank.api.v1.accounts.list().data}


def test_the_platforms_own_account_is_always_active(bank: Sandbox) -> None:
    own = bank.api.v1.accounts.retrieve_current()

    assert (own.charges_enabled, own.payouts_enabled) == (True, True)
    assert bank.at(own.id).session().id in str(bank.api.v1.checkout.sessions.list().data)


def test_accounts_have_idempotency_keys_of_their_own(bank: Sandbox) -> None:
    first, second = bank.business(), bank.business()
    intents = [business.captured() for business in (first, second)]
    made = [
        business.api.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": f"k-{first.account}"})
        for business, intent in zip((first, second), intents, strict=True)
    ]
    again = first.api.v1.refunds.create(
        {"payment_intent": intents[0]}, {"idempotency_key": f"k-{first.account}"}
    )

    assert made[0].id != made[1].id
    assert again.id == made[0].id


def test_the_payment_page_carries_the_accounts_name(bank: Sandbox) -> None:
    business = bank.business(business_profile={"name": "Hollis & Vine"})

    assert "Hollis &amp; Vine" in web.get(f"{bank.url}/c/pay/{business.session().id}").text


def test_endpoints_hear_the_accounts_they_are_for(bank: Sandbox, shop: Shop) -> None:
    connected = open_shop()
    endpoint = bank.api.v1.webhook_endpoints.create(
        {"url": connected.url, "enabled_events": ["*"], "connect": True}
    )
    business = bank.business()
    business.authorised()
    bank.authorised()
    wait_until(lambda: len(connected.notices) == 6 + 2 * len(CAPABILITIES) and len(shop.notices) == 4)

    assert {json.loads(body)["account"] for body, _ in connected.notices} == {business.account}
    assert not any("account" in json.loads(body) for body, _ in shop.notices)
    bank.api.v1.webhook_endpoints.delete(endpoint.id)


def test_the_endpoint_of_the_command_line_hears_everybody(tmp_path: Path) -> None:
    shop = open_shop()
    own = Sandbox(tmp_path, ["--webhook-url", shop.url], notice_secret=SECRET)
    own.start()
    own.business().authorised()
    own.authorised()
    wait_until(lambda: len(shop.notices) == 10 + 2 * len(CAPABILITIES))
    own.stop()

    assert len([body for body, _ in shop.notices if "account" in json.loads(body)]) == 6 + 2 * len(
        CAPABILITIES
    )


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"type": "express", "controller": {"fees": {"payer": "account"}}}, None, "type"),
        ({"type": "custom"}, None, "type"),
        ({"country": "usa"}, None, "country"),
        ({"capabilities": {"sorcery": {"requested": True}}}, "parameter_unknown", "capabilities[sorcery]"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    bank: Sandbox, params: Any, code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.api.v1.accounts.create(params)

    assert (refused.value.code, refused.value.param) == (code, param)


def test_a_controller_says_who_answers_for_the_account(bank: Sandbox) -> None:
    controller: Any = {"losses": {"payments": "application"}, "stripe_dashboard": {"type": "express"}}
    account = bank.api.v1.accounts.create({"controller": controller}).to_dict()

    assert (account["type"], account["controller"]["losses"]["payments"]) == ("none", "application")


def test_faults_reach_accounts_too(bank: Sandbox) -> None:
    account = opened(bank).id
    bank.order("faults", operation="account_link.create", mode="500_before", times=1)
    with pytest.raises(stripe.APIError):
        link(bank, account)

    bank.order("faults", operation="account.onboard", mode="500_after_success", times=1)
    assert web.post(link(bank, account), data=FORM).status_code == 500
    assert bank.api.v1.accounts.retrieve(account).charges_enabled


def test_a_data_folder_from_before_accounts_is_taken_over(own_bank: Sandbox) -> None:
    intent = own_bank.captured()
    own_bank.stop()
    with sqlite3.connect(own_bank.data / "sandbox.db") as old:
        old.executescript(
            "DROP INDEX object_account; ALTER TABLE object DROP COLUMN account; DROP TABLE movement;"
        )
    own_bank.start()

    assert own_bank.api.v1.payment_intents.retrieve(intent).status == "succeeded"
    assert own_bank.api.v1.balance.retrieve().pending[0].amount == 10_000 - 315


def test_the_summary_of_an_account_is_its_own(bank: Sandbox) -> None:
    business = bank.business()
    intent = business.captured()
    told = bank.read(f"summary?account={business.account}").json()

    assert [entry["payment_intent"] for entry in told["payment_intents"]] == [intent]
    assert told["balances"] == {"usd": {"available": 0, "pending": 9_685}}
    assert told["movements"]["usd"]["charge"] == {"count": 1, "amount": 10_000, "fee": 315, "net": 9_685}
    platform = bank.read("summary?account=").json()["payment_intents"]
    assert intent not in {entry["payment_intent"] for entry in platform}


def test_money_moved_for_an_account_says_so_in_the_log(bank: Sandbox) -> None:
    business = bank.business()
    intent = business.captured()

    entries = [entry for entry in bank.log("money") if entry["payment_intent"] == intent]
    assert {entry["account"] for entry in entries} == {business.account}


def test_bank_debits_can_be_withheld_from_an_account_that_takes_cards(bank: Sandbox) -> None:
    business = bank.business()
    debits = "us_bank_account_ach_payments"
    withheld = bank.order(f"accounts/{business.account}", verdict="withhold_debits")
    assert (withheld["charges_enabled"], withheld["capabilities"][debits]) == (True, "inactive")
    verified = bank.order(f"accounts/{business.account}", verdict="verify")
    assert verified["capabilities"][debits] == "active"


def test_a_bad_verdict_is_a_clear_no(bank: Sandbox) -> None:
    headers = {"Authorization": "Bearer control-token-for-the-tests"}

    def order(account: str, verdict: str) -> httpx.Response:
        return web.post(f"{bank.url}/control/accounts/{account}", json={"verdict": verdict}, headers=headers)

    account = bank.business().account
    assert order(account, "praise").status_code == 400
    assert order(account, "restore").status_code == 400
    assert order("acct_1nobody", "verify").status_code == 403
    assert order(bank.api.v1.accounts.retrieve_current().id, "suspend").status_code == 400


@pytest.mark.parametrize("screen", ["light 1280", "dark 360"])
def test_axe_finds_nothing_on_the_form_and_nothing_sticks_out(
    bank: Sandbox, browser: Browser, screen: str
) -> None:
    scheme, width = screen.split()
    look: Any = {"color_scheme": scheme, "viewport": {"width": int(width), "height": 800}}
    page = browser.new_page(**look)
    asked = submitted(bank, "12-3450001").id
    for address, wrong in ((link(bank, opened(bank).id), True), (link(bank, asked), False)):
        page.goto(address)
        if wrong:
            page.get_by_role("button").click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.close()
