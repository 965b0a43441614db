"""All addresses on one screen."""

from django.urls import include, path
from django.views.generic import RedirectView

from florin.screens.shared import metrics
from florin.screens.shared import views as people

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="office:home")),
    path("office/", include("florin.screens.office.urls")),
    path("pay/", include("florin.screens.checkout.urls")),
    path("notices/mail/", include("florin.screens.mailroom.urls")),
    path("notices/", include("florin.screens.checkout.notice_urls")),
    path("operator/", include("florin.screens.operator.urls")),
    path("account/", include("florin.screens.people.urls")),
    path("healthz", people.alive),
    path("readyz", people.ready),
    path("metrics", metrics.show),
    path(".well-known/security.txt", people.security_contact),
]

handler404 = "florin.screens.shared.views.not_found"
handler400 = "florin.screens.shared.views.bad_request"
handler403 = "florin.screens.shared.views.forbidden"
handler429 = "florin.screens.shared.views.too_many"  # django-allauth's
handler500 = "florin.screens.shared.views.broken"
