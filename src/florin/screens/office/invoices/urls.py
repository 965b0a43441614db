"""The addresses of open invoices, of their links and of aging."""

from django.urls import path

from florin.screens.office.invoices import aging, open_invoices, send_links

urlpatterns = [
    path("open-invoices/", open_invoices.open_invoices, name="open-invoices"),
    path("open-invoices/picked/", open_invoices.picked, name="open-invoices-picked"),
    path("open-invoices/review/", send_links.review, name="payment-links-review"),
    path("open-invoices/send/", send_links.send, name="payment-links-send"),
    path("aging/", aging.aging, name="aging"),
]
