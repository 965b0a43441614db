"""The addresses of statements."""

from django.urls import path

from florin.screens.office.statements import detail, entry, send_many

urlpatterns = [
    path("aging/statements/", send_many.review, name="statements-review"),
    path("aging/statements/send/", send_many.send, name="statements-send"),
    path("customers/<uuid:pk>/statement/", entry.new, name="statement-new"),
    path("customers/<uuid:pk>/statement/preview/", entry.preview, name="statement-preview"),
    path("customers/<uuid:pk>/statements/", detail.statements, name="statements"),
    path("statements/<uuid:pk>/", detail.statement, name="statement"),
    path("statements/<uuid:pk>/timeline/", detail.show_timeline, name="statement-timeline"),
    path("statements/<uuid:pk>/pdf/", detail.statement_pdf, name="statement-pdf"),
    path("statements/<uuid:pk>/send/", detail.send, name="statement-send"),
]
