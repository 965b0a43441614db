"""How an email is written: by the templates of its kind, in one language, as an HTML part and a text part.

The folder ``templates/<kind>`` has ``subject.txt``, ``body.html`` and ``body.txt``; both bodies of a short
email say what stands in its ``words.txt``. The caller attaches the email's logo, which the HTML part shows by
``cid:``.
"""

from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import css_inline
from django.utils.translation import override
from jinja2 import Environment, FileSystemLoader, select_autoescape

from florin.contracts import account_words, dispute_reasons, refund_failures
from florin.contracts.documents import InvoiceList, Letterhead, ReceiptDocument
from florin.contracts.emails import About
from florin.contracts.stored_emails import KINDS
from florin.edges.documents import colours, formats, logos
from florin.edges.mail.headers import one_line
from florin.kernel import return_codes
from florin.kernel.directions import isolate_all
from florin.kernel.templating import make_environment

LOGO_ID = "logo@florin"
TEMPLATES = Path(__file__).parent / "templates"

_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """An email's words: ``subject`` is one line; ``text`` says all that ``html`` says, addresses included.

    ``logo`` is the PNG that travels inside it, if the HTML shows one.
    """

    subject: str
    html: str
    text: str
    logo: bytes = b""


def name_customer(record: About | InvoiceList | ReceiptDocument) -> str:
    """Return a customer's name and number, such as "Rosa's Flower Shop · C-1007"."""
    return " · ".join(filter(None, (record.customer_name, record.customer_number)))


def render(kind: str, letterhead: Letterhead, *, language: str, **words: object) -> RenderedEmail:
    """Render an email of this kind with ``words``, in ``language``.

    One to the company itself does not say how to reach it: its readers need not call themselves.
    """
    is_own = KINDS[kind].to_company
    company = isolate_all(replace(letterhead, phone="", email="") if is_own else letterhead)
    templates, logo = environment(), logos.mail_png(letterhead.logo)
    with override(language):
        known = {
            **words,
            "kind": kind,
            "company": company,
            "language": formats.locale_of(language).language,
            "logo_id": LOGO_ID if logo else "",
            "palette": asdict(colours.palette(letterhead.colour)),
        }
        known["subject"] = one_line(templates.get_template(f"{kind}/subject.txt").render(known))
        html = templates.get_template(f"{kind}/body.html").render(known).encode("utf-8", "replace").decode()
        text = templates.get_template(f"{kind}/body.txt").render(known)
    return RenderedEmail(
        subject=str(known["subject"]), html=_inliner.inline(html), text=_tidied(text), logo=logo
    )


@cache
def environment() -> Environment:
    """Return the environment of all emails: escaping in HTML, none in text, words for stored reasons."""
    made = make_environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        auto_reload=False,
        trim_blocks=True,
    )
    made.globals.update(
        account_reason=account_words.stop_reason,
        account_wanted=account_words.requirements,
        bank_reason=return_codes.sentence,
        dispute_reason=dispute_reasons.reason,
        known_reason=_known_reason,
        refund_failure=refund_failures.words,
    )
    return made


def _known_reason(reason: str) -> str:
    """Return the words for a bank's code, and what is none as it is: somebody typed it."""
    return return_codes.sentence(reason) if return_codes.is_known(reason) else reason


def _tidied(text: str) -> str:
    """Return text without trailing blanks and with at most one empty line in a row."""
    kept: list[str] = []
    for line in map(str.rstrip, text.strip().splitlines()):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept) + "\n"
