"""The preview beside the company's forms: as typed so far, kept nowhere, and able to run and load nothing."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from florin.domain.activity.models import Activity
from florin.domain.companies import mail_texts, profile
from florin.domain.companies.mail_texts import Kind
from florin.domain.companies.models import Company
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from office import signed_in
from office.test_company import LOGO

PREVIEW = "/office/setup/company/preview/"


def preview(owner: User, show: str, **typed: object) -> str:
    """Look at the preview of the company's form with something typed into it."""
    now = profile.profile_of(owner.company)
    sent = {name: getattr(now, name) for name in profile.Profile.__dataclass_fields__ if name != "logo"}
    answer = signed_in(owner).post(PREVIEW, {**sent, "show": show, **typed})
    assert answer.status_code == 200
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    return answer.content.decode()


def test_the_mail_and_the_payment_page_show_what_is_typed_and_nothing_is_kept(owner: User) -> None:
    for show in ("invoice", "page"):
        assert "Typed &amp; Co" in preview(owner, show, name="Typed & Co")
    assert Company.objects.get(pk=owner.company_id).name != "Typed & Co"
    assert not Activity.objects.exists()
    assert not Message.objects.exists()


def test_the_payment_page_shows_checks_wires_and_color(owner: User) -> None:
    page = preview(owner, "page", wire="Routing 067014822", colour="#aa0000")
    assert "Routing 067014822" in page
    assert "/pay/look/aa0000.css" in page


def test_the_invoice_is_a_picture_that_changes_with_the_letterhead(owner: User) -> None:
    pictures = {
        found[1]
        for name in ("One", "Two", "Two")
        if (found := re.search(r"base64,([^\"]+)", preview(owner, "document", name=name)))
    }
    assert len(pictures) == 2


def test_a_chosen_logo_is_seen_before_it_is_saved(owner: User) -> None:
    assert "data:image/svg+xml" in preview(owner, "page", logo=SimpleUploadedFile("logo.svg", LOGO))
    assert "data:image/png" in preview(owner, "invoice", logo=SimpleUploadedFile("logo.svg", LOGO))


@pytest.mark.parametrize(
    "typed", [{"terms_days": "many"}, {"colour": "no"}, {"name": ""}, {"kept_logo": "%"}]
)
def test_what_cannot_be_read_yet_is_shown_as_it_is_saved(owner: User, typed: dict[str, str]) -> None:
    Company.objects.filter(pk=owner.company_id).update(name="Saved")
    owner.company.refresh_from_db()
    assert "Your bill from Saved" in preview(owner, "page", **typed)


@pytest.mark.parametrize("kind", Kind)
def test_each_mail_begins_with_the_text_as_typed_in_its_language(owner: User, kind: Kind) -> None:
    typed = {f"{kind.value}_es": "Gracias <3", "in": "es", "show": kind.value}
    text = signed_in(owner).post(PREVIEW, typed).content.decode()
    assert "Gracias &lt;3" in text
    assert mail_texts.texts_of(owner.company)[kind, "es"] == ""


def test_before_anything_is_typed_the_company_is_shown_as_saved(owner: User) -> None:
    assert owner.company.name in signed_in(owner).get(f"{PREVIEW}?show=page").content.decode().replace(
        "&amp;", "&"
    )
