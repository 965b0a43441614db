"""Short letters about a payment: what happened, what it means for the reader, and what to do now."""

from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import override

from florin.edges.documents import formats
from florin.edges.mail import writing
from florin.edges.mail.writing import Letter
from florin.kernel.documents import Letterhead
from florin.kernel.news import MoneyNews, Topic


@dataclass(frozen=True, slots=True)
class _Words:
    """What is particular to a topic: ``say`` are paragraphs, ``lines`` is what the table's amounts are."""

    subject: str
    heading: str
    say: tuple[str, ...]
    lines: str = ""
    button: str = ""


def letter(news: MoneyNews, letterhead: Letterhead, *, url: str = "") -> Letter:
    """Write the letter in its reader's language; ``url`` is where its button leads, if its topic has one."""
    with override(news.language):
        amount = partial(formats.money, currency=news.currency, language=news.language)
        words = _words(news, letterhead.name)
        facts = (
            (_("Customer"), " · ".join(filter(None, (news.customer_name, news.customer_number)))),
            (_("Amount"), amount(news.amount)),
            (_("Date"), formats.day(news.on, news.language)),
            (_("Method"), news.method),
            (_("Number"), news.number),
            (_("Reason"), news.reason),
            (_("Reference"), news.reference),
        )
        return writing.write(
            "news",
            letterhead,
            subject=words.subject,
            language=news.language,
            words={
                "amount": amount(news.amount),
                "button": words.button if url else "",
                "facts": writing.facts(facts),
                "heading": words.heading,
                "lines": words.lines,
                "rows": [
                    {"number": line.number, "amount": amount(line.amount), "left": amount(line.balance)}
                    for line in news.lines
                ],
                "say": words.say,
                "url": url,
            },
        )


def _words(news: MoneyNews, company: str) -> _Words:
    parts = {
        "amount": formats.money(news.amount, news.currency, news.language),
        "company": company,
        "customer": news.customer_name,
        "number": news.number,
    }
    match Topic(news.topic):
        case Topic.PAYMENT_INITIATED:
            return _Words(
                _("Payment initiated: %(amount)s to %(company)s") % parts,
                _("Your bank payment is under way"),
                (
                    _("It usually takes about four business days. You need not do anything.") % parts,
                    _("You get another mail when it has arrived, or if your bank does not pay it."),
                ),
                lines=_("Being paid"),
            )
        case Topic.INITIATED_NOTICE:
            return _Words(
                _("%(customer)s is paying %(amount)s by bank account") % parts,
                _("A bank payment is under way"),
                (
                    _("It is not paid yet: bank payments take days and may still fail."),
                    _("Until then its invoices show as in progress and cannot be paid by link again."),
                ),
                lines=_("Being paid"),
                button=_("Open the office"),
            )
        case topic:
            raise NotImplementedError(topic)
