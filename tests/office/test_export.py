"""Setup > Export: an Admin takes everything along; a glance takes nothing."""

import io
from zipfile import ZipFile

import pytest

from factories import make_invoice
from florin.domain.security.models import SecurityEvent
from florin.domain.staff.models import User
from florin.screens.office.setup import export
from office import signed_in

EXPORT = "/office/setup/export/"


def test_an_admin_downloads_everything_and_the_security_log_says_so(owner: User) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    answer = client.post(EXPORT)
    found = ZipFile(io.BytesIO(answer.getvalue()))
    assert invoice.number in found.read("data/invoices.csv").decode()
    assert answer["Content-Disposition"].startswith('attachment; filename="bloom-')
    event = SecurityEvent.objects.get(kind=SecurityEvent.Kind.EXPORTED)
    assert (event.who, event.about) == (owner.email, {"what": "everything"})


def test_a_look_at_the_page_takes_nothing(owner: User) -> None:
    assert "Download everything" in signed_in(owner).get(EXPORT).text
    assert not SecurityEvent.objects.filter(kind=SecurityEvent.Kind.EXPORTED).exists()


def test_too_much_for_a_download_is_said_beforehand_with_the_way_out(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_LINES", 1)
    make_invoice(owner)
    client = signed_in(owner)
    assert "florin export --company bloom bloom.zip" in client.get(EXPORT).text
    assert client.post(EXPORT).status_code == 422
    assert not SecurityEvent.objects.filter(kind=SecurityEvent.Kind.EXPORTED).exists()
