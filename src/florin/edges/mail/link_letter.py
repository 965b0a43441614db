"""The letter that brings a new payment link, after too many cards were declined at the one before."""

from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import override

from florin.contracts.documents import Letterhead
from florin.contracts.news import MoneyNews
from florin.edges.documents import formats
from florin.edges.mail import writing
from florin.edges.mail.writing import Letter
from florin.kernel.directions import isolate_all


def letter(news: MoneyNews, letterhead: Letterhead, *, url: str) -> Letter:
    """Write the letter in its reader's language; its button leads to ``url``, the new link."""
    news, letterhead = isolate_all(news), isolate_all(letterhead)
    with override(news.language):
        amount = partial(formats.money, currency=news.currency, language=news.language)
        facts = (
            (_("Customer"), " · ".join(filter(None, (news.customer_name, news.customer_number)))),
            (_("Amount"), amount(news.amount)),
            (_("Date"), formats.day(news.on, news.language)),
        )
        return writing.write(
            "news",
            letterhead,
            subject=_("Your new payment link from %(company)s") % {"company": letterhead.name},
            language=news.language,
            words={
                "amount": amount(news.amount),
                "button": _("Open the bill"),
                "facts": writing.facts(facts),
                "heading": _("Your new payment link"),
                "lines": _("To be paid"),
                "rows": [
                    {"number": line.number, "amount": amount(line.amount), "left": amount(line.balance)}
                    for line in news.lines
                ],
                "say": (
                    _("Several cards were declined at the link that you have, so it is paused for a while."),
                    _("Here is a new link to the same bill. It works right away."),
                    _("If you did not try to pay, somebody else has your link. Nothing was charged."),
                ),
                "url": url,
            },
        )
