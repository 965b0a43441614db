"""The letters to people who work in an office, about their own sign-in."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import override

from florin.contracts.documents import Letterhead
from florin.edges.documents import formats
from florin.edges.mail import writing
from florin.edges.mail.writing import Letter


def reset_letter(letterhead: Letterhead, *, url: str, language: str) -> Letter:
    """Write the letter whose button leads to where a new password is chosen."""
    with override(language):
        return _write(
            letterhead,
            subject=_("Choose a new password for Florin"),
            say=(
                _("Somebody, probably you, asked for a new password for your Florin account."),
                _("The link works once, within an hour after this mail was sent."),
                _("If it was not you, ignore this mail: your password stays as it is."),
            ),
            button=_("Choose a new password"),
            url=url,
            language=language,
        )


def changed_letter(
    letterhead: Letterhead,
    *,
    at: datetime,
    time_zone: str,
    address: str,
    browser: str,
    url: str,
    language: str,
) -> Letter:
    """Write that the password was changed: when, from where, and what to do if it was somebody else."""
    local = at.astimezone(ZoneInfo(time_zone))
    with override(language):
        return _write(
            letterhead,
            subject=_("Your Florin password was changed"),
            say=(
                _("If you did this, there is nothing for you to do."),
                _(
                    "If it was not you, choose a new password right away, and tell an Admin of your company."
                    " A new password ends all sessions."
                ),
            ),
            button=_("Choose a new password"),
            url=url,
            language=language,
            facts=(
                (_("Date"), f"{formats.day(local.date(), language)}, {local:%H:%M} ({local:%Z})"),
                (_("Browser"), browser),
                (_("Address"), address),
            ),
        )


def _write(
    letterhead: Letterhead,
    *,
    subject: str,
    say: tuple[str, ...],
    button: str,
    url: str,
    language: str,
    facts: tuple[tuple[str, str], ...] = (),
) -> Letter:
    return writing.write(
        "news",
        replace(letterhead, phone="", email=""),  # it is written to people of the company itself
        subject=subject,
        language=language,
        words={"button": button, "facts": writing.facts(facts), "heading": subject, "say": say, "url": url},
    )
