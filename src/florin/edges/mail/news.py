"""Short letters about a payment: what happened, what it means for the reader, and what to do now."""

from dataclasses import replace
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import override

from florin.contracts import dispute_reasons, refund_failures
from florin.contracts.documents import Letterhead
from florin.contracts.news import MoneyNews, Topic
from florin.edges.documents import formats
from florin.edges.mail import refund_words, writing
from florin.edges.mail.writing import Letter, Words
from florin.kernel import return_codes
from florin.kernel.directions import isolate_all
from florin.kernel.return_codes import Uncoded


def letter(news: MoneyNews, letterhead: Letterhead, *, url: str = "") -> Letter:
    """Write the letter in its reader's language.

    Its button, if its topic has one, leads to ``url``, or to where something has to be answered.
    """
    news, letterhead = isolate_all(news), isolate_all(letterhead)
    url = news.answer_at or url
    with override(news.language):
        amount = partial(formats.money, currency=news.currency, language=news.language)
        words = _words(news, letterhead.name)
        facts = (
            (_("Customer"), " · ".join(filter(None, (news.customer_name, news.customer_number)))),
            (_("Amount"), amount(news.amount)),
            (_("Date"), formats.day(news.on, news.language)),
            (_("Method"), news.method),
            (_("Number"), news.number),
            (_("Reason"), _reason(news)),
            (_("Answer by"), formats.day(news.answer_by, news.language) if news.answer_by else ""),
            (_("Reference"), news.reference),
        )
        own = news.topic.endswith("_notice")  # it is written to the company: they need not call themselves
        return writing.write(
            "news",
            replace(letterhead, phone="", email="") if own else letterhead,
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


def _reason(news: MoneyNews) -> str:
    """Return why it happened in people's words, where a bank or the processor gave a code."""
    if news.topic == Topic.DISPUTE_NOTICE:
        return dispute_reasons.reason(news.reason)
    if news.topic == Topic.REFUND_FAILED_NOTICE:
        return refund_failures.words(news.reason)
    return return_codes.sentence(news.reason) if return_codes.is_known(news.reason) else news.reason


def _words(news: MoneyNews, company: str) -> Words:  # noqa: C901, PLR0911 - a table
    parts = {
        "amount": formats.money(news.amount, news.currency, news.language),
        "company": company,
        "customer": news.customer_name,
        "number": news.number,
    }
    match Topic(news.topic):
        case Topic.PAYMENT_INITIATED | Topic.INITIATED_NOTICE:
            return _unconfirmed(news, parts) if news.state else _initiated(news, parts)
        case Topic.PAYMENT_FAILED | Topic.FAILED_NOTICE:
            return _failed(news, parts)
        case Topic.PAYMENT_RETURNED:
            return _returned(news, parts)
        case Topic.RETURNED_NOTICE:
            return Words(
                _("Payment %(number)s of %(customer)s over %(amount)s came back") % parts,
                _("A payment came back"),
                (
                    _("The bank took it back: %(reason)s.") % {"reason": _reason(news)},
                    _("Its invoices are open again, and credits that were applied with it are restored."),
                    _("The customer was told. Agree with them how they pay now."),
                    *_fee(news),
                ),
                lines=_("Open again"),
                button=_("Open the payment"),
            )
        case Topic.PAYMENT_REGAINED:
            return _regained(news, parts)
        case Topic.DISPUTE_NOTICE:
            return _dispute(news, parts)
        case Topic.REFUND_INITIATED | Topic.REFUND_NOTICE:
            return refund_words.initiated(news, parts)
        case Topic.REFUND_FAILED | Topic.REFUND_FAILED_NOTICE:
            return refund_words.failed(news, parts)
        case topic:
            raise NotImplementedError(topic)


def _initiated(news: MoneyNews, parts: dict[str, str]) -> Words:
    """Tell that a bank debit is under way, and not paid."""
    if news.topic == Topic.PAYMENT_INITIATED:
        return Words(
            _("Payment initiated: %(amount)s to %(company)s") % parts,
            _("Your bank payment is under way"),
            (
                _("It usually takes about four business days. You need not do anything.") % parts,
                _("You get another mail when it has arrived, or if your bank does not pay it."),
            ),
            lines=_("Being paid"),
        )
    return Words(
        _("%(customer)s is paying %(amount)s by bank account") % parts,
        _("A bank payment is under way"),
        (
            _("It is not paid yet: bank payments take days and may still fail."),
            _("Until then its invoices show as in progress and cannot be paid by link again."),
        ),
        lines=_("Being paid"),
        button=_("Open the office"),
    )


def _unconfirmed(news: MoneyNews, parts: dict[str, str]) -> Words:
    """Tell that a bank account is still to be confirmed by its holder; nothing is debited till then."""
    if news.topic == Topic.PAYMENT_INITIATED:
        return Words(
            _("Confirm your bank account to pay %(amount)s to %(company)s") % parts,
            _("Your bank account still has to be confirmed"),
            (
                _("One or two small deposits will arrive in your account within two business days."),
                _("The payment service emails you a link to confirm them. You have ten days."),
                _("Nothing is debited before that. Please don't pay another way in the meantime."),
            ),
            lines=_("To be paid"),
        )
    return Words(
        _("%(customer)s has to confirm a bank account to pay %(amount)s") % parts,
        _("A bank payment is waiting for the payer"),
        (
            _("The payer has ten days to confirm small deposits to the account. Nothing is debited before."),
            _("Until then its invoices show as in progress and cannot be paid by link again."),
        ),
        lines=_("To be paid"),
        button=_("Open the office"),
    )


def _failed(news: MoneyNews, parts: dict[str, str]) -> Words:
    """Tell that the bank did not pay a debit that was under way, and why; the payer may pay again."""
    why = _("The bank did not pay: %(reason)s.") % {"reason": return_codes.sentence(news.reason)}
    subject = _("Your bank did not pay %(amount)s to %(company)s") % parts
    if news.reason == Uncoded.UNVERIFIED:
        why = _("The bank account was not confirmed, so nothing was debited.")
        subject = _("Your payment of %(amount)s to %(company)s was not made") % parts
    fee = _fee(news)
    if news.topic == Topic.PAYMENT_FAILED:
        return Words(
            subject,
            _("Your bank payment did not go through"),
            (
                why,
                _("Nothing was paid, and these invoices are as open as before. Please pay another way."),
                *fee,
            ),
            lines=_("Not paid"),
            button=_("Pay another way"),
        )
    return Words(
        _("The bank payment of %(amount)s by %(customer)s failed") % parts,
        _("A bank payment failed"),
        (
            why,
            _("Its invoices are as open as before. The customer was told, and can pay by the same link."),
            *fee,
        ),
        lines=_("Not paid"),
        button=_("Open the office"),
    )


def _returned(news: MoneyNews, parts: dict[str, str]) -> Words:
    """Tell a payer that a payment came back, or that the bank gave it back to them after a dispute."""
    if news.state:
        why = _("Your bank has decided for you and gave you the money back.")
    else:
        why = _("Your bank did not let us keep it: %(reason)s.") % {"reason": _reason(news)}
    if news.lines:
        now = _("These invoices are therefore open again. Please pay them another way, or call us.")
    else:
        now = _("Please pay it another way, or call us.")
    return Words(
        _("Your payment of %(amount)s to %(company)s came back") % parts,
        _("Your payment came back"),
        (why, now, *_fee(news)),
        lines=_("Open again"),
        button=_("Pay now"),
    )


def _regained(news: MoneyNews, parts: dict[str, str]) -> Words:
    """Tell a payer who was asked to pay again that the payment counts, for the bank has decided anew."""
    if any(line.balance for line in news.lines):
        now = _("It pays the invoices below again; what is still owed on them stands beside each.")
    elif news.lines:
        now = _("It pays the invoices below again. Please do not pay them another time.")
    else:
        now = _("You need not pay anything for it again.")
    return Words(
        _("Your payment of %(amount)s to %(company)s counts after all") % parts,
        _("Your payment counts after all"),
        (_("Your bank has decided anew and gave us the money back."), now, *_credited(news)),
        lines=_("Paid again"),
    )


def _credited(news: MoneyNews) -> tuple[str, ...]:
    """Say what of the money nobody owed any more; it is the customer's."""
    if not news.credited:
        return ()
    credit = formats.money(news.credited, news.currency, news.language)
    return (
        _("%(credit)s of it is kept as an open credit, because nothing more is owed for it.")
        % {"credit": credit},
    )


def _fee(news: MoneyNews) -> tuple[str, ...]:
    """Name the invoice over the fee that a payment which did not hold costs its payer, if there is one."""
    if news.fee is None:
        return ()
    amount = formats.money(news.fee.amount, news.fee.currency, news.language)
    parts = {"fee": amount, "number": news.fee.number}
    return (_("A fee of %(fee)s is charged for it, with invoice %(number)s.") % parts,)


def _appeal(news: MoneyNews, parts: dict[str, str]) -> Words:
    """Tell the company that a lost dispute can be appealed, or that its appeal was lost."""
    if news.state == "appeal_lost":
        return Words(
            _("Appeal lost: %(amount)s of %(customer)s") % parts,
            _("An appeal was lost"),
            (_("The bank has decided for the payer once more. Nothing else changes."),),
            button=_("Open the disputes"),
        )
    return Words(
        _("Lost dispute can be appealed: %(amount)s of %(customer)s") % parts,
        _("A lost dispute can be appealed"),
        (
            _("The money is gone. The invoices that it had paid are open again."),
            _("If you appeal in time, the payer's bank decides once more."),
        ),
        lines=_("Open again"),
        button=_("Open the disputes"),
    )


def _won(news: MoneyNews, parts: dict[str, str]) -> Words:
    """Tell the company that a dispute was won, at once or after it had been lost."""
    if news.state == "won":
        return Words(
            _("Dispute won: %(amount)s of %(customer)s") % parts,
            _("A dispute was won"),
            (_("The money is back, and the invoices stay paid. You need not do anything."),),
            button=_("Open the disputes"),
        )
    return Words(
        _("Dispute won after all: %(amount)s of %(customer)s") % parts,
        _("A dispute was won after all"),
        (
            _("The payer's bank has decided anew, and the money is back."),
            _("It pays its invoices again as far as they are still owed, and the customer was told."),
            *_credited(news),
        ),
        lines=_("Paid again"),
        button=_("Open the disputes"),
    )


def _dispute(news: MoneyNews, parts: dict[str, str]) -> Words:
    match news.state:
        case "inquiry":
            return Words(
                _("%(customer)s's bank asks about a payment of %(amount)s") % parts,
                _("A bank asks about a payment"),
                (
                    _("No money has moved. Unless you answer in time, it may become a dispute."),
                    _("If you would rather give the money back, a refund ends the inquiry."),
                ),
                button=_("Answer the bank"),
            )
        case "won" | "won_after_all":
            return _won(news, parts)
        case "lost":
            return Words(
                _("Dispute lost: %(amount)s of %(customer)s") % parts,
                _("A dispute was lost"),
                (
                    _("The money is gone. The invoices that it had paid are open again."),
                    _("The customer was told. Agree with them how they pay now."),
                ),
                lines=_("Open again"),
                button=_("Open the disputes"),
            )
        case "appealable" | "appeal_lost":
            return _appeal(news, parts)
        case "closed":
            return Words(
                _("Inquiry closed: %(amount)s of %(customer)s") % parts,
                _("An inquiry was closed"),
                (_("The bank asks no more, and no money has moved. You need not do anything."),),
                button=_("Open the disputes"),
            )
        case _:
            return Words(
                _("%(customer)s disputes a payment of %(amount)s") % parts,
                _("A payment is disputed"),
                (
                    _("The processor holds the money until the payer's bank has decided."),
                    _("Answer with what proves the delivery. Without an answer the dispute is lost."),
                ),
                button=_("Answer the dispute"),
            )
