"""Names that read from right to left turn nothing around them, on no paper and in no mail (UAX #9)."""

import io

import pytest
from pypdf import PdfReader

from edges.test_statement_documents import statement
from factories.documents import PAY_URL, invoice, letterhead, receipt
from florin.contracts.demands import Demand
from florin.edges.documents import render_invoice, render_receipt, render_statement
from florin.edges.mail import samples

NAMES = ["פרחים", "زهور"]


@pytest.mark.parametrize("name", NAMES)
def test_every_email_isolates_every_name(name: str) -> None:
    for sample in samples.render_all(language="en", company=name, customer=name):
        email = sample.email
        assert email.html.count(name) == email.html.count(f"\u2068{name}\u2069") > 0, sample
        for part in (email.subject, email.text):
            assert part.count(name) == part.count(f"\u2068{name}\u2069"), sample


@pytest.mark.parametrize("name", NAMES)
def test_documents_keep_the_phone_number_behind_a_name_in_order(name: str) -> None:
    """Without isolation the groups of figures behind such a name are drawn in the opposite order."""
    head = letterhead(name=name)
    for pdf in (
        render_invoice(invoice(letterhead=head), demand=Demand(12345), pay_url=PAY_URL),
        render_receipt(receipt(letterhead=head, customer_name=name)),
        render_statement(statement(letterhead=head, bill_to=(name,)), pay_url=PAY_URL, payable=20000),
    ):
        text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        assert text.count("+1 503 555 0147") == 2, text
