"""``florin import`` as the operator types it."""

from pathlib import Path

import pytest
from django.conf import settings

from factories.import_files import file_line, type_import, write
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice


def test_it_says_what_was_booked_and_what_was_not(
    company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, file_line(), file_line("2", customer=""))

    code = type_import(str(file), "--company", company.slug, "--report", str(tmp_path / "report.csv"))

    said = capsys.readouterr().out
    assert code == 1
    assert Invoice.objects.get().number == "1"
    assert "1: The row names no customer." in said
    assert "The file was read as UTF-8, separated by commas, decimal point." in said


def test_an_import_of_every_row_ends_well(company: Company, tmp_path: Path) -> None:
    assert type_import(str(write(tmp_path, file_line())), "--company", company.slug) == 0


def test_what_a_file_does_not_show_can_be_said(company: Company, tmp_path: Path) -> None:
    file, slug = str(write(tmp_path, file_line(date="10/02/2026", price="1.250"))), company.slug
    assert type_import(file, "--company", slug) == 2

    assert type_import(file, "--company", slug, "--dates", "day-first", "--decimals", "comma") == 0


def test_the_report_lies_in_the_data_folder_unless_told_otherwise(company: Company, tmp_path: Path) -> None:
    before = set(Path(settings.DATA_FOLDER).glob("import-report-*.csv"))

    type_import(str(write(tmp_path, file_line())), "--company", company.slug)

    assert len(set(Path(settings.DATA_FOLDER).glob("import-report-*.csv")) - before) == 1


def test_an_unknown_company_is_named_beside_those_there_are(
    company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = type_import(str(write(tmp_path, file_line())), "--company", "nobody")

    assert code == 2
    assert capsys.readouterr().err == "There is no company “nobody”. There is: bloom.\n"


def test_a_missing_file_is_said_in_a_sentence(
    company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = type_import(str(tmp_path / "none.csv"), "--company", company.slug)

    assert code == 2
    assert "none.csv cannot be read: No such file or directory." in capsys.readouterr().err


def test_an_import_says_how_to_take_it_back_and_that_works(
    company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    type_import(str(write(tmp_path, file_line())), "--company", company.slug)
    said = capsys.readouterr().out
    words = said.split("florin import ")[1].splitlines()[0].split()

    assert type_import(*words) == 0
    assert "1 invoices and 0 credits are taken back." in capsys.readouterr().out
    assert Invoice.objects.get().void
    assert type_import(*words) == 2
