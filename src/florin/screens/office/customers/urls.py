"""The addresses of customers."""

from django.urls import path

from florin.screens.office.customers import detail, edit, summary

urlpatterns = [
    path("customers/", summary.customers, name="customers"),
    path("customers/new/", edit.new, name="customer-new"),
    path("customers/<uuid:pk>/", detail.customer, name="customer"),
    path("customers/<uuid:pk>/timeline/", detail.show_timeline, name="customer-timeline"),
    path("customers/<uuid:pk>/edit/", edit.edit, name="customer-edit"),
]
