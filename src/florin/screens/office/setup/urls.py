"""The addresses of Setup."""

from django.urls import path

from florin.screens.office.setup import payments, payments_account, payments_connection, security_log, sign_in

urlpatterns = [
    path("security-log/", security_log.log, name="security-log"),
    path("setup/sign-in/", sign_in.sign_in, name="sign-in-settings"),
    path("payments/settings/", payments.payments, name="payments-settings"),
    path("payments/account/", payments_account.account, name="payments-account"),
    path("payments/account/open/", payments_account.continue_onboarding, name="payments-account-open"),
    path("payments/account/look/", payments_account.refresh_status, name="payments-account-look"),
    path("payments/connection/", payments_connection.check, name="payments-connection"),
]
