"""The addresses of products."""

from django.urls import path

from florin.screens.office.products import detail, edit, summary

urlpatterns = [
    path("products/", summary.products, name="products"),
    path("products/new/", edit.new, name="product-new"),
    path("products/<uuid:pk>/", detail.product, name="product"),
    path("products/<uuid:pk>/timeline/", detail.show_timeline, name="product-timeline"),
    path("products/<uuid:pk>/edit/", edit.edit, name="product-edit"),
    path("products/<uuid:pk>/switch/", edit.switch, name="product-switch"),
]
