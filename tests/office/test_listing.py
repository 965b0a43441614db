"""What a list's address may say: filters, what is refused, sorts, the same list again."""

from dataclasses import replace
from uuid import UUID

import pytest
from django.http import QueryDict

from florin.kernel.errors import Refusal
from florin.kernel.paging import Column
from florin.screens.office.shared import parsing
from florin.screens.office.shared.listing import Listing, choice

LISTING = Listing(
    {"total": (Column("total", int), Column("pk", UUID))},
    usual="-total",
    filters={"q": str, "state": choice("open", "paid"), "since": parsing.day, "until": parsing.day},
    span=("since", "until"),
)


def test_a_day_that_is_none_narrows_nothing_and_has_a_sentence_beside_its_field() -> None:
    filters = LISTING.read(QueryDict("since=soon"))
    assert filters.day("since") is None
    assert "not a date" in filters.errors["since"]
    assert filters.values["since"] == "soon"


def test_a_span_that_ends_before_it_begins_is_named_at_its_last_day() -> None:
    assert set(LISTING.read(QueryDict("since=2026-02-02&until=2026-02-01")).errors) == {"until"}
    assert not LISTING.read(QueryDict("since=2026-02-01&until=2026-02-01")).errors


def test_a_choice_that_is_unknown_narrows_nothing() -> None:
    filters = LISTING.read(QueryDict("state=lost"))
    assert (filters.text("state"), filters.narrowed) == ("", False)
    assert LISTING.read(QueryDict("state=paid")).narrowed


def test_a_heading_pressed_twice_sorts_the_other_way_round() -> None:
    once = LISTING.read(QueryDict("sort=total"))
    assert (once.sorts, once.aria_sorts) == ({"total": "-total"}, {"total": "ascending"})
    assert LISTING.read(QueryDict("sort=-total")).sorts == {"total": "total"}
    assert LISTING.read(QueryDict("sort=secret")).sort == "-total"


def test_the_address_of_the_same_list_leads_to_its_beginning() -> None:
    assert LISTING.read(QueryDict("q=a%26b&state=paid&after=x_y&page=3")).address == "q=a%26b&state=paid"


def test_a_sort_that_falls_first_rises_at_the_second_press() -> None:
    falls = replace(LISTING, usual="total", falls_first=("total",))
    assert falls.read(QueryDict("")).sorts == {"total": "-total"}
    assert falls.read(QueryDict("sort=-total")).sorts == {"total": "total"}


def test_the_address_of_this_page_brings_the_page_back() -> None:
    here = LISTING.read(QueryDict("q=a&sort=total&after=x_y"))
    assert here.page_address == "q=a&sort=total&after=x_y"
    assert LISTING.read(QueryDict("sort=-total")).page_address == ""


def test_what_has_no_field_beside_it_is_refused_with_all_sentences() -> None:
    with pytest.raises(Refusal, match=r"not a date.*not a date"):
        LISTING.read(QueryDict("since=soon&until=later")).check()
    LISTING.read(QueryDict("since=2026-02-01")).check()
