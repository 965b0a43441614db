"""A document that was stored reads back as it was written, through real JSON."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from florin.contracts import snapshots
from florin.contracts.documents import InvoiceDocument, ReceiptDocument, StatementDocument


@settings(max_examples=40, deadline=None)  # the first one compiles the reader
@given(st.builds(InvoiceDocument))
def test_a_stored_invoice_reads_back_the_same(document: InvoiceDocument) -> None:
    assert snapshots.read(InvoiceDocument, json.loads(json.dumps(snapshots.write(document)))) == document


@settings(max_examples=40, deadline=None)  # the first one compiles the reader
@given(st.builds(ReceiptDocument))
def test_a_stored_receipt_reads_back_the_same(document: ReceiptDocument) -> None:
    assert snapshots.read(ReceiptDocument, json.loads(json.dumps(snapshots.write(document)))) == document


@settings(max_examples=40, deadline=None)
@given(st.builds(StatementDocument))
def test_a_stored_statement_reads_back_the_same(document: StatementDocument) -> None:
    assert snapshots.read(StatementDocument, json.loads(json.dumps(snapshots.write(document)))) == document
