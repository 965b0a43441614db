"""The letters in the box: kept whole as they came, taken apart when somebody reads them."""

import re
from dataclasses import dataclass
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from html.parser import HTMLParser

from florin_sandbox.store import Json, Store

LINK = re.compile(r"https?://[^\s<>\"')\]]+")
COLUMNS = "id, at, envelope_from, envelope_to, header_from, header_to, subject, message_id, raw"
KEPT_HEADER = 2_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a letter."""

    number: int
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it came in; `at` is real time in seconds since 1970 UTC."""

    id: int
    at: float
    envelope_from: str
    envelope_to: list[str]
    header_from: str
    header_to: str
    subject: str
    message_id: str
    raw: bytes

    def parsed(self) -> EmailMessage:
        """The letter taken apart."""
        message = BytesParser(policy=policy.default).parsebytes(self.raw)
        assert isinstance(message, EmailMessage)  # noqa: S101 - what this policy makes
        return message


def keep(store: Store, raw: bytes, *, sender: str, recipients: list[str], at: float) -> int:
    """Put a letter into the box. Only its headers are looked at, and only roughly."""
    head = raw[: raw.find(b"\r\n\r\n") + 2]
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(head)
    values = [_readable(headers[name]) for name in ("From", "To", "Subject", "Message-ID")]
    cursor = store.db.execute(
        "INSERT INTO letter (at, envelope_from, envelope_to, header_from, header_to, subject, message_id,"
        " raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (at, sender, "\n".join(recipients), *values, raw),
    )
    return int(cursor.lastrowid or 0)


def _readable(value: object) -> str:
    if value is None:
        return ""
    text = " ".join(str(value).split())
    if "=?" in text:
        try:
            text = str(make_header(decode_header(text)))
        except (LookupError, ValueError):
            return text[:KEPT_HEADER]
    return text[:KEPT_HEADER]


@dataclass(frozen=True, slots=True)
class Search:
    """Which letters to look for; texts match anywhere, without regard to case."""

    to: str = ""
    subject: str = ""
    after: int = 0
    before: int = 0
    limit: int = 100


def find(store: Store, search: Search) -> list[Letter]:
    """The letters that match, newest first."""
    rows = store.db.execute(
        f"SELECT {COLUMNS} FROM letter WHERE id > ? AND (? = 0 OR id < ?)"  # noqa: S608 - fixed texts
        " AND instr(lower(envelope_to || char(10) || header_to), lower(?))"
        " AND instr(lower(subject), lower(?)) ORDER BY id DESC LIMIT ?",
        (search.after, search.before, search.before, search.to, search.subject, search.limit),
    )
    return [_letter(row) for row in rows.fetchall()]


def get(store: Store, number: int) -> Letter | None:
    """One letter."""
    row = store.db.execute(f"SELECT {COLUMNS} FROM letter WHERE id = ?", (number,)).fetchone()  # noqa: S608 - fixed texts
    return _letter(row) if row else None


def empty(store: Store) -> int:
    """Throw every letter away; says how many."""
    return store.db.execute("DELETE FROM letter").rowcount


def _letter(row: tuple[int, float, str, str, str, str, str, str, bytes]) -> Letter:
    number, at, sender, recipients, header_from, header_to, subject, message_id, raw = row
    return Letter(
        number, at, sender, recipients.split("\n"), header_from, header_to, subject, message_id, raw
    )


def body(message: EmailMessage, kind: str) -> str:
    """The text (`plain`) or the HTML (`html`) of a letter, or nothing."""
    part = message.get_body((kind,))
    return _text(part) if part is not None else ""


def _text(part: object) -> str:
    content = part.get_content() if isinstance(part, EmailMessage) else ""
    return content if isinstance(content, str) else ""


def attachments(message: EmailMessage) -> list[Attachment]:
    """The files of a letter, numbered from 0."""
    found = []
    for number, part in enumerate(message.iter_attachments()):
        content = part.get_payload(decode=True)
        name = part.get_filename() or f"part-{number}"
        found.append(
            Attachment(number, name, part.get_content_type(), content if isinstance(content, bytes) else b"")
        )
    return found


def links(message: EmailMessage) -> list[str]:
    """Every web address in a letter, once, in order: those of the text first, then those of the HTML."""
    reader = _Links()
    reader.feed(body(message, "html"))
    text = [address.rstrip(".,;:!?") for address in LINK.findall(body(message, "plain"))]
    return list(dict.fromkeys([*text, *reader.found]))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith(("http://", "https://")):
            self.found.append(address)


def as_json(letter: Letter, base_url: str) -> Json:
    """A letter for machines."""
    message = letter.parsed()
    return {
        "id": letter.id,
        "at": letter.at,
        "from": letter.header_from,
        "to": letter.header_to,
        "envelope_from": letter.envelope_from,
        "envelope_to": letter.envelope_to,
        "subject": letter.subject,
        "message_id": letter.message_id,
        "headers": {name: str(value) for name, value in message.items()},
        "text": body(message, "plain"),
        "html": body(message, "html"),
        "links": links(message),
        "attachments": [
            {
                "name": file.name,
                "content_type": file.content_type,
                "size": len(file.content),
                "url": f"{base_url}/mail/{letter.id}/attachments/{file.number}",
            }
            for file in attachments(message)
        ],
    }
