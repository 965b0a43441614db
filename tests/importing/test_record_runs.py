"""Runs of the import: killed and gone on with, worked at by two, and let go of."""

from collections.abc import Sequence

import pytest

from factories.record_files import CONTACTS, Kind, State, bring, work
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.import_runs.models import ImportRun
from florin.domain.import_runs.services import purge
from florin.flows import import_records
from florin.flows.importing import record_pass, records
from florin.flows.importing.customer_records import CustomerImporter, CustomerRow
from florin.flows.importing.records import Reader, Record

ROWS = "Number,Name\n" + "".join(f"{number},Shop {number}\n" for number in range(1, 8))


class KilledError(BaseException):
    """The worker is no more."""


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_pass, "_ROWS_AT_ONCE", 2)
    run = bring(company, Kind.CUSTOMERS, ROWS)
    import_records.start(company, run.pk)
    with monkeypatch.context() as killed:
        killed.setattr(CustomerImporter, "write", _killed_at("Shop 5"))
        with pytest.raises(KilledError):
            import_records.work(run.pk)
    assert (Customer.objects.count(), ImportRun.objects.get().rows_done) == (4, 4)

    run = work(run)

    assert (run.state, run.count("new"), run.count("here")) == (State.DONE, 7, 0)
    assert Customer.objects.count() == 7


def test_a_worker_that_comes_late_does_nothing_twice(company: Company) -> None:
    run = bring(company, Kind.CUSTOMERS, CONTACTS)
    import_records.start(company, run.pk)
    late = ImportRun.objects.select_related("company").get(pk=run.pk)
    work(run)

    with pytest.raises(record_pass.OvertakenError):
        record_pass.go_through(
            late,
            (importer := import_records.make_importer(late, reader := _reader(late))),
            reader,
            keep=importer.write,
            progress=lambda _run: None,
        )

    assert Customer.objects.count() == 3


def test_a_file_that_nobody_comes_back_to_is_let_go_of(company: Company) -> None:
    run = bring(company, Kind.CUSTOMERS, CONTACTS)
    ImportRun.objects.update(made_at="2020-01-01T00:00:00Z")
    assert purge() == 1

    import_records.start(company, run.pk)

    assert work(run).problem == "The file is no longer kept. Upload it again."


def _killed_at(name: str) -> object:
    write = CustomerImporter.write

    def killed(self: CustomerImporter, run: ImportRun, rows: Sequence[tuple[Record, CustomerRow]]) -> None:
        write(self, run, rows)
        if any(row.draft.name == name for _record, row in rows):
            raise KilledError

    return killed


def _reader(run: ImportRun) -> Reader:
    file = records.open_bytes(CONTACTS.encode(), Kind.CUSTOMERS)
    return records.understand(file, Kind.CUSTOMERS, run.columns, import_records.choices_of(run))
