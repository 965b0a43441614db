"""The letter that tells a company how its payments account stands (R2): what it means, and what to do now."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import override

from florin.contracts import account_words
from florin.contracts.documents import Letterhead
from florin.contracts.news import MoneyNews
from florin.contracts.processor import AccountStatus
from florin.edges.documents import formats
from florin.edges.mail import writing
from florin.edges.mail.writing import Letter
from florin.kernel.directions import isolate_all


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    say: tuple[str, ...]


def letter(news: MoneyNews, letterhead: Letterhead, *, url: str) -> Letter:
    """Write the letter; its button leads to ``url``, the page of the account in the office.

    Of ``news``, ``state`` is how the account stands, ``reason`` the processor's word for why, and
    ``reference`` what is wanted, the processor's names with commas between.
    """
    letterhead = isolate_all(letterhead)
    with override(news.language):
        wanted = account_words.requirements(filter(None, news.reference.split(",")))
        words = _words(AccountStatus(news.state), wanted=wanted)
        why = account_words.stop_reason(news.reason) if not wanted else ""
        return writing.write(
            "news",
            replace(letterhead, phone="", email=""),  # it is written to them: they need not call themselves
            subject=words.subject,
            language=news.language,
            words={
                "button": _("Open the payments account"),
                "facts": writing.facts(
                    (
                        (_("Company"), letterhead.name),
                        (_("Date"), formats.day(news.on, news.language)),
                        (_("Reason"), why),
                        (_("Asked for"), "; ".join(wanted)),
                    )
                ),
                "heading": words.subject,
                "say": words.say,
                "url": url,
            },
        )


def _words(status: AccountStatus, *, wanted: list[str]) -> _Words:
    match status:
        case AccountStatus.ACTIVE if wanted:
            return _Words(
                _("The payment processor asks for more"),
                (
                    _("Your customers can go on paying online for now."),
                    _("Please give what is asked for soon; otherwise the processor may stop the account."),
                ),
            )
        case AccountStatus.ACTIVE:
            return _Words(
                _("Your payments account is active"),
                (
                    _("From now on the invoices and statements that you send carry a payment link."),
                    _("You need not do anything. Links that were sent before work as well."),
                ),
            )
        case AccountStatus.SUSPENDED:
            return _Words(
                _("Your payments account is suspended"),
                (
                    _("Nothing that you send carries a payment link now, and nobody can pay online."),
                    _("Links that are out say so, and whom to ask. They work again when the account does."),
                    _("Look at what the processor says, and ask whoever runs your installation."),
                ),
            )
        case AccountStatus.REJECTED:
            return _Words(
                _("Your payments account was rejected"),
                (
                    _("The payment processor does not work with your business, so nobody can pay online."),
                    _("Please ask whoever runs your installation what can be done."),
                ),
            )
        case AccountStatus.INCOMPLETE | AccountStatus.PENDING:
            return _Words(
                _("The payment processor needs more information"),
                (
                    _("Until it has it, nothing that you send carries a payment link."),
                    _("Please open the payments account and go on with the processor's form."),
                ),
            )
