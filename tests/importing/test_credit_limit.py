"""Credit limits hold for invoices that are imported, too."""

from pathlib import Path

from factories import make_customer
from factories.import_files import file_line, import_file, reasons, write
from florin.domain.activity.models import Activity
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.orders.models import Order


def limited(company: Company) -> Customer:
    return make_customer(company, number="17850", credit_limit=500)


def test_an_invoice_over_a_customers_credit_limit_is_refused_and_a_credit_makes_room(
    company: Company, tmp_path: Path
) -> None:
    limited(company)
    file = write(tmp_path, file_line("1"), file_line("2"), file_line("C3", "-2"), file_line("4"))  # 3.00 each
    assert import_file(file, company, tmp_path).invoices == 2
    assert [line for line, _reason in reasons(tmp_path)] == [3]
    assert "It is over by 1.00." in reasons(tmp_path)[0][1]


def test_with_a_reason_invoices_pass_the_credit_limit_and_the_order_tells_why(
    company: Company, tmp_path: Path
) -> None:
    limited(company)
    import_file(
        write(tmp_path, file_line("1"), file_line("2")), company, tmp_path, over_limit="Owed since spring"
    )
    told = Activity.objects.get(kind=Activity.Kind.LIMIT_OVERRIDDEN)
    order = Order.objects.get(number="W-2")
    assert order.pk in told.subjects
    assert (told.about["amount"], told.about["reason"]) == (100, "Owed since spring")
