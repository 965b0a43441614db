"""The security log keeps what happened once and for good, and cannot be filled by whoever wants to."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from factories import make_company
from factories.database import sql
from florin.domain.companies.models import Company
from florin.domain.security import queries, services
from florin.domain.security.models import SecurityEvent
from florin.domain.security.services import Kind
from florin.domain.security.tally import Tally
from florin.domain.staff.models import User
from florin.kernel import clients

HOUR = datetime(2026, 11, 30, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    services.tally.clear()
    yield
    services.tally.clear()


def fail(company: Company, *, times: int = 1, place: str = "192.0.2.7") -> None:
    with clients.asking(place):
        for _time in range(times):
            services.note(Kind.SIGN_IN_FAILED, company_id=company.pk, who="ada@bloom.example")


def test_what_happens_is_a_row_and_a_line(company: Company, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "florin.security")
    with clients.asking("192.0.2.7"):
        services.note(Kind.SIGNED_IN, company_id=company.pk, who="ada@bloom.example")

    row = queries.search(company.pk).get()
    assert (row.kind, row.who, row.place, row.count) == ("signed_in", "ada@bloom.example", "192.0.2.7", 1)
    line = json.loads(caplog.messages[0])
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "event": "signed_in",
        "company": str(company.pk),
        "who": "ada@bloom.example",
        "from": "192.0.2.7",
        "count": 1,
    }


def test_what_is_rolled_back_leaves_neither_row_nor_line(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "florin.security")
    with transaction.atomic():
        services.note(Kind.SETTINGS_CHANGED, company_id=company.pk, who="ada@bloom.example")
        transaction.set_rollback(True)

    assert (queries.search(company.pk).count(), caplog.messages) == (0, [])


def test_no_text_can_begin_a_line_of_its_own(company: Company, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "florin.security")
    services.note(Kind.SETTINGS_CHANGED, company_id=company.pk, name_after='x\n{"event": "signed_in"}')

    assert "\n" not in caplog.messages[0]
    assert json.loads(caplog.messages[0])["name_after"] == 'x\n{"event": "signed_in"}'


def test_failures_are_one_row_an_hour_for_account_and_place(company: Company) -> None:
    fail(company, times=5)
    fail(company, times=2, place="198.51.100.1")

    found = dict(queries.search(company.pk).values_list("place", "count"))
    assert found == {"192.0.2.7": 5, "198.51.100.1": 2}


def test_thousands_of_failures_are_a_few_rows_and_lines(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    fail(company, times=5000)
    for number in range(300):
        fail(company, times=10, place=f"10.0.{number // 250}.{number % 250}")

    rows = queries.search(company.pk)
    assert rows.count() <= 2 * 21  # the hour may turn meanwhile
    assert len(caplog.messages) < 400
    assert sum(row.count for row in rows) >= 8000 / 2


def test_a_network_of_ipv6_is_one_place(company: Company) -> None:
    for host in range(1, 9):
        fail(company, place=f"2001:db8:1:1::{host}")

    assert {row.place for row in queries.search(company.pk)} == {"2001:db8:1:1::/64"}


def test_the_first_sixteen_are_told_one_by_one_and_then_each_doubling() -> None:
    tally = Tally()
    told = [tally.add("guess", "here", HOUR) for _time in range(100)]

    counts = [more for _place, more in filter(None, told)]
    assert counts == [*([1] * 16), 16, 32]
    assert tally.add("guess", "here", HOUR + timedelta(hours=1)) == ("here", 1)


def test_places_beyond_the_twentieth_count_together() -> None:
    tally = Tally()
    places = {told[0] for number in range(500) if (told := tally.add("guess", f"{number}", HOUR))}

    assert len(places) == 21
    assert "" in places


def test_memory_for_counting_is_bounded() -> None:
    tally = Tally()
    told = [tally.add(number, "here", HOUR) for number in range(10_050)]

    assert told.count(None) == 50


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE security_securityevent SET count = count",
        "UPDATE security_securityevent SET count = 0",
        "UPDATE security_securityevent SET count = 9, who = 'x'",
        "UPDATE security_securityevent SET count = 9, at = now()",
    ],
)
def test_what_was_noted_is_never_changed(company: Company, change: str) -> None:
    fail(company)
    with pytest.raises(IntegrityError, match="append-only"):
        sql(change)


def test_what_is_not_counted_never_grows(company: Company) -> None:
    services.note(Kind.SIGNED_IN, company_id=company.pk)
    with pytest.raises(IntegrityError, match="append-only"):
        sql("UPDATE security_securityevent SET count = count + 1")


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}"])
def test_nothing_goes_before_a_year_has_passed(company: Company, statement: str) -> None:
    services.note(Kind.SIGNED_IN, company_id=company.pk)
    with pytest.raises(IntegrityError, match="append-only"):
        sql(statement.format("security_securityevent"))


def test_what_is_older_than_a_year_goes_and_the_rest_stays(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("florin.kernel.clock.now", lambda: datetime.now(UTC) - timedelta(days=366))
        services.note(Kind.SIGNED_IN, company_id=company.pk)
    services.note(Kind.SIGNED_OUT, company_id=company.pk)

    assert services.purge() == 1
    assert SecurityEvent.objects.get().kind == "signed_out"


def test_another_companys_events_are_not_found(company: Company) -> None:
    services.note(Kind.SIGNED_IN, company_id=make_company(slug="elsewhere").pk)
    services.note(Kind.SIGN_IN_FAILED)

    assert not queries.search(company.pk).exists()


def test_changed_rights_are_noted_whoever_changes_them(owner: User) -> None:
    sql("UPDATE staff_user SET roles = '{sales,cashier}'")

    row = queries.search(owner.company_id).get()
    assert (row.kind, row.who) == ("rights_changed", owner.email)
    assert (row.about["fields"], row.about["roles_before"]) == ("roles", "admin")
    assert row.about["roles_after"] == "sales, cashier"


def test_what_gives_no_rights_is_not_a_change_of_rights(owner: User) -> None:
    owner.language = "es"
    owner.save()

    assert not queries.search(owner.company_id).exists()
