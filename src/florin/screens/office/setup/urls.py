"""The addresses of Setup."""

from django.urls import path

from florin.screens.office.setup import (
    company,
    company_numbers,
    company_preview,
    company_texts,
    export,
    payments,
    payments_account,
    payments_connection,
    people,
    person,
    security_log,
    sign_in,
)

urlpatterns = [
    path("security-log/", security_log.log, name="security-log"),
    path("setup/company/", company.company, name="company"),
    path("setup/company/color/", company.contrast, name="company-contrast"),
    path("setup/company/preview/", company_preview.preview, name="company-preview"),
    path("setup/company/numbers/", company_numbers.numbers, name="company-numbers"),
    path("setup/company/email-texts/", company_texts.texts, name="company-texts"),
    path("setup/sign-in/", sign_in.sign_in, name="sign-in-settings"),
    path("setup/people/", people.everybody, name="people"),
    path("setup/people/invite/", people.invite, name="person-invite"),
    path("setup/invitations/<uuid:pk>/again/", people.invite_again, name="invitation-again"),
    path("setup/invitations/<uuid:pk>/withdraw/", people.withdraw, name="invitation-withdraw"),
    path("setup/people/<uuid:pk>/", person.person, name="person"),
    path("setup/people/<uuid:pk>/deactivate/", person.deactivate, name="person-deactivate"),
    path("setup/people/<uuid:pk>/activate/", person.activate, name="person-activate"),
    path("setup/people/<uuid:pk>/sign-out/", person.sign_out, name="person-sign-out"),
    path("setup/people/<uuid:pk>/reset/", person.reset, name="person-reset"),
    path("setup/export/", export.export, name="export"),
    path("payments/settings/", payments.payments, name="payments-settings"),
    path("payments/account/", payments_account.account, name="payments-account"),
    path("payments/account/open/", payments_account.continue_onboarding, name="payments-account-open"),
    path("payments/account/look/", payments_account.refresh_status, name="payments-account-look"),
    path("payments/connection/", payments_connection.check, name="payments-connection"),
]
