"""Documents: an invoice, a receipt or a statement, from its frozen snapshot to the bytes of a PDF."""

from florin.edges.documents.render import draw_invoice, render_invoice, render_receipt
from florin.edges.documents.statements import render_statement
from florin.edges.documents.typesetter import undrawn

__all__ = ["draw_invoice", "render_invoice", "render_receipt", "render_statement", "undrawn"]
