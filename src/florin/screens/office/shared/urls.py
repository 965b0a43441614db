"""The addresses of what several folders lead to: documents, payment links and mailing runs."""

from django.urls import path

from florin.screens.office.shared import documents, mailing_run, payment_links

urlpatterns = [
    path("links/<uuid:pk>/revoke/", payment_links.revoke, name="link-revoke"),
    path("invoices/<uuid:pk>/pdf/", documents.invoice_pdf, name="invoice-pdf"),
    path("payments/<uuid:pk>/receipt/", documents.receipt_pdf, name="receipt-pdf"),
    path("mailing-runs/<uuid:pk>/", mailing_run.mailing_run, name="mailing-run"),
    path("mailing-runs/<uuid:pk>/progress/", mailing_run.progress, name="mailing-run-progress"),
    path("batches/<uuid:pk>/", mailing_run.redirect_page, name="former-batch"),
    path("batches/<uuid:pk>/progress/", mailing_run.redirect_progress, name="former-batch-progress"),
    path("statements/runs/<uuid:pk>/", mailing_run.redirect_page, name="former-statement-run"),
    path(
        "statements/runs/<uuid:pk>/progress/",
        mailing_run.redirect_progress,
        name="former-statement-run-progress",
    ),
]
