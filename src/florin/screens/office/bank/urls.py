"""The addresses of payouts, settlement and reconciliation."""

from django.urls import path

from florin.screens.office.bank import payouts, processor_refusals, reconciliation, settlement

urlpatterns = [
    path("payments/payouts/", payouts.payouts, name="payouts"),
    path("payments/payouts/<uuid:pk>/", payouts.payout, name="payout"),
    path("payments/settlement/", settlement.settlement, name="settlement"),
    path("payments/settlement/download/", settlement.download, name="settlement-download"),
    path("payments/settlement/mail/", settlement.mail, name="settlement-mail"),
    path("payments/refusals/", processor_refusals.refusals, name="processor-refusals"),
    path("payments/refusals/<uuid:pk>/end/", processor_refusals.end, name="processor-refusal-end"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation/compare/", reconciliation.compare, name="reconcile"),
    path("reconciliation/<uuid:pk>/settle/", reconciliation.settle, name="difference-settle"),
]
