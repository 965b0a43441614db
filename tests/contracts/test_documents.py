"""A paper that was stored reads back as it was written, through real JSON."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from florin.contracts.documents import InvoiceDocument, ReceiptDocument


@settings(max_examples=40)
@given(st.builds(InvoiceDocument))
def test_a_stored_invoice_reads_back_the_same(document: InvoiceDocument) -> None:
    assert InvoiceDocument.from_json(json.loads(json.dumps(document.to_json()))) == document


@settings(max_examples=40)
@given(st.builds(ReceiptDocument))
def test_a_stored_receipt_reads_back_the_same(document: ReceiptDocument) -> None:
    assert ReceiptDocument.from_json(json.loads(json.dumps(document.to_json()))) == document
