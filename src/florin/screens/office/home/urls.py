"""The addresses of Home and of bounced mail."""

from django.urls import path

from florin.screens.office.home import bounced_mail, home

urlpatterns = [
    path("", home.home, name="home"),
    path("feed/", home.feed, name="feed"),
    path("bounced-mail/", bounced_mail.bounced, name="bounced-mail"),
    path("bounced-mail/<uuid:pk>/dismiss/", bounced_mail.dismiss, name="bounced-dismiss"),
]
