"""Short emails: what happened to money, an account or a password, what it means, and what to do now."""

from datetime import datetime
from zoneinfo import ZoneInfo

from florin.contracts import stored_emails
from florin.contracts.documents import Letterhead
from florin.contracts.emails import (
    AccountNotice,
    DisputeNotice,
    NotCharged,
    Notification,
    PasswordChanged,
    PasswordReset,
    SecondFactorChanged,
    SettlementReport,
)
from florin.edges.documents import formats
from florin.edges.mail.rendering import RenderedEmail, name_customer, render
from florin.kernel.directions import isolate_all, isolated


def notification(
    email: Notification, letterhead: Letterhead, *, language: str, url: str = ""
) -> RenderedEmail:
    """Render what happened to money; the button, if its kind has one, leads to ``url``."""
    kind, email = stored_emails.kind_of(email), isolate_all(email)
    about = email.about
    if isinstance(email, DisputeNotice):
        url = email.answer_at or url
    return render(
        kind,
        letterhead,
        language=language,
        about=about,
        amount=formats.money(about.amount, about.currency, language),
        customer=name_customer(about),
        email=email,
        url=url,
    )


def not_charged(email: NotCharged, letterhead: Letterhead, *, language: str) -> RenderedEmail:
    """Tell a payer that the authorisation was released, somebody else having paid."""
    amount = formats.money(email.amount, email.currency, language)
    return render("not_charged", letterhead, language=language, amount=amount)


def account_notice(email: AccountNotice, letterhead: Letterhead, *, language: str, url: str) -> RenderedEmail:
    """Tell the company how its payments account stands (R2); the button leads to the account's page."""
    return render("account_notice", letterhead, language=language, email=email, url=url)


def settlement_report(
    email: SettlementReport, letterhead: Letterhead, *, language: str, url: str
) -> RenderedEmail:
    """Bring a settlement report; the button leads to it in the office."""
    return render("settlement_report", letterhead, language=language, email=email, url=url)


def invitation(letterhead: Letterhead, *, inviter: str, language: str, url: str) -> RenderedEmail:
    """Bring somebody the link by which they become a user of the company; ``inviter`` may be nobody."""
    return render("invitation", letterhead, language=language, inviter=isolated(inviter), url=url)


def password_reset(email: PasswordReset, letterhead: Letterhead, *, language: str, url: str) -> RenderedEmail:
    """Bring a person the link to where a new password is chosen."""
    return render("password_reset", letterhead, language=language, email=email, url=url)


def password_changed(
    email: PasswordChanged, letterhead: Letterhead, *, time_zone: str, language: str, url: str
) -> RenderedEmail:
    """Tell a person that their password was changed: when, from where, and what if it was somebody else."""
    return render(
        "password_changed",
        letterhead,
        language=language,
        email=email,
        local_time=_local(email.at, time_zone, language),
        url=url,
    )


def second_factor_changed(
    email: SecondFactorChanged, letterhead: Letterhead, *, time_zone: str, language: str, url: str
) -> RenderedEmail:
    """Tell a person that their second factor was changed: when, from where, and what if it was not them."""
    return render(
        "second_factor_changed",
        letterhead,
        language=language,
        email=email,
        local_time=_local(email.at, time_zone, language),
        url=url,
    )


def _local(instant: datetime, time_zone: str, language: str) -> str:
    local = instant.astimezone(ZoneInfo(time_zone))
    return f"{formats.day(local.date(), language)}, {local:%H:%M} ({local:%Z})"
