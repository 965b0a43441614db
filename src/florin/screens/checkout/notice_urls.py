"""Where processors send their notices."""

from django.urls import path

from florin.screens.checkout import notices

app_name = "notices"

urlpatterns = [path("<slug:gateway>", notices.receive, name="receive")]
