"""Setup > Products > Upload: a price list is read, shown with what it would change, and written once."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from florin.domain.activity.models import Activity
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from office import signed_in

UPLOAD = "/office/products/upload/"
CONFIRM = f"{UPLOAD}confirm/"


def make_product(company: Company, code: str = "RF-40", price: str = "0.4275") -> Product:
    return Product.objects.create(
        company=company, code=code, description=f"Rose {code}", unit="stem", unit_price=Decimal(price)
    )


def send(by: User, text: str, **fields: str) -> Any:
    file = SimpleUploadedFile("prices.csv", text.encode())
    return signed_in(by).post(UPLOAD, {"file": file, **fields})


def confirm(by: User, answer: Any) -> Any:
    found = re.search(r'name="packed" value="([^"]+)"', answer.content.decode())
    assert found
    return signed_in(by).post(CONFIRM, {"packed": found[1]})


def outcomes(answer: Any) -> dict[int, str]:
    return {one.listed.line: one.outcome for one in answer.context["rows"]}


def test_a_list_is_shown_before_it_changes_anything_and_then_written(owner: User) -> None:
    make_product(owner.company), make_product(owner.company, "RF-50")
    answer = send(owner, "Code,Price,Description\nrf-40,0.45,\nRF-50,0.4275,\nRUS,4.5,Ruscus\n")
    assert outcomes(answer) == {2: "changed", 3: "same", 4: "new"}
    assert Product.objects.get(code="RF-40").unit_price == Decimal("0.4275")
    assert confirm(owner, answer).status_code == 302
    saved = {one.code: (one.unit_price, one.description, one.unit) for one in Product.objects.all()}
    assert saved["RF-40"] == (Decimal("0.45"), "Rose RF-40", "stem")
    assert saved["RUS"] == (Decimal("4.5"), "Ruscus", "each")
    assert sorted(one.about["code"] for one in Activity.objects.all()) == ["RF-40", "RUS"]


def test_pressed_twice_it_is_written_once(owner: User) -> None:
    make_product(owner.company)
    answer = send(owner, "code,price,description\nRF-40,0.45,\nRUS,4.5,Ruscus\n")
    assert [confirm(owner, answer).status_code for _press in range(2)] == [302, 302]
    assert Activity.objects.count() == 2


def test_what_somebody_changed_since_the_preview_is_not_overwritten(owner: User) -> None:
    product = make_product(owner.company)
    answer = send(owner, "code,price\nRF-40,0.45\n")
    Product.objects.filter(pk=product.pk).update(unit_price="0.60")
    refused = confirm(owner, answer)
    assert (refused.status_code, "Somebody else has changed RF-40" in refused.content.decode()) == (409, True)
    assert Product.objects.get().unit_price == Decimal("0.60")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("RF-40,0.42751,", "At most 4 decimals."),
        ("RF-40,-1,", "A price cannot be negative"),
        ("RF-40,,", "The price is missing."),
        ("RF-40,cheap,", "This is no number"),
        ("RF-40,€ 3.10,", "but prices are kept in USD"),
        (",3.10,", "The code is missing."),
        ("NEW,3.10,", "needs a description"),
        ("4242 4242 4242 4242,3.10,Rose", "card number"),
        ("TWICE,1.10,a\nTWICE,2.10,b", "stands in the file twice"),
    ],
)
def test_a_row_that_cannot_be_is_shown_with_the_reason_and_written_never(
    owner: User, row: str, sentence: str
) -> None:
    make_product(owner.company)
    answer = send(owner, f"code,price,description\n{row}\nGOOD,1.25,Good\n")
    assert sentence in answer.content.decode()
    confirm(owner, answer)
    assert set(Product.objects.values_list("code", flat=True)) == {"RF-40", "GOOD"}
    assert Product.objects.get(code="RF-40").unit_price == Decimal("0.4275")


def test_a_price_that_can_be_read_in_two_ways_is_asked_about(owner: User) -> None:
    text = "code;price;description\nA;1,234;Rose\n"
    assert "can be read in two ways" in send(owner, text).content.decode()
    confirm(owner, send(owner, text, decimals="comma"))
    assert Product.objects.get().unit_price == Decimal("1.234")


def test_the_prices_of_now_come_as_a_file_that_changes_nothing(owner: User, stranger: User) -> None:
    make_product(owner.company)
    make_product(owner.company, "OFF", "-5"), make_product(stranger.company, "SECRET")
    Product.objects.filter(code="OFF").update(kind="discount")
    data = signed_in(owner).get(f"{UPLOAD}template/").getvalue()
    again = signed_in(owner).post(UPLOAD, {"file": SimpleUploadedFile("prices.xlsx", data)})
    assert [one.listed.said["code"] for one in again.context["rows"]] == ["OFF", "RF-40"]
    assert set(outcomes(again).values()) == {"same"}


def test_anothers_preview_writes_nothing(owner: User, stranger: User) -> None:
    answer = send(owner, "code,price,description\nRUS,4.5,Ruscus\n")
    assert confirm(stranger, answer).status_code == 422
    assert not Product.objects.exists()


@pytest.mark.parametrize("text", ["", "code,price\n", "name,colour\nRose,red\n"])
def test_a_file_that_is_no_price_list_is_refused_with_a_sentence(owner: User, text: str) -> None:
    assert send(owner, text).status_code == 422
