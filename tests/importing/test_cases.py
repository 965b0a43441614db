"""Files that made other programs stumble, each with what it must come to (see ``tests/cases/README.md``)."""

from decimal import Decimal
from pathlib import Path

import pytest

from factories.import_files import reasons, type_import
from florin.domain.companies.models import Company
from florin.domain.credits.models import Credit
from florin.domain.invoices.models import Invoice
from florin.domain.orders.models import OrderLine
from florin.flows import import_invoices
from florin.flows.import_invoices import Summary
from florin.flows.importing.refusals import Reason
from florin.flows.importing.rows import ReadingChoices
from florin.kernel.errors import Refusal
from florin.kernel.notation import Order, Sign

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(autouse=True)
def dollars(company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(currency="USD", time_zone="America/New_York")
    company.refresh_from_db()


def import_case(name: str, company: Company, folder: Path, **told: object) -> Summary:
    return import_invoices.run(
        CASES / f"{name}.csv",
        company,
        report=folder / "report.csv",
        progress=lambda _done, _rows: None,
        told=ReadingChoices(**told),  # type: ignore[arg-type]
    )


def totals() -> dict[str, int]:
    """What every invoice and credit comes to, in cents."""
    return {
        **dict(Invoice.objects.values_list("number", "total")),
        **dict(Credit.objects.values_list("number", "amount")),
    }


# Each file with its totals and the lines that are refused.
READ: dict[str, tuple[dict[str, int], list[int]]] = {
    "p01_us_dates": ({"810001": 4242, "810002": 765}, []),
    "p02_retail_ii": ({"810011": 8340}, []),
    "p03_semicolon": ({"810021": 1530 + 1_250_500}, []),
    "p06_utf16_tab": ({"810051": 800}, []),
    "p06b_utf16_comma": ({"810052": 800}, []),
    "p08_one_bad_byte": ({"810071": 800}, [3]),
    "p08b_one_bad_byte_mojibake": ({"810075": 800}, [3]),
    "p09_quoted_newline": ({"810081": 1700, "810082": 900}, []),
    "p11_negative_zero": (
        {"810101": 2800, "810103": 0, "C810104": 800, "810106": 3500},
        [4, 7, 10, 11, 12],
    ),
    "p13_cr_only": ({"810121": 400, "810122": 400}, []),
    "p14_excel_mangled": (
        {"000810131": 400, "810131": 400, "810133": 400, "810134": 400},
        [4, 7, 8, 9, 10, 11],
    ),
    "p16_rounding": ({"810151": 199_999_126, "810152": 3}, []),
    "p19_negative_price_discount": ({"810171": 3500}, []),
}


@pytest.mark.parametrize("name", READ)
def test_a_file_comes_to_what_it_says(name: str, company: Company, tmp_path: Path) -> None:
    booked, refused = READ[name]

    words = (str(CASES / f"{name}.csv"), "--company", company.slug, "--report", str(tmp_path / "report.csv"))
    assert type_import(*words) == (1 if refused else 0)

    assert totals() == booked
    assert sorted(line for line, _ in reasons(tmp_path)) == refused


@pytest.mark.parametrize(("name", "number"), [("p02_retail_ii", "91003"), ("p14_excel_mangled", "91017")])
def test_a_customers_number_that_a_spreadsheet_made_a_fraction_is_whole_again(
    name: str, number: str, company: Company, tmp_path: Path
) -> None:
    import_case(name, company, tmp_path)

    assert set(Invoice.objects.values_list("customer__number", flat=True)) == {number}


def test_a_day_decides_the_order_of_the_dates_of_its_column(company: Company, tmp_path: Path) -> None:
    summary = import_case("p01_us_dates", company, tmp_path)

    days = dict(Invoice.objects.values_list("number", "issued_on"))
    assert {number: str(day) for number, day in days.items()} == {
        "810001": "2010-12-01",
        "810002": "2010-12-13",
    }
    assert summary.how == "UTF-8, separated by commas, decimal point, dates month-first"


def test_a_byte_that_does_not_fit_garbles_no_other_line(company: Company, tmp_path: Path) -> None:
    import_case("p08b_one_bad_byte_mojibake", company, tmp_path)

    assert OrderLine.objects.get().description == "Café José Nuñez für 5"
    assert Reason.BYTES in reasons(tmp_path)[0][1]


def test_a_line_break_in_quotation_marks_is_a_space(company: Company, tmp_path: Path) -> None:
    import_case("p09_quoted_newline", company, tmp_path)

    assert OrderLine.objects.filter(description='Mixed bouquet with ribbon, 12" tall').count() == 1


def test_a_shortened_number_is_refused_with_a_hint(company: Company, tmp_path: Path) -> None:
    import_case("p14_excel_mangled", company, tmp_path)

    assert dict(reasons(tmp_path))[4] == Reason.SHORTENED


def test_a_column_that_mixes_points_and_commas_is_asked_about(company: Company, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"5323,54 in line 2, 1,250\.50 in line 3.*--decimals"):
        import_case("p04_decimal_comma_quoted", company, tmp_path)
    assert totals() == {}

    import_case("p04_decimal_comma_quoted", company, tmp_path, decimals=Sign.POINT)

    assert totals() == {"810032": 125_050, "810033": 100, "810034": 1250, "810035": 2450}
    assert reasons(tmp_path) == [(2, Reason.BAD_PRICE)]


def write(folder: Path, head: str, *rows: str) -> Path:
    path = folder / "rows.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


HEAD = "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country"


@pytest.mark.parametrize(
    ("prices", "totals_"),
    [(("1.250", "12,50"), [125_000, 1250]), (("1,250", "12.50"), [125_000, 1250]), (("0,125",), [12])],
)
def test_a_doubtful_number_is_read_as_its_column_is(
    prices: tuple[str, ...], totals_: list[int], company: Company, tmp_path: Path
) -> None:
    rows = (f"{place};R;Rose;1;2026-10-02;{price};7;" for place, price in enumerate(prices))
    path = write(tmp_path, HEAD, *rows)

    import_invoices.run(path, company, report=tmp_path / "report.csv", progress=lambda *_: None)

    assert [totals()[str(place)] for place in range(len(prices))] == totals_


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("2026-10-02;1.250", "UnitPrice can be read in two ways: 1.250 in line 2"),
        ("10/02/2026;1", "InvoiceDate can be read in two ways: 10/02/2026 in line 2"),
    ],
)
def test_what_nothing_shows_is_asked(cells: str, sentence: str, company: Company, tmp_path: Path) -> None:
    path = write(tmp_path, HEAD, f"1;R;Rose;1;{cells};7;")

    with pytest.raises(Refusal, match=sentence.replace(".", r"\.")):
        import_invoices.run(path, company, report=tmp_path / "report.csv", progress=lambda *_: None)

    told = ReadingChoices(decimals=Sign.COMMA, dates=Order.DAY)
    import_invoices.run(path, company, report=tmp_path / "report.csv", progress=lambda *_: None, told=told)
    invoice = Invoice.objects.get()
    assert (invoice.total, str(invoice.issued_on)) in {(125_000, "2026-10-02"), (100, "2026-02-10")}


def test_another_currency_is_refused_and_the_companys_own_is_not(company: Company, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEAD,
        *(
            f"{n};R;Rose;1;2026-10-02;{p};7;"
            for n, p in enumerate(["$1.50", "USD 2.50", "€3.50", "4.50 GBP"])
        ),
    )

    import_invoices.run(path, company, report=tmp_path / "report.csv", progress=lambda *_: None)

    assert totals() == {"0": 150, "1": 250}
    assert [reason for _, reason in reasons(tmp_path)] == [
        f"{Reason.OTHER_MONEY} €.",
        f"{Reason.OTHER_MONEY} GBP.",
    ]


def test_a_quotation_mark_that_does_not_close_costs_its_own_line(company: Company, tmp_path: Path) -> None:
    rows = [
        '1;R;"Rose;1;2026-10-02;1.50;7;',
        *(f'{n};R;"Rose ""red""";1;2026-10-02;1.50;7;' for n in range(2, 9)),
    ]
    path = write(tmp_path, HEAD, *rows)

    import_invoices.run(path, company, report=tmp_path / "report.csv", progress=lambda *_: None)

    assert reasons(tmp_path) == [(2, Reason.QUOTES)]
    assert len(totals()) == 7


def test_a_title_above_the_headings_and_columns_of_ones_own_do_no_harm(
    company: Company, tmp_path: Path
) -> None:
    head = "Invoices; October, 2026\n\nQty;Price;Date;Customer No.;Shelf;SKU;Invoice Number"
    path = write(tmp_path, head, "2;1.50;2026-10-02;7;B4;R;77")

    summary = import_invoices.run(path, company, report=tmp_path / "report.csv", progress=lambda *_: None)

    assert (totals(), summary.unused) == ({"77": 300}, ["Shelf"])
    assert OrderLine.objects.get().unit_price == Decimal("1.5")


def test_a_card_number_is_neither_booked_nor_kept_in_the_report(company: Company, tmp_path: Path) -> None:
    import_case("p18_card_number", company, tmp_path)

    assert totals() == {}
    report = (tmp_path / "report.csv").read_text()
    assert reasons(tmp_path) == [(2, Reason.CARD), (3, Reason.CARD)]
    assert "4242" not in report


def test_a_file_of_which_somebody_is_sure_keeps_its_long_numbers(company: Company, tmp_path: Path) -> None:
    import_case("p18_card_number", company, tmp_path, no_card_numbers=True)

    assert totals() == {"810161": 400, "810162": 400}
    assert OrderLine.objects.filter(code="4242424242424242").exists()
