"""The addresses of the staff screens."""

from django.urls import path

from florin.screens.office import (
    batch,
    bounced_mail,
    customers_edit,
    customers_list,
    customers_page,
    home,
    links_sent,
    open_invoices,
    order_entry,
    order_list,
    order_page,
    order_steps,
    papers,
    settings_payments,
)

app_name = "office"

urlpatterns = [
    path("", home.home, name="home"),
    path("feed/", home.feed, name="feed"),
    path("bounced-mail/", bounced_mail.bounced, name="bounced-mail"),
    path("orders/", order_list.orders, name="orders"),
    path("orders/new/", order_entry.new, name="order-new"),
    path("orders/lines/", order_entry.lines, name="order-lines"),
    path("orders/reckon/", order_entry.reckon, name="order-reckon"),
    path("orders/customer/", order_entry.customer, name="order-customer"),
    path("orders/suggest/customers/", order_entry.suggest_customers, name="suggest-customers"),
    path("orders/suggest/products/", order_entry.suggest_products, name="suggest-products"),
    path("orders/<uuid:pk>/", order_page.order, name="order"),
    path("orders/<uuid:pk>/timeline/", order_page.timeline, name="order-timeline"),
    path("orders/<uuid:pk>/edit/", order_entry.edit, name="order-edit"),
    path("orders/<uuid:pk>/confirm/", order_steps.confirm, name="order-confirm"),
    path("orders/<uuid:pk>/void/", order_steps.void, name="order-void"),
    path("orders/<uuid:pk>/email/", order_steps.email, name="order-email"),
    path("open-invoices/", open_invoices.open_invoices, name="open-invoices"),
    path("open-invoices/picked/", open_invoices.picked, name="open-invoices-picked"),
    path("open-invoices/review/", batch.review, name="batch-review"),
    path("open-invoices/send/", batch.send, name="batch-send"),
    path("batches/<uuid:pk>/", batch.batch, name="batch"),
    path("batches/<uuid:pk>/progress/", batch.progress, name="batch-progress"),
    path("links/<uuid:pk>/revoke/", links_sent.revoke, name="link-revoke"),
    path("customers/", customers_list.customers, name="customers"),
    path("customers/new/", customers_edit.new, name="customer-new"),
    path("customers/<uuid:pk>/", customers_page.customer, name="customer"),
    path("customers/<uuid:pk>/timeline/", customers_page.timeline, name="customer-timeline"),
    path("customers/<uuid:pk>/edit/", customers_edit.edit, name="customer-edit"),
    path("payments/settings/", settings_payments.payments, name="payments-settings"),
    path("invoices/<uuid:pk>/pdf/", papers.invoice_pdf, name="invoice-pdf"),
    path("payments/<uuid:pk>/receipt/", papers.receipt_pdf, name="receipt-pdf"),
]
