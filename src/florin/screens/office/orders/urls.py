"""The addresses of orders."""

from django.urls import path

from florin.domain.staff.rights import Right
from florin.screens.office.orders import detail, email, entry, holds, steps, summary
from florin.screens.office.shared import customer_field

urlpatterns = [
    path("orders/", summary.orders, name="orders"),
    path("orders/on-hold/", holds.held, name="orders-held"),
    path("orders/new/", entry.new, name="order-new"),
    path("orders/lines/", entry.lines, name="order-lines"),
    path("orders/reckon/", entry.reckon, name="order-reckon"),
    path("orders/customer/", entry.customer, name="order-customer"),
    path("orders/suggest/customers/", customer_field.suggests(Right.ORDERS), name="suggest-customers"),
    path("orders/suggest/products/", entry.suggest_products, name="suggest-products"),
    path("orders/<uuid:pk>/", detail.order, name="order"),
    path("orders/<uuid:pk>/timeline/", detail.show_timeline, name="order-timeline"),
    path("orders/<uuid:pk>/edit/", entry.edit, name="order-edit"),
    path("orders/<uuid:pk>/confirm/", steps.confirm, name="order-confirm"),
    path("orders/<uuid:pk>/void/", steps.void, name="order-void"),
    path("orders/<uuid:pk>/email/", email.email, name="order-email"),
    path("orders/<uuid:pk>/release/", holds.withdraw, name="order-withdraw"),
]
