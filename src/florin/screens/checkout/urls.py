"""The payer's addresses; the token in each is what lets the payer in."""

from django.urls import path

from florin.screens.checkout import branding, results, views

app_name = "checkout"

urlpatterns = [
    path("look/<str:colour>.css", branding.stylesheet, name="look"),
    path("<str:token>", views.bill, name="bill"),
    path("<str:token>/", views.bill),  # some mail programs end an address with a slash
    path("<str:token>/now", views.now, name="now"),
    path("<str:token>/opened", views.opened, name="opened"),
    path("<str:token>/checkout", views.start, name="start"),
    path("<str:token>/fresh", views.fresh, name="fresh"),
    path("<str:token>/credits", views.use_credits, name="use-credits"),
    path("<str:token>/logo", branding.logo, name="logo"),
    path("<str:token>/invoices/<uuid:invoice>.pdf", views.invoice_pdf, name="invoice-pdf"),
    path("<str:token>/statement.pdf", views.statement_pdf, name="statement-pdf"),
    path("<str:token>/result/<uuid:attempt>", results.result, name="result"),
    path("<str:token>/result/<uuid:attempt>/check", results.check, name="check"),
    path("<str:token>/result/<uuid:attempt>/receipt.pdf", results.receipt_pdf, name="receipt-pdf"),
    path("", views.unknown),
    path("<path:anything>", views.unknown),
]
