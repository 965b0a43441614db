"""Papers: an invoice or a receipt, from its frozen snapshot to the bytes of a PDF."""

from florin.edges.documents.render import render_invoice, render_receipt

__all__ = ["render_invoice", "render_receipt"]
