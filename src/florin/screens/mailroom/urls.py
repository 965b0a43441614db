"""Where hosted mail senders send their notices."""

from django.urls import path

from florin.screens.mailroom import notices

app_name = "mailroom"

urlpatterns = [path("<slug:sender>", notices.receive, name="receive")]
