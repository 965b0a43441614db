"""Between a phone and a desk: lists that are wider than the screen can be scrolled to their end."""

import pytest

from factories import make_customer, make_invoice
from florin.domain.staff.models import User
from office.conftest import Open

LISTS = ["orders/", "open-invoices/", "aging/", "customers/"]
CUT_OFF = """() => [...document.querySelectorAll('.panel')].filter((sheet) =>
    sheet.scrollWidth > sheet.clientWidth && getComputedStyle(sheet).overflowX !== 'auto').length"""


@pytest.mark.parametrize("width", [768, 900, 1024])
def test_no_list_is_cut_off_and_the_page_itself_does_not_stick_out(
    owner: User, browse: Open, width: int
) -> None:
    User.objects.filter(pk=owner.pk).update(language="es", name="Maria Fernanda Gutierrez")
    make_invoice(owner, "123456.78", customer=make_customer(owner.company, name="Floristeria " * 4))
    page = browse(owner, viewport={"width": width, "height": 800}).new_page()
    for path in LISTS:
        page.goto(f"/office/{path}")
        assert page.evaluate(CUT_OFF) == 0, path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
