"""A company's colour stays readable, its logo harmless, and the page light."""

import base64
import gzip
import re

from django.contrib.staticfiles import finders
from django.test import Client

from checkout.pages import address, link_to_many, queries
from florin.domain.companies.models import Company
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.screens.checkout import branding

_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"><path d="M0 0h300v100z"/></svg>'
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x64\x00\x00\x00\x32rest"
_ALLOWED = 30_000
_HEAVIEST = 12_000  # of an ordinary bill


def test_a_look_is_kept_for_a_year_and_asks_no_database(payer: Client) -> None:
    answer = payer.get("/pay/look/ffd400.css")

    assert answer.text == ":root{--brand:#ffd400;--brand-ink:#000000}\n"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_look_that_is_no_colour_is_the_house_colour(payer: Client) -> None:
    assert payer.get("/pay/look/red;}.css").text == ":root{--brand:#2f6f57;--brand-ink:#ffffff}\n"


def test_a_logo_keeps_its_proportions() -> None:
    svg, png = (branding.measure(base64.b64encode(picture).decode()) for picture in (_SVG, _PNG))

    assert svg
    assert (svg.width, svg.height) == ("120", "40")
    assert png
    assert (png.width, png.height) == ("80", "40")


def test_a_logo_that_is_no_picture_is_left_out(payer: Client, link: Link) -> None:
    Company.objects.update(logo=base64.b64encode(b"<script>").decode())

    assert "<img" not in payer.get(address(link)).text
    assert payer.get(address(link, "/logo")).status_code == 404


def test_a_logo_is_a_picture_and_may_run_nothing(payer: Client, link: Link) -> None:
    Company.objects.update(logo=base64.b64encode(_SVG).decode())

    answer = payer.get(address(link, "/logo"))

    assert (answer.content, answer.headers["Content-Type"]) == (_SVG, "image/svg+xml; charset=utf-8")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_everything_a_bill_loads_is_light(payer: Client, owner: User) -> None:
    short, long = (_weight(payer, address(link_to_many(owner, count))) for count in (1, 25))

    assert max(short, long) <= _HEAVIEST


def test_a_bill_of_two_hundred_invoices_is_light_too(payer: Client, owner: User) -> None:
    assert _weight(payer, address(link_to_many(owner, 200))) <= _ALLOWED


def test_the_script_of_an_open_page_is_small() -> None:
    assert len(gzip.compress(_static("checkout/bill.js"))) < 3000


def test_a_page_loads_nothing_from_elsewhere(payer: Client, link: Link) -> None:
    addresses = re.findall(r'(?:src|href|action)="([^"]+)"', payer.get(address(link)).text)

    assert all(each.startswith(("/", "data:,", "tel:", "mailto:")) for each in addresses)


def test_a_logo_costs_one_query(payer: Client, link: Link) -> None:
    Company.objects.update(logo=base64.b64encode(_SVG).decode())
    with queries() as asked:
        payer.get(address(link, "/logo"))

    assert len(asked) == 1


def _weight(payer: Client, path: str) -> int:
    files = re.findall(r'(?:src|href)="(/static/[^"]+|/pay/look/[^"]+)"', payer.get(path).text)
    parts = [_static(each.removeprefix("/static/")) for each in files if each.startswith("/static/")]
    parts += [payer.get(each).content for each in files if each.startswith("/pay/look/")]
    page = payer.get(path, headers={"Accept-Encoding": "gzip"})
    return len(page.content) + sum(len(gzip.compress(part)) for part in parts)


def _static(name: str) -> bytes:
    found = finders.find(name)
    assert isinstance(found, str), name
    with open(found, "rb") as file:  # noqa: PTH123
        return file.read()
