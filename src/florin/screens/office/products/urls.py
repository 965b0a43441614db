"""The addresses of products."""

from django.urls import path

from florin.screens.office.products import detail, edit, summary, upload

urlpatterns = [
    path("products/", summary.products, name="products"),
    path("products/new/", edit.new, name="product-new"),
    path("products/upload/", upload.upload, name="products-upload"),
    path("products/upload/confirm/", upload.confirm, name="products-confirm"),
    path("products/upload/template/", upload.template, name="products-template"),
    path("products/<uuid:pk>/", detail.product, name="product"),
    path("products/<uuid:pk>/timeline/", detail.show_timeline, name="product-timeline"),
    path("products/<uuid:pk>/edit/", edit.edit, name="product-edit"),
    path("products/<uuid:pk>/switch/", edit.switch, name="product-switch"),
]
