"""The operator's console: who gets in, what it does, and what it never shows or does."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.urls import URLPattern, reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from factories import make_customer, make_invoice, make_link
from florin.contracts.processor import Notice
from florin.domain.activity.models import Activity
from florin.domain.companies.models import Company
from florin.domain.links import rules
from florin.domain.notices import services as inbox
from florin.domain.notices.models import ProcessorNotice
from florin.domain.operators import services as operators
from florin.domain.operators import sessions
from florin.domain.operators.models import OperatorSession
from florin.domain.outbox.models import Message
from florin.domain.security.models import SecurityEvent
from florin.domain.staff.models import User
from florin.flows import measure_health, sign_in_operator, stop_links
from florin.kernel import clock
from florin.kernel.errors import Refusal
from florin.screens.operator import urls
from office import signed_in

EMAIL, PASSWORD = "ops@host.example", "seven green wellingtons"
HOME = "/operator/"
PAGES = ["", "companies/", "jobs/", "jobs/?state=todo", "emails/", "notices/", "notices/?state=open"]
Kind = SecurityEvent.Kind


def sign_in(client: Client, password: str = PASSWORD) -> int:
    return client.post(f"{HOME}sign-in/", {"email": EMAIL, "password": password}).status_code


@pytest.fixture
def console(database: None) -> Client:
    """A browser in which an operator is signed in."""
    operators.add(EMAIL, PASSWORD)
    client = Client()
    assert sign_in(client) == 302
    return client


def make_notice() -> ProcessorNotice:
    notice = Notice(event="evt_1", kind="payout.paid", attempt="", payment="", account="", payout="po_1")
    inbox.store("stripe", notice, b"the payer's name")
    inbox.handled("stripe", ["evt_1"], "payouts taken in")
    return ProcessorNotice.objects.get()


def delay(company: Company, error: str) -> None:
    Message.objects.filter(company=company).update(error=error, due_at=clock.now() + timedelta(hours=1))


def test_an_operator_signs_in_and_it_is_noted(console: Client) -> None:
    assert console.get(HOME).status_code == 200
    assert SecurityEvent.objects.get(kind=Kind.SIGNED_IN).about == {"what": "operator"}


def test_a_wrong_password_opens_nothing_and_is_slowed_down(database: None) -> None:
    operators.add(EMAIL, PASSWORD)
    client = Client()
    statuses = [sign_in(client, "wrong") for _try in range(7)]
    assert statuses[:5] == [422] * 5
    assert statuses[-1] == 429
    assert sign_in(client) == 429
    assert client.get(HOME).status_code == 302


def test_nobody_of_an_office_gets_in_and_no_operator_into_an_office(owner: User, console: Client) -> None:
    assert signed_in(owner).get(HOME)["Location"] == f"{HOME}sign-in/"
    assert console.get("/office/").status_code == 302
    office = Client()
    office.cookies["operator"] = "guessed"
    assert office.get(HOME).status_code == 302


@pytest.mark.parametrize("pattern", urls.urlpatterns, ids=lambda pattern: pattern.name)
def test_every_door_is_closed_to_strangers(database: None, pattern: URLPattern) -> None:
    if pattern.name in {"sign-in", "sign-out"}:
        return
    names = {name: uuid4() if name == "pk" else 7 for name in pattern.pattern.converters}
    address = reverse(f"operator:{pattern.name}", kwargs=names)
    for answer in (Client().get(address), Client().post(address)):
        assert answer.status_code == 405 or answer["Location"] == f"{HOME}sign-in/"


def test_with_a_second_factor_a_code_is_asked_for_and_works_once(console: Client) -> None:
    secret = sign_in_operator.give_second_factor(EMAIL).partition("secret=")[2].partition("&")[0]
    assert console.get(HOME).status_code == 302  # signed out by it
    typed = {"email": EMAIL, "password": PASSWORD}
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    statuses = [
        console.post(f"{HOME}sign-in/", {**typed, "code": given}).status_code
        for given in ("", "000000", f"{code[:3]} {code[3:]}", code)
    ]
    assert statuses == [422, 422, 302, 422]
    assert secret.encode() not in bytes(operators.find(EMAIL).second_factor)


def test_the_cookie_goes_nowhere_but_to_the_console(console: Client) -> None:
    cookie = console.cookies["operator"]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == (HOME, "Strict", True)
    assert cookie.value.encode() not in bytes(OperatorSession.objects.get().fingerprint)


@pytest.mark.parametrize("moment", ["seen_at", "begun_at"])
def test_a_session_ends_when_left_alone_and_in_any_case(console: Client, moment: str) -> None:
    over = {"seen_at": sessions.IDLE, "begun_at": sessions.LONGEST}[moment] + timedelta(seconds=1)
    OperatorSession.objects.update(**{moment: clock.now() - over})
    assert console.get(HOME).status_code == 302


def test_signed_out_or_deactivated_nobody_is_in(console: Client) -> None:
    stolen = Client()
    stolen.cookies["operator"] = console.cookies["operator"].value
    console.post(f"{HOME}sign-out/")
    assert stolen.get(HOME).status_code == 302
    assert sign_in(console) == 302
    operators.switch(EMAIL, active=False)
    assert console.get(HOME).status_code == 302
    assert sign_in(console) == 422


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_a_customer_or_changes_anything(owner: User, console: Client, path: str) -> None:
    customer = make_customer(owner.company, name="Rosa Secreta", invoice_emails=["rosa@secreta.example"])
    make_link(owner, make_invoice(owner, customer=customer), to=("rosa@secreta.example",))
    delay(owner.company, "550 <rosa@secreta.example> mailbox full")
    make_notice()
    before = (list(Message.objects.values()), list(ProcessorNotice.objects.values()))
    pages = [HOME + path, f"{HOME}companies/{owner.company_id}/"]
    text = "".join(console.get(page).text for page in pages)
    told = ("Rosa", "secreta", "rosa@", "the payer", "INV-")
    assert not [one for one in told if one.casefold() in text.casefold()]
    assert before == (list(Message.objects.values()), list(ProcessorNotice.objects.values()))


def test_links_are_stopped_with_a_reason_that_staff_read(owner: User, console: Client) -> None:
    address = f"{HOME}companies/{owner.company_id}/links/"
    assert console.post(address, {"act": "stop", "reason": " "}).status_code == 422
    assert console.post(address, {"act": "stop", "reason": "Contract ended"}).status_code == 302
    answer = rules.for_company(Company.objects.get())
    assert (answer.offered, "stopped for your company: Contract ended" in answer.reason) == (False, True)
    entry = Activity.objects.get(kind=Activity.Kind.SETTINGS_CHANGED)
    assert (entry.actor, entry.about["links_stopped_after"]) == ("Operator", "Contract ended")
    event = SecurityEvent.objects.get(company=owner.company, kind=Kind.SETTINGS_CHANGED)
    assert event.who == EMAIL
    assert "Contract ended" in console.get(f"{HOME}companies/{owner.company_id}/").text
    console.post(address, {"act": "release"})
    assert rules.for_company(Company.objects.get()).offered


def test_a_reason_that_is_too_long_is_kept_in_the_form(owner: User, console: Client) -> None:
    address = f"{HOME}companies/{owner.company_id}/links/"
    answer = console.post(address, {"act": "stop", "reason": "x" * 201})
    assert answer.status_code == 422
    assert "x" * 201 in answer.text
    assert not Company.objects.get().links_stopped


def test_an_admin_cannot_let_links_go_that_the_operator_stopped(owner: User) -> None:
    stop_links.stop(owner.company_id, reason="Contract ended", by=EMAIL)
    page = signed_in(owner).get("/office/payments/settings/").text
    assert "stopped for your company: Contract ended" in page
    Company.objects.update(links_enabled=True)
    assert not rules.for_company(Company.objects.get()).offered


def test_delayed_emails_are_tried_now_and_others_left_alone(owner: User, console: Client) -> None:
    make_link(owner)
    delay(owner.company, "451 try later")
    text = console.get(f"{HOME}emails/").text
    assert "451 try later" in text
    console.post(f"{HOME}emails/{owner.company_id}/retry/")
    assert Message.objects.get().due_at <= clock.now()
    Message.objects.update(state=Message.State.SENT, due_at=clock.now() + timedelta(hours=1))
    console.post(f"{HOME}emails/{owner.company_id}/retry/")
    assert Message.objects.get().due_at > clock.now()


def test_a_notice_is_replayed_and_asked_about_again(console: Client) -> None:
    notice = make_notice()
    console.post(f"{HOME}notices/{notice.pk}/replay/")
    notice.refresh_from_db()
    assert notice.handled_at is None
    job = ProcrastinateJob.objects.get(task_name="handle_notice")
    assert (job.args["event"], job.args["payout"]) == ("evt_1", "po_1")
    assert SecurityEvent.objects.get(kind=Kind.SETTINGS_CHANGED).who == EMAIL


def test_a_failed_job_is_carried_out_again_and_no_other(console: Client) -> None:
    number = app.configure_task("reconcile", allow_unknown=True).defer(company="x", by="test")
    assert console.post(f"{HOME}jobs/{number}/retry/").status_code == 404
    fail(number)
    assert str(number) in console.get(f"{HOME}jobs/").text
    assert console.post(f"{HOME}jobs/{number}/retry/").status_code == 302
    assert ProcrastinateJob.objects.get(pk=number).status == "todo"


def fail(number: int) -> None:
    """Let a job fail, as its worker would note it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [number])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [number])


def test_the_first_page_tells_of_workers_failures_and_room(owner: User, console: Client) -> None:
    make_link(owner)
    text = console.get(HOME).text
    assert not [said for said in ("Workers alive", "up to date", "Free on the disk") if said not in text]


def test_room_is_measured_where_it_is_taken(owner: User) -> None:
    storage = measure_health.measure_storage()
    assert 0 < storage.free <= storage.total
    assert storage.database > sum(table.size for table in storage.largest) > 0


def test_an_operators_password_is_as_good_as_anybodys_and_their_address_once(database: None) -> None:
    with pytest.raises(Refusal):
        operators.add(EMAIL, "password")
    operators.add(EMAIL, PASSWORD)
    with pytest.raises(Refusal, match="an operator already"):
        operators.add(EMAIL.upper(), PASSWORD)
