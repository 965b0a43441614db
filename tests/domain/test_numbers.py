"""Numbers have no gap and no double, also when many ask at once."""

import time
from functools import partial

from django.db import transaction

from factories import make_company
from florin.domain.companies import numbers
from florin.domain.companies.models import Company, Counter
from florin.domain.companies.numbers import Series
from testing.races import at_once

CLERKS, DOCUMENTS = 8, 6


def take_number(company: Company, series: Series = Series.INVOICE) -> str:
    with transaction.atomic():
        return numbers.following(company.pk, series)


def test_each_company_and_series_counts_by_itself(company: Company) -> None:
    other = make_company(slug="elsewhere")

    assert [take_number(company), take_number(company)] == ["INV-10001", "INV-10002"]
    assert take_number(company, Series.ORDER) == "SO-10001"
    assert take_number(other) == "INV-10001"


def test_a_rollback_gives_the_number_back(company: Company) -> None:
    take_number(company)
    with transaction.atomic():
        numbers.following(company.pk, Series.INVOICE)
        transaction.set_rollback(True)

    assert take_number(company) == "INV-10002"


def test_eight_clerks_at_once_leave_no_gap_and_take_no_number_twice(company: Company) -> None:
    taken = at_once(*[partial(_many, company)] * CLERKS)

    given = sorted(number for some in taken if isinstance(some, list) for number in some)
    assert given == [f"INV-{10001 + place}" for place in range(CLERKS * DOCUMENTS)]


def _many(company: Company) -> list[str]:
    return [take_number(company) for _ in range(DOCUMENTS)]


def test_control_reading_the_last_number_and_adding_one_gives_doubles(company: Company) -> None:
    """If this fails, the clerks above never met. The database lets only a series go back that never began."""
    Counter.objects.create(company=company, series="INV", prefix="INV", last=10_001, given=False)

    taken = at_once(*[partial(_naive, company)] * CLERKS)

    given = [number for some in taken if isinstance(some, list) for number in some]
    assert len(given) == CLERKS * DOCUMENTS
    assert len(set(given)) < len(given)


def _naive(company: Company) -> list[int]:
    given = []
    for _ in range(DOCUMENTS):
        with transaction.atomic():
            counter = Counter.objects.filter(company=company)
            given.append(counter.values_list("last", flat=True).get() + 1)
            time.sleep(0.001)
            counter.update(last=given[-1])
    return given
