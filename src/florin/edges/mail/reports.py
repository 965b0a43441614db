"""The letter around a report that somebody asked for by mail."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from florin.contracts.documents import Letterhead
from florin.edges.documents import formats
from florin.edges.mail import writing
from florin.edges.mail.writing import Letter
from florin.kernel.directions import isolate_all


def settlement_letter(
    letterhead: Letterhead, *, first: date, last: date, language: str, office_url: str
) -> Letter:
    """Write the letter that brings a settlement report; both days are within it."""
    letterhead = isolate_all(letterhead)
    with override(language):
        days = {"first": formats.day(first, language), "last": formats.day(last, language)}
        return writing.write(
            "news",
            letterhead,
            subject=_("Settlement report, %(first)s to %(last)s") % days,
            language=language,
            words={
                "heading": _("Settlement report"),
                "say": (
                    _("What the payment processor did with your money from %(first)s to %(last)s.") % days,
                    _("The workbook has the sums on its first sheet and every movement on its second."),
                ),
                "button": _("Open the report"),
                "url": office_url,
            },
        )
