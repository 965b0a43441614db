"""Signing in and out, and a person's own settings; only what has a page of ours is mounted."""

from allauth.account import views as account
from allauth.mfa.recovery_codes.views import view_recovery_codes
from allauth.mfa.webauthn.views import login_webauthn
from django.urls import path, re_path

from florin.screens.people import confirm, invitation, names, oidc, passwords, second_factor, sessions, set_up
from florin.screens.people.sign_in import SignIn
from florin.screens.shared import views

urlpatterns = [
    path("set-up/", set_up.set_up, name="set-up"),
    path("sign-in/", SignIn.as_view(), name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", passwords.Change.as_view(), name="account_change_password"),
    path("password/reset/", passwords.ask_for_link, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        passwords.ChooseByLink.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("confirm/", confirm.ByPassword.as_view(), name="account_reauthenticate"),
    path("second-factor/", second_factor.Overview.as_view(), name="mfa_index"),
    path("second-factor/sign-in/", second_factor.Authenticate.as_view(), name="mfa_authenticate"),
    path("second-factor/confirm/", confirm.ByCode.as_view(), name="mfa_reauthenticate"),
    path("second-factor/app/", second_factor.AddApp.as_view(), name="mfa_activate_totp"),
    path("second-factor/app/remove/", second_factor.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("second-factor/codes/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", second_factor.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("passkeys/add/", second_factor.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/remove/", second_factor.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("passkeys/confirm/", confirm.ByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("passkeys/sign-in/", login_webauthn, name="mfa_login_webauthn"),
    path("oidc/", oidc.begin, name="oidc-begin"),
    path("oidc/callback/", oidc.callback, name="oidc-callback"),
    path("oidc/again/", oidc.again, name="sign-in-again"),
    path("oidc/again/done/", oidc.again_done, name="sign-in-again-done"),
    path("invitation/<str:token>/", invitation.accept, name="invitation"),
    path("name/", names.change, name="own-name"),
    path("sessions/", sessions.shown, name="sessions"),
    path("sessions/others/end/", sessions.end_others, name="sessions-end-others"),
    path("sessions/<uuid:name>/end/", sessions.end, name="session-end"),
    path("language/", views.choose_language, name="language"),
]
