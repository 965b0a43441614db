"""A run of the import is taken back as a whole while nothing of it was paid, and can then be made anew."""

from pathlib import Path

import pytest

from checkout.pages import link_to
from factories.import_files import file_line, import_file, write
from factories.payments import click_pay
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Entry, Item
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.flows import settle_payment, undo_import
from florin.kernel import database
from florin.kernel.errors import NotFound, Refusal
from office import signed_in
from testing.bank import Bank

ROWS = [file_line("1"), file_line("2", price="0"), file_line("C3", quantity="-3")]


def balances() -> set[int]:
    return set(Item.objects.values_list("balance", flat=True))


def test_all_of_a_run_is_void_and_the_books_keep_both_sides(company: Company, tmp_path: Path) -> None:
    run = import_file(write(tmp_path, *ROWS), company, tmp_path).run

    undone = undo_import.undo(company, run)

    assert (undone.invoices, undone.credits) == (2, 1)
    assert balances() == {0}
    assert set(Order.objects.values_list("state", flat=True)) == {"void"}
    assert Entry.objects.filter(kind=Entry.Kind.VOID).count() == 2


def test_what_was_undone_can_be_imported_again_and_undone_again(company: Company, tmp_path: Path) -> None:
    path = write(tmp_path, *ROWS)
    undo_import.undo(company, import_file(path, company, tmp_path).run)

    again = import_file(path, company, tmp_path)

    assert (again.invoices, again.credits, again.here_already) == (2, 1, 0)
    assert Invoice.objects.get(number="1", void=False).item.balance == 300
    undo_import.undo(company, again.run)
    assert balances() == {0}


def test_a_run_of_any_size_goes_in_pieces(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = import_file(
        write(tmp_path, *(file_line(str(number)) for number in range(7))), company, tmp_path
    ).run
    monkeypatch.setattr(database, "AT_ONCE", 2)

    assert undo_import.undo(company, run).invoices == 7
    assert balances() == {0}


def test_the_office_which_undoes_uploads_undoes_no_import(
    owner: User, company: Company, tmp_path: Path
) -> None:
    run = import_file(write(tmp_path, *ROWS), company, tmp_path).run

    answer = signed_in(owner).post("/office/credits/upload/undo/", {"run": run})

    assert answer.status_code == 404
    assert set(Order.objects.values_list("state", flat=True)) == {"confirmed"}


def test_another_run_is_not_touched(company: Company, tmp_path: Path) -> None:
    import_file(write(tmp_path, file_line("8")), company, tmp_path)
    run = import_file(write(tmp_path, file_line("9")), company, tmp_path).run

    undo_import.undo(company, run)

    assert dict(Invoice.objects.values_list("number", "void")) == {"8": False, "9": True}


def test_a_run_of_which_something_is_paid_stays_whole(owner: User, bank: Bank, tmp_path: Path) -> None:
    Company.objects.update(use_open_credits=False)
    owner.company.refresh_from_db()
    run = import_file(write(tmp_path, *ROWS), owner.company, tmp_path).run
    attempt = click_pay(link_to(Invoice.objects.get(number="1")))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)

    with pytest.raises(Refusal, match="1 has payments or credits applied"):
        undo_import.undo(owner.company, run)

    assert not Invoice.objects.filter(void=True).exists()


@pytest.mark.parametrize("run", ["", "nothing", "%", ":"])
def test_a_run_that_is_none_is_said_so(run: str, company: Company, tmp_path: Path) -> None:
    import_file(write(tmp_path, *ROWS), company, tmp_path)

    with pytest.raises(NotFound):
        undo_import.undo(company, run)


def test_another_companys_run_is_none(company: Company, stranger: User, tmp_path: Path) -> None:
    run = import_file(write(tmp_path, *ROWS), company, tmp_path).run

    with pytest.raises(NotFound):
        undo_import.undo(stranger.company, run)
