"""Products from a file, by screen and by command."""

from pathlib import Path

import pytest

from factories.import_files import type_import
from factories.record_files import PRODUCTS, Kind, refusals, take_in
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.domain.import_runs.models import ImportRun


def test_products_of_quickbooks_keep_prices_of_a_fraction_of_a_cent(company: Company) -> None:
    take_in(company, Kind.PRODUCTS, PRODUCTS)

    rose = Product.objects.get(code="ROSE60")
    assert (rose.description, str(rose.unit_price)) == ("Red rose 60 cm", "0.4275")
    assert take_in(company, Kind.PRODUCTS, PRODUCTS).count("here") == 2


def test_prices_that_no_product_can_have_are_refused(company: Company) -> None:
    rows = "Code,Description,Price\nA,Rose,-1\nB,Rose,0.12345\nC,Rose,\n,Rose,1\n"

    run = take_in(company, Kind.PRODUCTS, rows)

    assert [line for line, _reason in refusals(run)] == [2, 3, 4, 5]
    assert not Product.objects.exists()


def test_the_command_checks_imports_repeats_and_undoes(
    company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "products.csv"
    path.write_text("Artikel,Code,Price\nRose,R1,0.4275\nTulip,T1,x\n")
    report = tmp_path / "refused.csv"
    words = [str(path), "--company", company.slug, "--kind", "products", "--report", str(report)]
    assert type_import(*words) == 2
    assert "Choose the column for “Description”." in capsys.readouterr().err
    words += ["--column", "Artikel=description"]

    assert type_import(*words, "--check") == 1
    assert not Product.objects.exists()
    assert type_import(*words) == 1
    assert Product.objects.get().code == "R1"
    assert '"Tulip","T1","x","Unit price:' in report.read_text(encoding="utf-8-sig")
    assert type_import("--company", company.slug, "--undo", ImportRun.objects.get().key) == 0
    assert not Product.objects.exists()
