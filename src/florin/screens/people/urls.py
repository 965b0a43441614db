"""Signing in and out, and a person's own settings; only what has a page of ours is mounted."""

from allauth.account import views as account
from django.urls import path, re_path

from florin.screens.people import invitation, names, passwords, sessions, set_up
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
    path("invitation/<str:token>/", invitation.accept, name="invitation"),
    path("name/", names.change, name="own-name"),
    path("sessions/", sessions.shown, name="sessions"),
    path("sessions/others/end/", sessions.end_others, name="sessions-end-others"),
    path("sessions/<uuid:name>/end/", sessions.end, name="session-end"),
    path("language/", views.choose_language, name="language"),
]
