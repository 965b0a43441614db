"""The letters about a refund: it is on its way, waits to be sent, or did not arrive (R21)."""

from django.utils.translation import gettext as _

from florin.contracts.news import MoneyNews, Topic
from florin.edges.mail.writing import Words


def initiated(news: MoneyNews, parts: dict[str, str]) -> Words:
    """Tell payer or company that money goes back; the payer's letter is the receipt of the refund."""
    if news.topic == Topic.REFUND_NOTICE:
        return _notice(news, parts)
    match news.state:
        case "card" | "ach" if news.waits:
            heading = _("Your refund is waiting to be sent")
            when = _(
                "It leaves by itself as soon as the payment processor releases it. You need not do anything."
            )
        case "card":
            heading = _("Your refund is on its way")
            when = _(
                "It goes back to the card that paid; banks usually show it in five to ten business days."
            )
        case "ach":
            heading = _("Your refund is on its way")
            when = _("It goes back to the bank account that paid, usually within five business days.")
        case _other:
            heading = _("You were paid back")
            when = _("It was paid back in the way in which you had paid.")
    keep = _("Please keep this mail: it is the receipt of the refund.")
    owed = (_("The invoices below are owed again by what was refunded of them."),) if news.lines else ()
    return Words(
        _("Refund of %(amount)s from %(company)s") % parts,
        heading,
        (when, *owed, keep),
        lines=_("Owed again"),
    )


def _notice(news: MoneyNews, parts: dict[str, str]) -> Words:
    """Tell the company that money goes back, or will once the balance at the processor covers it."""
    otherwise = _("You need not do anything. If it fails, you get another mail.")
    if news.waits:
        return Words(
            _("The refund of %(amount)s to %(customer)s waits for money") % parts,
            _("A refund waits for money"),
            (
                _("The balance at the processor does not cover it yet. It leaves by itself once it does."),
                otherwise,
            ),
            lines=_("Owed again"),
            button=_("Open the payment"),
        )
    return Words(
        _("%(amount)s is being refunded to %(customer)s") % parts,
        _("A refund was initiated"),
        (otherwise,),
        lines=_("Owed again"),
        button=_("Open the payment"),
    )


def failed(news: MoneyNews, parts: dict[str, str]) -> Words:
    """Tell payer or company that money which went back has come to us again."""
    if news.topic == Topic.REFUND_FAILED:
        return Words(
            _("Your refund of %(amount)s from %(company)s did not arrive") % parts,
            _("Your refund came back"),
            (
                _("Your bank did not take it, so the money is with us again."),
                _("We will find another way with you. You can also call us."),
            ),
        )
    return Words(
        _("Refund %(number)s of %(amount)s to %(customer)s failed") % parts,
        _("A refund failed"),
        (
            _("The money is booked back to where it was taken from."),
            _("Refund it once more, or pay the customer back in another way."),
        ),
        button=_("Open the payment"),
    )
