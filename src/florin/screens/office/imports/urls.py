"""The addresses of Setup > Import."""

from django.urls import path

from florin.screens.office.imports import files, runs

urlpatterns = [
    path("setup/import/", runs.imports, name="imports"),
    path("setup/import/upload/", files.upload, name="import-upload"),
    path("setup/import/template/<str:kind>.csv", files.template, name="import-template"),
    path("setup/import/<uuid:pk>/", runs.run, name="import-run"),
    path("setup/import/<uuid:pk>/progress/", runs.progress, name="import-progress"),
    path("setup/import/<uuid:pk>/columns/", runs.match, name="import-columns"),
    path("setup/import/<uuid:pk>/start/", runs.start, name="import-start"),
    path("setup/import/<uuid:pk>/undo/", runs.undo, name="import-undo"),
    path("setup/import/<uuid:pk>/refused.csv", files.refused, name="import-refused"),
]
