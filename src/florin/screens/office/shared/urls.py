"""The addresses of what several folders lead to: documents and payment links."""

from django.urls import path

from florin.screens.office.shared import documents, payment_links

urlpatterns = [
    path("links/<uuid:pk>/revoke/", payment_links.revoke, name="link-revoke"),
    path("invoices/<uuid:pk>/pdf/", documents.invoice_pdf, name="invoice-pdf"),
    path("payments/<uuid:pk>/receipt/", documents.receipt_pdf, name="receipt-pdf"),
]
