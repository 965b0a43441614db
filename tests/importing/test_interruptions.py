"""An import may be killed at any moment, or run twice at once: in the end everything is booked once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import connection

from factories.import_files import import_file, reckoned
from florin.domain.companies.models import Company
from florin.domain.credits import importing as credits_
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.flows import import_invoices
from florin.flows.import_invoices import SAMPLE, Summary
from florin.flows.importing import batches
from florin.flows.importing.invoices import ImportedDocument
from florin.kernel.errors import Conflict


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_invoices, "_PAPERS_AT_ONCE", 50)


def test_what_was_booked_before_it_was_killed_is_kept(company: Company, tmp_path: Path) -> None:
    def kill(done: int, rows: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        import_invoices.run(SAMPLE, company, report=tmp_path / "report.csv", progress=kill)
    assert Item.objects.count() == 50

    summary = import_file(SAMPLE, company, tmp_path)
    assert summary.here_already == 50
    assert dict(Item.objects.values_list("number", "balance")) == reckoned(SAMPLE)


def test_a_batch_that_is_killed_half_way_leaves_nothing(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(credits_, "give_many", kill)
        with pytest.raises(Killed):
            import_file(SAMPLE, company, tmp_path)
    assert not Invoice.objects.exists()

    import_file(SAMPLE, company, tmp_path)
    assert dict(Item.objects.values_list("number", "balance")) == reckoned(SAMPLE)


def test_two_imports_at_once_take_turns(company: Company, tmp_path: Path) -> None:
    done = _at_once(lambda place: import_file(SAMPLE, company, _folder(tmp_path, place)))

    summaries = [one for one in done if isinstance(one, Summary)]
    assert sum(one.invoices for one in summaries) == 258
    assert sum(one.here_already for one in summaries) == 258 + 29
    assert dict(Item.objects.values_list("number", "balance")) == reckoned(SAMPLE)


def test_without_turns_the_database_still_books_once_and_says_so(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_looked = Barrier(2, timeout=20)
    look = batches._sift

    def look_together(at: Company, documents: Sequence[ImportedDocument]) -> batches._Sifted:
        sifted = look(at, documents)
        with suppress(BrokenBarrierError):
            both_have_looked.wait()
        return sifted

    def rush(place: int) -> Summary:
        try:
            return import_file(SAMPLE, company, _folder(tmp_path, place))
        finally:
            both_have_looked.abort()

    with monkeypatch.context() as lawless:
        lawless.setattr(batches, "_take_turn", lambda _: None)
        lawless.setattr(batches, "_sift", look_together)
        done = _at_once(rush)

    conflicts = [str(one) for one in done if isinstance(one, Conflict)]
    assert conflicts
    assert "Run the import again" in conflicts[0]
    import_file(SAMPLE, company, tmp_path)
    assert dict(Item.objects.values_list("number", "balance")) == reckoned(SAMPLE)


def _folder(parent: Path, place: int) -> Path:
    folder = parent / str(place)
    folder.mkdir()
    return folder


def _at_once(work: Callable[[int], Summary]) -> list[Summary | BaseException]:
    done: list[Summary | BaseException] = []

    def run(place: int) -> None:
        try:
            done.append(work(place))
        except BaseException as error:  # noqa: BLE001 - it is what the test looks at
            done.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[place]) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done
