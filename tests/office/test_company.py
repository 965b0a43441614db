"""Setup > Company: what a company says of itself, kept, refused, and told."""

import base64
from importlib import resources
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import make_customer, make_invoice
from florin.domain.activity.models import Activity
from florin.domain.companies import profile
from florin.domain.companies.models import Company
from florin.domain.security.models import SecurityEvent
from florin.domain.staff.models import User
from office import signed_in

COMPANY = "/office/setup/company/"
LOGO = base64.b64decode((resources.files("florin") / "demo_data" / "logo.svg.b64").read_text())


def save(owner: User, *, seen: str = "", **changed: object) -> Any:
    """Press Save on the form as it is shown, but for what is changed."""
    owner.company.refresh_from_db()
    now = profile.profile_of(owner.company)
    sent = {name: getattr(now, name) for name in profile.Profile.__dataclass_fields__ if name != "logo"}
    return signed_in(owner).post(COMPANY, {"seen": seen or now.mark, **sent, **changed})


def test_everything_that_is_typed_is_kept_and_told(owner: User) -> None:
    typed: dict[str, Any] = {
        "name": "Vine & Sons",
        "address": "1 Bloom St\nMiami, FL 33126",
        "phone": "+1 305 555 0100",
        "email": "ar@vine.example",
        "tax_id": "59-7654321",
        "colour": "#123456",
        "time_zone": "America/Chicago",
        "language": "es",
        "currency": "EUR",
        "terms_days": 45,
        "remit_to": "PO Box 5\nMiami, FL 33101",
        "wire": "First Bank\nRouting 067014822",
    }
    assert save(owner, **typed).status_code == 302
    assert Company.objects.filter(pk=owner.company_id, **typed).exists()
    told = Activity.objects.get(kind=Activity.Kind.SETTINGS_CHANGED)
    assert set(told.about["fields"].split(",")) >= {"name", "wire", "terms_days", "currency"}
    assert told.about["wire_after"] == typed["wire"]
    assert SecurityEvent.objects.get(kind="settings_changed").who == owner.email


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "Give the company&#39;s name."),
        ("email", "nobody", "is not an e-mail address"),
        ("colour", "green", "six digits"),
        ("time_zone", "Miami", "Choose a time zone"),
        ("currency", "XQX", "not a currency"),
        ("terms_days", "366", "from 0 to 365"),
        ("wire", "x" * 601, "At most 600 characters."),
        ("address", "a\n" * 9, "At most 8 lines"),
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_typed_is_lost(
    owner: User, field: str, typed: str, sentence: str
) -> None:
    answer = save(owner, **{"phone": "kept 123", field: typed})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert "kept 123" in text
    assert not Activity.objects.exists()


def test_two_editors_notice_each_other(owner: User) -> None:
    seen = profile.profile_of(owner.company).mark
    save(owner, phone="first")
    answer = save(owner, seen=seen, phone="second")
    assert answer.status_code == 409
    assert "Saved now: first" in answer.content.decode()
    assert Company.objects.get(pk=owner.company_id).phone == "first"


def test_the_currency_stays_once_something_is_booked(owner: User) -> None:
    make_invoice(owner, customer=make_customer(owner.company))
    assert save(owner, currency="EUR").status_code == 422
    assert Company.objects.get(pk=owner.company_id).currency == "USD"
    assert "The currency stays USD" in signed_in(owner).get(COMPANY).content.decode()


def test_a_logo_is_cleaned_before_it_is_kept(owner: User) -> None:
    sly = LOGO.replace(b"<title>", b"<script>alert(1)</script><title>")
    assert save(owner, logo=SimpleUploadedFile("logo.svg", sly)).status_code == 302
    kept = base64.b64decode(Company.objects.get(pk=owner.company_id).logo)
    assert b"<circle" in kept
    assert b"script" not in kept
    assert save(owner, drop_logo="on").status_code == 302
    assert Company.objects.get(pk=owner.company_id).logo == ""


def test_a_chosen_logo_is_not_lost_by_another_error(owner: User) -> None:
    answer = save(owner, name="", logo=SimpleUploadedFile("logo.svg", LOGO))
    kept = base64.b64encode(LOGO).decode()
    assert f'name="kept_logo" value="{kept}"' in answer.content.decode()
    assert save(owner, kept_logo=kept, kept_name="logo.svg").status_code == 302
    assert Company.objects.get(pk=owner.company_id).logo


@pytest.mark.parametrize(
    "kept", ["%%%", base64.b64encode(b"<svg").decode(), base64.b64encode(b"GIF89a").decode()]
)
def test_a_file_that_is_no_logo_is_refused_with_the_rest_kept(owner: User, kept: str) -> None:
    answer = save(owner, phone="kept 123", kept_logo=kept)
    assert answer.status_code == 422
    assert 'id="logo-error"' in answer.content.decode()
    assert "kept 123" in answer.content.decode()


def test_a_colour_says_how_well_it_reads(owner: User) -> None:
    text = signed_in(owner).get(f"{COMPANY}color/?colour=%23f3c969").content.decode()
    assert "Black text on it has a contrast of 13.4 to 1" in text
    assert "On white it has only 1.6 to 1" in text
