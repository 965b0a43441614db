"""What people type into a form is read by one rule for each kind of thing, and shown as it was typed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import translation

from factories import make_customer
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.kernel.money import Money
from florin.screens.office.shared.fields import (
    AddressesField,
    AmountField,
    CustomerField,
    DayField,
    NumberField,
    OptionField,
    ParsedField,
    QuantityField,
    TextField,
    UnitPriceField,
)
from florin.screens.office.shared.forms import OfficeForm


def amount(currency: str = "USD", **options: Any) -> AmountField:
    field = AmountField(**options)
    field.currency = currency
    return field


def percent() -> NumberField:
    return NumberField(whole=3, places=2, lowest=0, highest=50, outside="Give a percentage from 0 to 50.")


@pytest.mark.parametrize(
    ("field", "typed", "meant"),
    [
        (amount(), " 1,250.5 ", Money(125050, "USD")),
        (amount("JPY"), "1,250", Money(1250, "JPY")),
        (amount(), "0", Money(0, "USD")),
        (amount(), "", None),
        (amount(""), "12", None),
        (QuantityField(), "-1.125", Decimal("-1.125")),
        (UnitPriceField(), "0.0125", Decimal("0.0125")),
        (percent(), "2.5", Decimal("2.5")),
        (DayField(), "2026-11-30", date(2026, 11, 30)),
        (DayField(), " ", None),
        (TextField(longest=9), " Roses\r\n60 ", "Roses\n60"),
        (TextField(longest=9), "", ""),
        (AddressesField(), "Ann <a@example.com>, b@example.com", ("a@example.com", "b@example.com")),
        (AddressesField(), "", ()),
        (OptionField(options=[("en", "English")], other="Choose."), "en", "en"),
    ],
)
def test_what_is_typed_is_read(field: ParsedField, typed: str, meant: object) -> None:
    assert field.clean(typed) == meant


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (amount(), "1e999", "Give a number."),
        (amount(), "-1", "An amount cannot be negative."),
        (
            amount(error_messages={"negative": "A limit cannot be negative."}),
            "-1",
            "A limit cannot be negative.",
        ),
        (amount(), "1.005", "At most 2 decimals."),
        (amount("JPY"), "1.5", "At most 0 decimals."),
        (amount(), "1" * 13, "This number is too large."),
        (amount(above_zero=True), "0", "Give an amount above zero."),
        (amount(above_zero=True), "-3", "Give an amount above zero."),
        (amount(above_zero=True, missing="Give an amount."), " ", "Give an amount."),
        (QuantityField(), "", "Give a number."),
        (QuantityField(), "1.1234", "At most 3 decimals."),
        (UnitPriceField(), "NaN", "Give a number."),
        (percent(), "50.01", "Give a percentage from 0 to 50."),
        (percent(), "-1", "Give a percentage from 0 to 50."),
        (DayField(), "2026-02-30", "This is not a date; write it like 2026-11-30."),
        (DayField(), "1026-11-30", "This date is too far away to be right."),
        (TextField(longest=3), "Roses", "At most 3 characters."),
        (TextField(longest=9, missing="Give a name."), " ", "Give a name."),
        (TextField(longest=9), "a\x00", "This holds a character that cannot be kept."),
        (OptionField(options=[("en", "English")], other="Choose a language."), "xx", "Choose a language."),
        (OptionField(options=[("en", "English")], other="Choose a language."), "", "Choose a language."),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(field: ParsedField, typed: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as problem:
        field.clean(typed)
    assert problem.value.messages == [sentence]


def test_a_card_number_is_refused_with_a_box_for_who_is_sure() -> None:
    with pytest.raises(ValidationError) as problem:
        TextField(longest=99).clean("4242 4242 4242 4242")
    assert '<input type="checkbox" name="not_a_card" value="4242424242424242">' in problem.value.messages[0]


class Sample(OfficeForm):
    customer = CustomerField()
    amount = AmountField()
    on = DayField()
    to = AddressesField(lines=3)
    quantity = QuantityField()


def test_a_form_that_comes_back_shows_what_was_typed_as_it_was_typed(owner: User) -> None:
    typed = {"customer": "nobody", "amount": " 1,5x", "on": "soon", "to": "no address", "quantity": "1e9"}
    data = QueryDict(mutable=True)
    data.update(typed)
    form = Sample(data, company=owner.company)

    assert not form.is_valid()
    assert form.error_count == len(typed)
    assert {name: form.value(name) for name in typed} == typed


def test_a_form_shows_what_is_kept_as_its_reader_would_type_it(owner: User) -> None:
    customer = make_customer(owner.company, name="Rosa & Hijos")
    kept = {
        "customer": customer,
        "amount": Money(125050, "USD"),
        "on": date(2026, 11, 30),
        "to": ["a@example.com", "b@example.com"],
        "quantity": Decimal("1.500"),
    }
    with translation.override("es"):
        form = Sample(company=owner.company, initial=kept)
        shown = {name: form.value(name) for name in kept}

    assert shown == {
        "customer": f"{customer.number} · Rosa & Hijos",
        "amount": "1.250,50",
        "on": "2026-11-30",
        "to": "a@example.com\nb@example.com",
        "quantity": "1,5",
    }


def test_what_is_shown_is_read_as_the_same_again(owner: User) -> None:
    customer = make_customer(owner.company)
    form = Sample(company=owner.company, initial={"customer": customer, "amount": Money(5, "USD")})

    assert form.readable("customer") == customer
    assert form.readable("amount") == Money(5, "USD")
    assert form.readable("quantity") is None


def test_a_customer_of_another_company_is_nobody(owner: User, stranger: User) -> None:
    theirs = make_customer(stranger.company, number="T-77")
    form = Sample(QueryDict(f"customer={theirs.number}"), company=owner.company)

    assert form.errors["customer"] == ["No customer has this number or name."]


def test_a_form_is_sent_under_the_key_that_it_was_shown_with(company: Company) -> None:
    shown = Sample(company=company, seen="abc")
    sent = Sample(QueryDict(f"press={shown.submission_key}&seen={shown.seen}"), company=company)

    assert (sent.submission_key, sent.seen) == (shown.submission_key, "abc")
