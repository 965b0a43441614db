"""Links that were sent, as staff see them: how far each has come, copying one, taking one back."""

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from factories import make_invoice, make_link
from florin.domain.activity import services as activity
from florin.domain.activity.models import Activity
from florin.domain.attempts import bill
from florin.domain.attempts import services as attempts
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.flows import write_order
from florin.kernel.jobs import Job
from office import signed_in

HTMX = {"HX-Request": "true"}


def stage(owner: User, link: Link) -> str:
    order = link.debts.get().invoice.order_id
    text = signed_in(owner).get(f"/office/orders/{order}/").content.decode()
    return text.split('id="links-sent"')[1].split('<span class="badge')[1].split(">")[1].split("<")[0]


def mailed(link: Link, kind: activity.Kind) -> None:
    activity.note(link.company_id, kind, subjects=[link.pk], to=link.recipients[0], mail="invoice")


def test_a_link_goes_from_queued_to_paid(owner: User) -> None:
    link = make_link(owner)
    assert stage(owner, link) == "Queued"
    mailed(link, activity.Kind.SENT)
    assert stage(owner, link) == "Sent"
    mailed(link, activity.Kind.DELIVERED)
    assert stage(owner, link) == "Delivered"
    links.note_opened(link)
    assert stage(owner, link) == "Opened"
    links.note_started(link)
    assert stage(owner, link) == "Payment started"


def test_a_mail_that_bounced_is_named(owner: User) -> None:
    link = make_link(owner, to=("gone@shop.example",))
    mailed(link, activity.Kind.BOUNCED)
    assert stage(owner, link) == "Bounced"
    order = link.debts.get().invoice.order_id
    page = signed_in(owner).get(f"/office/orders/{order}/").content.decode()
    assert "Refused by gone@shop.example" in page


def test_a_void_invoice_ends_its_links(owner: User) -> None:
    link = make_link(owner)
    write_order.void(owner.company, link.debts.get().invoice.order_id, by=owner)
    assert stage(owner, link) == "Void"


def test_a_link_to_copy_is_the_one_that_was_mailed(owner: User) -> None:
    link = make_link(owner)
    page = signed_in(owner).get(f"/office/orders/{link.debts.get().invoice.order_id}/").content.decode()
    assert f'readonly value="{links.address_of(link.pk)}"' in page


def test_looking_at_revoke_changes_nothing_and_pressing_it_twice_revokes_once(owner: User) -> None:
    link, client = make_link(owner), signed_in(owner)
    address = f"/office/links/{link.pk}/revoke/"
    assert client.get(address, headers=HTMX).status_code == 200
    assert Link.objects.get().revoked_at is None
    assert [client.post(address).status_code for _press in range(2)] == [302, 302]
    assert Activity.objects.filter(kind=Activity.Kind.LINK_REVOKED).count() == 1
    assert stage(owner, link) == "Revoked"


def test_a_revoked_link_looks_like_one_that_never_was(owner: User) -> None:
    link = make_link(owner)
    signed_in(owner).post(f"/office/links/{link.pk}/revoke/")
    revoked, unknown = (Client().get(f"/pay/{token}") for token in (links.token_of(link.pk), "x" * 27))
    assert revoked.status_code == unknown.status_code == 404
    assert revoked.content == unknown.content


def test_revoking_one_link_leaves_the_other(owner: User) -> None:
    invoice = make_invoice(owner)
    first, second = make_link(owner, invoice), make_link(owner, invoice)
    signed_in(owner).post(f"/office/links/{first.pk}/revoke/")
    assert Client().get(f"/pay/{links.token_of(second.pk)}").status_code == 200


@pytest.mark.parametrize("door", ["links/{link}/revoke/", "customers/{customer}/edit/"])
def test_revoking_and_switching_off_end_the_sessions_that_are_open(owner: User, door: str) -> None:
    link = make_link(owner)
    attempts.open_for(bill.draw_up(links.find(links.token_of(link.pk))), nonce="n")
    page = signed_in(owner)
    address = "/office/" + door.format(link=link.pk, customer=link.customer_id)
    answer = page.get(address).content.decode()
    seen = answer.partition('name="seen" value="')[2].partition('"')[0]
    details = {"name": "X", "terms_days": "1", "language": "en", "seen": seen}
    assert page.post(address, details).status_code == 302
    job = ProcrastinateJob.objects.get(task_name=Job.EXPIRE_SESSIONS.value)
    assert job.args == {"items": [str(link.debts.get().invoice.item_id)]}
