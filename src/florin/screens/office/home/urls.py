"""The addresses of Home and of bounced mail."""

from django.urls import path

from florin.screens.office.home import bounced_mail, checklist, home

urlpatterns = [
    path("", home.home, name="home"),
    path("first-steps/", checklist.checklist, name="checklist"),
    path("first-steps/hide/", checklist.hide, name="checklist-hide"),
    path("first-steps/test-invoice/", checklist.send_sample, name="sample-invoice"),
    path("feed/", home.feed, name="feed"),
    path("bounced-mail/", bounced_mail.bounced, name="bounced-mail"),
    path("bounced-mail/<uuid:pk>/dismiss/", bounced_mail.dismiss, name="bounced-dismiss"),
]
