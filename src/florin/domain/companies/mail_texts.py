"""Setup > Company > Email texts: what a company says at the beginning of its mails, in each language."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company, MailText
from florin.kernel import cards, changes
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.texts import too_long

Kind = MailText.Kind
Key = tuple[MailText.Kind, str]
LONGEST = 1000


def every_key() -> Iterator[Key]:
    """Return each kind of mail in each language."""
    return ((kind, language) for kind in Kind for language, _name in settings.LANGUAGES)


def texts_of(company: Company) -> dict[Key, str]:
    """Return a company's texts, an empty one where there is none."""
    found = MailText.objects.filter(company=company).values_list("kind", "language", "text")
    return dict.fromkeys(every_key(), "") | {(Kind(kind), language): text for kind, language, text in found}


def intro(company_id: UUID, kind: MailText.Kind, *, language: str) -> str:
    """Return what a mail of this kind begins with for whoever reads this language, such as ``es-us``."""
    texts = MailText.objects.filter(company=company_id, kind=kind, language=language[:2])
    return texts.values_list("text", flat=True).first() or ""


def read(text: str) -> str:
    """Return a text as mails show it, an intro or the note of one send: plain lines, none too long.

    Raises:
        Refusal: if it is longer than 1,000 characters, or holds a card number (R23).
    """
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > LONGEST:
        raise Refusal(too_long(LONGEST))
    cards.refuse(text)
    return text


def mark(texts: Mapping[Key, str]) -> str:
    """Return a short text that changes whenever one of them does."""
    return changes.mark(_details(texts))


def change(company: Company, wanted: Mapping[Key, str], *, seen: str) -> dict[str, str]:
    """Set a company's texts in the caller's transaction, and return what changed, for the timeline.

    Raises:
        Conflict: if they are others than ``seen`` says; nothing is overwritten.
        Refusal: if a text cannot stand in a mail.
    """
    Company.objects.select_for_update().get(pk=company.pk)
    now = texts_of(company)
    if mark(now) != seen:
        raise Conflict(_("Somebody else has changed these settings meanwhile. Look at them, then save."))
    meant = {key: read(text) for key, text in wanted.items()}
    for (kind, language), text in meant.items():
        if text != now[kind, language]:
            MailText.objects.update_or_create(
                company=company, kind=kind, language=language, defaults={"text": text}
            )
    return changes.between(_details(now), _details(meant))


def _details(texts: Mapping[Key, str]) -> dict[str, str]:
    return {f"{kind.value}_text_{language}": text for (kind, language), text in texts.items()}
