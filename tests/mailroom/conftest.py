"""A mail that a hosted sender has taken, and that sender's voice."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from factories import make_link
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from mailroom.senders import POSTMARK, SENDERS, TO, Notice, Sender

PostNotice = Callable[[str, Notice], HttpResponse]


@pytest.fixture(params=SENDERS, ids=lambda sender: sender.name)
def sender(request: pytest.FixtureRequest, settings: Settings) -> Sender:
    """Each hosted sender in turn, in use."""
    each: Sender = request.param
    each.put_to_use(settings)
    return each


@pytest.fixture
def postmark(settings: Settings) -> Sender:
    """Postmark, in use."""
    POSTMARK.put_to_use(settings)
    return POSTMARK


@pytest.fixture
def mail(owner: User) -> Message:
    """An invoice's mail that the sender took."""
    make_link(owner, to=(TO,))
    [message] = outbox.claim()
    outbox.sent(message, provider_id="<the-senders-own-id>")
    return Message.objects.get()


@pytest.fixture
def post_notice() -> PostNotice:
    """Posts a notice to the sender's door, without a session and with CSRF protection on."""
    client = Client(enforce_csrf_checks=True)

    def post(name: str, notice: Notice) -> HttpResponse:
        headers, body = notice
        kind = headers.get("Content-Type", "application/json")
        sent = {key: value for key, value in headers.items() if key != "Content-Type"}
        answer: HttpResponse = client.post(f"/notices/mail/{name}", body, content_type=kind, headers=sent)  # type: ignore[assignment]  # the stubs' own response
        return answer

    return post
