"""The addresses of credits."""

from django.urls import path

from florin.domain.staff.rights import Right
from florin.screens.office.credits import apply, detail, edit, steps, summary, upload
from florin.screens.office.shared import customer_field

urlpatterns = [
    path("credits/", summary.credits_, name="credits"),
    path("credits/open/", summary.open_credits, name="credits-open"),
    path("credits/open/<uuid:pk>/", detail.open_credit, name="open-credit"),
    path("credits/open/<uuid:pk>/apply/", apply.apply, name="credit-apply"),
    path("credits/open/<uuid:pk>/unapply/", apply.unapply, name="credit-unapply"),
    path("credits/new/", edit.new, name="credit-new"),
    path("credits/upload/", upload.upload, name="credits-upload"),
    path("credits/upload/confirm/", upload.confirm, name="credits-confirm"),
    path("credits/upload/undo/", upload.undo, name="credits-undo"),
    path("credits/upload/template/", upload.template, name="credits-template"),
    path("credits/customers/", customer_field.suggests(Right.CREATE_CREDIT), name="credit-customers"),
    path("credits/<uuid:pk>/", detail.credit, name="credit"),
    path("credits/<uuid:pk>/timeline/", detail.show_timeline, name="credit-timeline"),
    path("credits/<uuid:pk>/edit/", edit.edit, name="credit-edit"),
    path("credits/<uuid:pk>/submit/", steps.submit, name="credit-submit"),
    path("credits/<uuid:pk>/reopen/", steps.reopen, name="credit-reopen"),
    path("credits/<uuid:pk>/approve/", steps.approve, name="credit-approve"),
    path("credits/<uuid:pk>/reject/", steps.reject, name="credit-reject"),
    path("credits/<uuid:pk>/void/", steps.void, name="credit-void"),
]
