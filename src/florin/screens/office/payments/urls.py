"""The addresses of payments."""

from django.urls import path

from florin.domain.staff.rights import Right
from florin.screens.office.payments import (
    detail,
    disputes,
    email,
    export,
    fee,
    history,
    overpayments,
    receive,
    receiving_terms,
    refunds,
    returns,
    reversal,
)
from florin.screens.office.shared import customer_field

urlpatterns = [
    path("payments/", history.payments, name="payment-history"),
    path("payments/export/", export.payments, name="payment-export"),
    path("payments/receive/", receive.receive, name="receive"),
    path("payments/receive/invoices/", receive.invoices, name="receive-invoices"),
    path("payments/receive/reckon/", receive.reckon, name="receive-reckon"),
    path(
        "payments/receive/customers/",
        customer_field.suggests(Right.RECEIVE_PAYMENT),
        name="receive-customers",
    ),
    path("payments/receive/terms/", receiving_terms.terms, name="receiving-terms"),
    path("payments/<uuid:pk>/received/", receive.received, name="payment-received"),
    path("payments/<uuid:pk>/undo/", reversal.undo, name="payment-undo"),
    path("payments/<uuid:pk>/unapply/", reversal.unapply, name="payment-unapply"),
    path("overpayments/", overpayments.inbox, name="overpayments"),
    path("overpayments/<uuid:pk>/keep/", overpayments.keep, name="overpayment-keep"),
    path("overpayments/<uuid:pk>/apply/", overpayments.apply, name="overpayment-apply"),
    path("payments/disputes/", disputes.disputes, name="disputes"),
    path("payments/disputes/<uuid:pk>/answer/", disputes.answer, name="dispute-answer"),
    path("payments/refunds/", refunds.refunds, name="refunds"),
    path("payments/<uuid:pk>/refund/", refunds.refund, name="payment-refund"),
    path("payments/<uuid:pk>/fee/", fee.fee, name="payment-fee"),
    path("payments/<uuid:pk>/nsf/", returns.nsf, name="payment-nsf"),
    path("payments/<uuid:pk>/chargeback/", returns.chargeback, name="payment-chargeback"),
    path("payments/<uuid:pk>/", detail.payment, name="payment"),
    path("payments/<uuid:pk>/news/", detail.refresh, name="payment-news"),
    path("payments/<uuid:pk>/email/", email.email, name="payment-email"),
]
