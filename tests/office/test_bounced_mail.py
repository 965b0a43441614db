"""Mail that came back: staff sees whom it did not reach and why, and sends it again."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice, make_link
from factories.database import sql
from florin.contracts.mailing import MailReport, MailStatus
from florin.domain.activity.models import Activity
from florin.domain.invoices.models import Invoice
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.flows import deliver_outbox, track_mail
from florin.kernel import clock, paging
from florin.screens.office.home import bounced_mail
from office import signed_in
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from testing.bank import Bank

ASKING = 3
PAGES = ["/office/", "/office/bounced-mail/"]


def bounce(message: Message, reason: str = "550 5.1.1 no such user") -> None:
    news = MailReport(status=MailStatus.BOUNCED, key=message.pk, provider_id="", reason=reason, at=None)
    track_mail.record([news])


def mailed(owner: User, to: str = "gone@shop.example", invoice: Invoice | None = None) -> Message:
    make_link(owner, invoice, to=(to,))
    return Message.objects.filter(recipient=to).latest("queued_at")


def shown(client: Client, page: str) -> str:
    return client.get(page).content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_staff_sees_what_did_not_reach_whom_and_why(owner: User, page: str) -> None:
    invoice = make_invoice(owner, customer=make_customer(owner.company, name="Rosa's Corner"))
    bounce(mailed(owner, invoice=invoice))
    text = shown(signed_in(owner), page)

    for part in (invoice.number, "Rosa&#39;s Corner", "gone@shop.example", "550 5.1.1 no such user"):
        assert part in text
    assert f"/office/orders/{invoice.order_id}/email/" in text


def test_home_says_nothing_while_nothing_came_back(owner: User) -> None:
    mailed(owner)

    assert "Needs attention" not in shown(signed_in(owner), "/office/")
    assert "No mail has come back" in shown(signed_in(owner), "/office/bounced-mail/")


def test_a_mail_that_the_server_refuses_is_on_home_and_on_the_orders_timeline(
    owner: User, bank: Bank
) -> None:
    message = mailed(owner)
    bank.refuse_mail("reject_permanent", times=1)
    deliver_outbox.deliver()
    order = Invoice.objects.get(pk__in=message.subjects).order_id

    for page in (*PAGES, f"/office/orders/{order}/"):
        text = shown(signed_in(owner), page)
        assert "Bounced" in text
        assert "550" in text


def send_again(owner: User, message: Message, to: str) -> None:
    order = Invoice.objects.get(pk__in=message.subjects).order_id
    sheet = {"to": to, "press": to, "instead": str(message.pk)}
    assert signed_in(owner).post(f"/office/orders/{order}/email/", sheet).status_code == 302


def test_once_sent_again_to_the_same_recipient_it_is_finished(owner: User) -> None:
    invoice = make_invoice(owner)
    bounce(mailed(owner, invoice=invoice))
    mailed(owner, invoice=invoice)

    assert "Needs attention" not in shown(signed_in(owner), "/office/")
    assert "Sent again" in shown(signed_in(owner), "/office/bounced-mail/")


def test_once_sent_to_the_address_put_right_it_is_finished(owner: User) -> None:
    message = mailed(owner)
    bounce(message)
    send_again(owner, message, "right@shop.example")

    assert "Needs attention" not in shown(signed_in(owner), "/office/")


def test_an_address_that_the_server_refused_waits_though_somebody_else_was_mailed(
    owner: User, bank: Bank
) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    bank.refuse_mail("reject_permanent", to="ap@perm.example", times=1)
    for to in ("ap@perm.example", "someone-else@x.example"):
        client.post(f"/office/orders/{invoice.order_id}/email/", {"to": to, "press": to})
        deliver_outbox.deliver()

    for page in PAGES:
        assert "ap@perm.example" in shown(client, page)
    assert "Needs attention" in shown(client, "/office/")
    send_again(owner, Message.objects.get(recipient="ap@perm.example"), "ap@right.example")
    assert "Needs attention" not in shown(client, "/office/")


def test_that_anybody_else_got_the_invoice_finishes_nothing(owner: User) -> None:
    invoice = make_invoice(owner)
    bounce(mailed(owner, invoice=invoice))
    mailed(owner, "else@shop.example", invoice)
    mailed(owner)  # another invoice, to the same recipient

    assert [one.to for one in bounced_mail.waiting(owner.company)] == ["gone@shop.example"]


def test_what_is_sent_again_and_comes_back_asks_again_by_itself(owner: User) -> None:
    message = mailed(owner)
    bounce(message)
    send_again(owner, message, "right@shop.example")
    bounce(Message.objects.get(recipient="right@shop.example"))

    assert [one.to for one in bounced_mail.waiting(owner.company)] == ["right@shop.example"]


def test_the_dialog_of_send_again_shows_the_address_that_failed(owner: User) -> None:
    message = mailed(owner)
    bounce(message)
    order = Invoice.objects.get(pk__in=message.subjects).order_id
    text = shown(signed_in(owner), f"/office/orders/{order}/email/?instead={message.pk}")
    assert ">gone@shop.example</textarea>" in text
    assert f'name="instead" value="{message.pk}"' in text


def test_dismissed_by_a_person_it_is_finished(owner: User, stranger: User) -> None:
    message = mailed(owner)
    bounce(message)
    path = f"/office/bounced-mail/{message.pk}/dismiss/"
    assert signed_in(stranger).post(path).status_code == 404
    for _press in range(2):
        signed_in(owner).post(path)

    assert "Needs attention" not in shown(signed_in(owner), "/office/")
    assert owner.name in shown(signed_in(owner), "/office/bounced-mail/")


def test_a_confirmation_that_came_back_leads_to_the_order_but_is_not_sent_again(owner: User) -> None:
    message = mailed(owner)
    Message.objects.update(kind=Message.Kind.PAYMENT_RECEIVED)
    bounce(message)
    text = shown(signed_in(owner), "/office/bounced-mail/")

    assert "Payment confirmation" in text
    assert "Send again" not in text


@pytest.mark.parametrize(("days", "pages"), [(13, PAGES), (15, [])])
def test_after_a_fortnight_it_is_history(
    owner: User, monkeypatch: pytest.MonkeyPatch, days: int, pages: list[str]
) -> None:
    bounce(mailed(owner))
    then = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: then)

    marks = zip(PAGES, ["Needs attention", "gone@shop.example"], strict=True)
    assert [page for page, mark in marks if mark in shown(signed_in(owner), page)] == pages


def test_a_stranger_sees_nothing_of_it(owner: User, stranger: User) -> None:
    bounce(mailed(owner))

    for page in PAGES:
        assert "gone@shop.example" not in shown(signed_in(stranger), page)


def test_a_mail_about_nothing_known_is_shown_all_the_same(owner: User) -> None:
    message = mailed(owner)
    Message.objects.update(subjects=[UUID(int=1)])
    message.refresh_from_db()
    bounce(message)

    for page in PAGES:
        assert "550 5.1.1 no such user" in shown(signed_in(owner), page)


def test_it_costs_the_same_for_one_as_for_thirty(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    for rounds in (1, 29):
        for _mail in range(rounds):
            bounce(mailed(owner, f"gone-{Message.objects.count()}@shop.example"))
        with django_assert_num_queries(ASKING + 4):  # the mails, their invoices, their customers, sent again
            client.get("/office/bounced-mail/")


def test_home_shows_the_latest_few_and_leads_to_all(owner: User) -> None:
    for place in range(8):
        bounce(mailed(owner, f"gone-{place}@shop.example"), f"reason-{place}")
    text = shown(signed_in(owner), "/office/")

    assert [place for place in range(8) if f"reason-{place}”</span></p>" in text] == [3, 4, 5, 6, 7]
    assert 'href="/office/bounced-mail/"' in text


def test_a_long_timeline_makes_neither_slow(owner: User) -> None:
    message = mailed(owner)
    bounce(message)
    since = clock.now() - timedelta(days=14)
    sends = Activity.objects.filter(
        company=owner.company, kind=Activity.Kind.QUEUED, subjects__overlap=message.subjects, at__gt=since
    )
    Activity.objects.bulk_create(
        Activity(
            company=owner.company, at=clock.now(), kind=Activity.Kind.QUEUED, subjects=[UUID(int=place + 1)]
        )
        for place in range(5000)
    )

    sql("ANALYZE activity_activity")

    assert "activity_subjects" in sends.explain()


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    reason = "550 5.1.1 The email account that you tried to reach does not exist " + "x" * 80
    for to in ("gone@shop.example", f"{'long' * 15}@shop.example"):
        bounce(mailed(owner, to), reason)
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    for address in PAGES:
        page.goto(address)
        check(page)


def test_send_again_opens_the_orders_email_dialog(owner: User, browse: Open) -> None:
    bounce(mailed(owner))
    page = browse(owner).new_page()
    page.goto("/office/")
    page.get_by_role("link", name="Send again").click()
    page.get_by_label("To", exact=True).fill("right@shop.example")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("is on its way to right@shop.example, with a payment link.").first.wait_for()

    assert page.get_by_text("Needs attention").count() == 0


def test_the_email_dialog_says_that_the_mail_before_bounced(owner: User) -> None:
    invoice = make_invoice(owner)
    bounce(mailed(owner, invoice=invoice))
    mailed(owner, "right@shop.example", invoice=invoice)
    text = " ".join(shown(signed_in(owner), f"/office/orders/{invoice.order_id}/email/").split())
    assert re.search("<li>Mailed to gone@shop.example, [^<]*, but it bounced", text)
    assert re.search("<li>Already mailed to right@shop.example, ", text)


def test_an_address_that_was_mailed_once_more_is_not_told_of_its_old_bounce(owner: User) -> None:
    invoice = make_invoice(owner)
    bounce(mailed(owner, invoice=invoice))
    mailed(owner, invoice=invoice)
    text = shown(signed_in(owner), f"/office/orders/{invoice.order_id}/email/")
    assert "Already mailed to gone@shop.example" in text
    assert "but it bounced" not in text


def test_all_that_bounced_is_found_page_by_page(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    addresses = [f"gone{number}@shop.example" for number in range(3)]
    for to in addresses:
        bounce(mailed(owner, to=to))
    client = signed_in(owner)

    first = shown(client, PAGES[1])
    second = shown(client, PAGES[1] + unescape(re.findall(r'href="(\?after=[^"]+)"', first)[0]))

    assert [[to in text for to in reversed(addresses)] for text in (first, second)] == [
        [True, True, False],
        [False, False, True],
    ]
