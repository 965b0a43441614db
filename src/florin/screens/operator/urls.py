"""The addresses of the operator's console."""

from django.urls import path

from florin.screens.operator import companies, jobs, mails, notices, overview, sign_in

app_name = "operator"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("companies/", companies.companies, name="companies"),
    path("companies/<uuid:pk>/", companies.company, name="company"),
    path("companies/<uuid:pk>/links/", companies.switch_links, name="company-links"),
    path("jobs/", jobs.shown, name="jobs"),
    path("jobs/<int:number>/retry/", jobs.retry, name="job-retry"),
    path("emails/", mails.mails, name="mails"),
    path("emails/<uuid:pk>/retry/", mails.retry, name="mails-retry"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<uuid:pk>/replay/", notices.replay, name="notice-replay"),
]
