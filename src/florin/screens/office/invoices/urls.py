"""The addresses of open invoices, of their links and of aging."""

from django.urls import path

from florin.screens.office.invoices import aging, batch, open_invoices

urlpatterns = [
    path("open-invoices/", open_invoices.open_invoices, name="open-invoices"),
    path("open-invoices/picked/", open_invoices.picked, name="open-invoices-picked"),
    path("open-invoices/review/", batch.review, name="batch-review"),
    path("open-invoices/send/", batch.send, name="batch-send"),
    path("batches/<uuid:pk>/", batch.batch, name="batch"),
    path("batches/<uuid:pk>/progress/", batch.progress, name="batch-progress"),
    path("aging/", aging.aging, name="aging"),
]
