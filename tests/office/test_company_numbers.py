"""Setup > Company > Numbers: prefixes and next numbers, which never clash and never go back."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from factories import make_customer, make_invoice
from florin.domain.activity.models import Activity
from florin.domain.companies import numbering, numbers
from florin.domain.companies.models import Counter
from florin.domain.companies.numbers import Series
from florin.domain.invoices.models import Invoice
from florin.domain.staff.models import User
from office import signed_in

NUMBERS = "/office/setup/company/numbers/"


def save(owner: User, *, seen: str = "", **changed: object) -> Any:
    """Press Save on the form as it is shown, but for what is changed."""
    now = numbering.numberings_of(owner.company)
    sent: dict[str, object] = {"seen": seen or numbering.mark(now)}
    for series, each in now.items():
        name = series.value
        sent |= {f"prefix_{name}": each.prefix, f"next_{name}": each.next, f"shown_{name}": each.next}
    return signed_in(owner).post(NUMBERS, {**sent, **changed})


def take_number(owner: User, series: Series = Series.INVOICE) -> str:
    with transaction.atomic():
        return numbers.following(owner.company_id, series)


def test_a_series_goes_on_with_its_new_prefix_and_number(owner: User) -> None:
    assert save(owner, prefix_INV="fl-26", next_INV="501").status_code == 302
    assert [take_number(owner), take_number(owner)] == ["FL-26-501", "FL-26-502"]
    told = Activity.objects.get(kind=Activity.Kind.SETTINGS_CHANGED).about
    assert (told["invoice_numbers_before"], told["invoice_numbers_after"]) == ("INV-10001", "FL-26-501")


def test_without_a_prefix_numbers_are_figures_alone(owner: User) -> None:
    save(owner, prefix_INV="", next_INV="7")
    assert take_number(owner) == "7"


def test_two_series_may_change_their_prefixes_for_each_others(owner: User) -> None:
    assert save(owner, prefix_INV="CR", prefix_CR="INV").status_code == 302
    assert take_number(owner) == "CR-10001"


def test_a_number_given_out_while_the_form_was_open_is_not_asked_back(owner: User) -> None:
    shown = numbering.numberings_of(owner.company)[Series.INVOICE].next
    take_number(owner)
    assert save(owner, next_INV=shown, shown_INV=shown, prefix_ST="X").status_code == 302
    assert take_number(owner) == "INV-10002"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"prefix_INV": "ÄB"}, "at most 8 letters"),
        ({"prefix_INV": "ABCDEFGHI"}, "at most 8 letters"),
        ({"prefix_INV": "cr"}, "Another series has this prefix"),
        ({"next_INV": "10001"}, "the next one is 10002 or higher"),
        ({"next_INV": "0"}, "from 1 to 999,999,999"),
        ({"next_INV": "1000000000"}, "from 1 to 999,999,999"),
        ({"next_INV": "many"}, "from 1 to 999,999,999"),
    ],
)
def test_what_cannot_be_meant_is_said_and_stays_typed(
    owner: User, typed: dict[str, str], sentence: str
) -> None:
    take_number(owner)
    answer = save(owner, **typed, prefix_ST="KEPT")
    assert answer.status_code in {409, 422}
    assert sentence in answer.content.decode()
    assert 'value="KEPT"' in answer.content.decode()
    assert take_number(owner) == "INV-10002"


def test_a_number_that_an_import_brought_is_not_given_out_again(owner: User) -> None:
    first, second = make_invoice(owner), make_invoice(owner)
    Invoice.objects.filter(pk=first.pk).update(number="INV-10003")
    Invoice.objects.filter(pk=second.pk).update(number="INV-20000")
    assert take_number(owner) == "INV-20001"


def test_a_number_that_is_here_already_is_no_next_number(owner: User) -> None:
    invoice = make_invoice(owner, customer=make_customer(owner.company))
    Invoice.objects.filter(pk=invoice.pk).update(number="F-700")
    answer = save(owner, prefix_INV="F", next_INV="20000")
    assert answer.status_code == 302
    Invoice.objects.filter(pk=invoice.pk).update(number="F-30000")
    answer = save(owner, next_INV="25000")
    assert "F-30000 is here already: the next one is 30001 or higher" in answer.content.decode()


def test_two_editors_notice_each_other(owner: User) -> None:
    seen = numbering.mark(numbering.numberings_of(owner.company))
    save(owner, prefix_INV="A")
    assert save(owner, seen=seen, prefix_INV="B").status_code == 409
    assert take_number(owner).startswith("A-")


@pytest.mark.parametrize("change", [{"last": 10_000}, {"given": False}, {"prefix": "a b"}])
def test_the_database_lets_no_series_go_back(owner: User, change: dict[str, object]) -> None:
    take_number(owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Counter.objects.filter(company=owner.company, series="INV").update(**change)


def test_the_database_keeps_two_series_from_sharing_a_prefix(owner: User) -> None:
    take_number(owner)
    take_number(owner, Series.ORDER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Counter.objects.filter(company=owner.company).update(prefix="X")
