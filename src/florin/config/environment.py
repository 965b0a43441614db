"""Everything that the environment decides, read in one place; what is wrong is said in a sentence."""

import os
import re
import secrets
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from florin.edges import database_server, kept_secrets
from florin.edges.backups.folder import Keep
from florin.kernel import addresses
from florin.kernel.addresses import BadAddress
from florin.kernel.fees import ALL, FeeSchedule, Rate, hundredths

PACKAGE = Path(__file__).parent.parent
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?")


class Misconfigured(SystemExit):
    """The environment asks for something impossible; the text says what to change."""


def text(name: str, default: str = "") -> str:
    """Return a variable, or the default when it is missing or empty."""
    return os.environ.get(name, "") or default


def number(name: str, default: int, *, most: int, least: int = 1) -> int:
    """Return a whole number within its bounds.

    Raises:
        Misconfigured: if the variable holds anything else.
    """
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise Misconfigured(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def port(name: str, default: int) -> int:
    """Return a TCP port.

    Raises:
        Misconfigured: if the variable holds anything else.
    """
    return number(name, default, most=65_535)


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    """Return one of the values that a variable may have.

    Raises:
        Misconfigured: if it holds another.
    """
    value = text(name, default)
    if value not in allowed:
        raise Misconfigured(f"{name} must be {' or '.join(filter(None, allowed))}, not {value!r}.")
    return value


def address(name: str, default: str) -> str:
    """Return an http or https address, which may have a path and nothing behind it.

    Raises:
        Misconfigured: if the variable holds anything else, a name and password for instance.
    """
    url = text(name, default).rstrip("/")
    if not _is_address(url):
        raise Misconfigured(f"{name} must look like https://example.com, without a password, not {url!r}.")
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        extras = (parts.username, parts.password, parts.query, parts.fragment, parts.port)
    except ValueError:  # a port that is none
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(extras[:4])


def gateways() -> tuple[str, ...]:
    """Return the names of the gateways: each is a folder with a factory."""
    folder = PACKAGE / "edges" / "gateways"
    return tuple(sorted(path.parent.name for path in folder.glob("*/factory.py")))


def fees() -> FeeSchedule:
    """Return what processing is expected to cost (product decisions, "Fees").

    Raises:
        Misconfigured: if a rate or an amount is not written as it must be.
    """
    usual = FeeSchedule()
    kept = text("FLORIN_FEES_REFUND_KEPT", "1.00")
    return FeeSchedule(
        card=_rate("FLORIN_FEES_CARD", text("FLORIN_FEES_CARD"), usual.card),
        ach=_rate("FLORIN_FEES_ACH", text("FLORIN_FEES_ACH"), usual.ach),
        dispute=_hundredths(
            "FLORIN_FEES_DISPUTE", text("FLORIN_FEES_DISPUTE", "15.00"), "an amount such as 15.00"
        ),
        refund_kept=None
        if kept == ALL
        else _hundredths("FLORIN_FEES_REFUND_KEPT", kept, "an amount such as 1.00, or all"),
        tolerance=_rate("FLORIN_FEES_TOLERANCE", text("FLORIN_FEES_TOLERANCE"), usual.tolerance),
    )


def _rate(name: str, value: str, usual: Rate) -> Rate:
    try:
        return Rate.parse(value) if value else usual
    except ValueError as problem:
        raise Misconfigured(
            f"{name} must look like 2.9% + 0.25, or 1%, at least 1.00, or 0.8%, at most 5.00; not {value!r}."
        ) from problem


def _hundredths(name: str, value: str, allowed: str) -> int:
    try:
        return hundredths(value)
    except ValueError as problem:
        raise Misconfigured(f"{name} must be {allowed}, not {value!r}.") from problem


def data_folder() -> Path:
    """Return the folder of everything that Florin keeps outside its database."""
    return Path(text("FLORIN_DATA", "var")).absolute()


def keep_private() -> None:
    """Close the data folder to everybody else, and every file that this process and its children will make.

    Raises:
        Misconfigured: if the folder is open to others, and not ours to close.
    """
    os.umask(0o077)
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        try:
            folder.chmod(0o700)
        except PermissionError:
            raise Misconfigured(
                f"{folder} can be read by others and belongs to somebody else. Let it belong to the user who"
                " runs Florin, or set FLORIN_DATA to another folder."
            ) from None


def database_url() -> str:
    """Return the address of the database: ``DATABASE_URL``, or the embedded server's.

    Raises:
        Misconfigured: if it is not PostgreSQL's.
    """
    url = text("DATABASE_URL")
    if url and urlsplit(url).scheme not in {"postgresql", "postgres"}:
        raise Misconfigured("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    return url or database_server.address(data_folder() / "postgres")


def public_url() -> str:
    """Return where the world reaches Florin; links in mails begin with it, and no other host is served.

    Raises:
        Misconfigured: if it is not an address without a path, or sends bills over the internet in the clear.
    """
    url = address("FLORIN_URL", f"http://127.0.0.1:{port('FLORIN_PORT', 8000)}")
    parts = urlsplit(url)
    if parts.path:
        raise Misconfigured(
            f"FLORIN_URL must look like https://pay.example.com, without a path, not {url!r}."
        )
    if parts.scheme == "http" and not _is_at_home(parts.hostname or ""):
        raise Misconfigured(
            f"FLORIN_URL is {url!r}: what customers reach must begin with https://. Put a proxy that speaks"
            " TLS before Florin; http:// is for this machine and private networks only."
        )
    return url


def processor_key(*, base: str, at: str) -> str:
    """Return the processor's secret key; ``base`` is where the processor is, ``at`` where we are.

    Raises:
        Misconfigured: if a live key would be sent in the clear, or payers would have to come back to an
            ``http`` address, which Stripe refuses in live mode.
    """
    key = text("STRIPE_API_KEY")
    for name, url in (("STRIPE_API_BASE", base), ("FLORIN_URL", at)):
        if key.startswith(("sk_live_", "rk_live_")) and urlsplit(url).scheme != "https":
            raise Misconfigured(f"{name} must begin with https:// while STRIPE_API_KEY is a live key.")
    return key


def notice_secret() -> str:
    """Return what signs the processor's notices, of several endpoints with commas between; may be empty.

    Raises:
        Misconfigured: if one of them is no signing secret.
    """
    given = text("STRIPE_WEBHOOK_SECRET")
    if given and not all(secret.strip().startswith("whsec_") for secret in given.split(",")):
        raise Misconfigured(
            "STRIPE_WEBHOOK_SECRET must be the signing secret of the endpoint, which begins with whsec_; of"
            " several, all of them with commas between."
        )
    return given


def _is_at_home(host: str) -> bool:
    """Whether a host is this machine or one of a private network (RFC 1918, RFC 4193)."""
    try:
        found = ip_address(host)
    except ValueError:
        return host == "localhost"
    return found.is_loopback or found.is_private


def secret(name: str) -> str:
    """Return a secret: the variable ``name``, or one made at random and kept in the data folder.

    There is no default secret that two installations could share.

    Raises:
        Misconfigured: if the variable holds fewer than 32 characters.
    """
    given = text(name)
    if given:
        return _long_enough(name, given)
    return kept_secrets.keep_first(data_folder() / name.lower(), lambda: secrets.token_urlsafe(48))


def former_secrets(name: str) -> list[str]:
    """Return secrets that were in use once, the latest first: the variable's, or the data folder's.

    Commas stand between those of the variable; the file has each on a line of its own.

    Raises:
        Misconfigured: if one of them has fewer than 32 characters.
    """
    given = [secret.strip() for secret in text(name).split(",") if secret.strip()]
    path = data_folder() / name.lower()
    kept = path.read_text().split() if not given and path.exists() else []
    return [_long_enough(name, secret) for secret in given or kept]


def secret_file(name: str) -> Path | None:
    """Return the file that holds a secret, or nothing while the variable does."""
    return None if text(name) else data_folder() / name.lower()


def backup_folder() -> Path | None:
    """Return the folder into which the worker backs up every day, or nothing if it does not."""
    given = text("FLORIN_BACKUP_FOLDER")
    return Path(given).absolute() if given else None


def backup_key() -> str:
    """Return what backups are encrypted with, or nothing.

    Raises:
        Misconfigured: if it has fewer than 32 characters.
    """
    given = text("FLORIN_BACKUP_KEY")
    return _long_enough("FLORIN_BACKUP_KEY", given) if given else ""


def backup_keep() -> Keep:
    """Return how many backups stay in their folder.

    Raises:
        Misconfigured: if it is not three whole numbers, of which one is more than nothing.
    """
    given = text("FLORIN_BACKUP_KEEP", "7,5,12")
    counts = [part.strip() for part in given.split(",")]
    if len(counts) != 3 or not all(re.fullmatch("[0-9]{1,4}", count) for count in counts):  # noqa: PLR2004
        raise Misconfigured(
            "FLORIN_BACKUP_KEEP must say how many daily, weekly and monthly backups stay, such as 7,5,12;"
            f" not {given!r}."
        )
    daily, weekly, monthly = map(int, counts)
    return Keep(daily=daily, weekly=weekly, monthly=monthly)


def _long_enough(name: str, given: str) -> str:
    if len(given) < 32:  # noqa: PLR2004 - said in the sentence
        raise Misconfigured(f"{name} must have at least 32 characters.")
    return given


def connects() -> bool:
    """Return whether each company opens an account of its own at the processor (Stripe Connect).

    Raises:
        Misconfigured: if the variable says neither yes nor no.
    """
    return choice("STRIPE_CONNECT", "no", ("yes", "no")) == "yes"


def smtp_host() -> str:
    """Return the mail server's name or address.

    Raises:
        Misconfigured: if a port, a path or a scheme stands with it.
    """
    host = text("FLORIN_SMTP_HOST", "127.0.0.1")
    if not _HOST.fullmatch(host) and not _is_ip(host):
        raise Misconfigured(
            f"FLORIN_SMTP_HOST must be a name such as smtp.example.com, not {host!r}. The port goes into"
            " FLORIN_SMTP_PORT."
        )
    return host


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def smtp_login() -> tuple[str, str]:
    """Return user name and password at the mail server; both are empty where none is needed.

    Raises:
        Misconfigured: if one is there without the other.
    """
    user, password = text("FLORIN_SMTP_USER"), text("FLORIN_SMTP_PASSWORD")
    if bool(user) != bool(password):
        raise Misconfigured("FLORIN_SMTP_USER and FLORIN_SMTP_PASSWORD are set together, or neither is.")
    return user, password


def mail_from() -> str:
    """Return the sender's address as it stands in headers.

    Raises:
        Misconfigured: if it is no address. A name does not stand in it: that is the company's.
    """
    return _mail_address("FLORIN_MAIL_FROM", "florin@localhost.localdomain")


def security_contact() -> str:
    """Return the address to which to report a vulnerability, in ASCII as a ``mailto:`` wants it.

    Raises:
        Misconfigured: if it is no mail address.
    """
    return _mail_address("FLORIN_SECURITY_CONTACT", mail_from())


def operator_email() -> str:
    """Return whom to tell when the installation does not work as it should; empty for nobody."""
    return _mail_address("FLORIN_OPERATOR_EMAIL", "") if text("FLORIN_OPERATOR_EMAIL") else ""


def given_secret(name: str) -> str:
    """Return a secret that somebody chose, or nothing.

    Raises:
        Misconfigured: if it can be guessed: it has fewer than 32 characters.
    """
    given = text(name)
    if given and len(given) < 32:  # noqa: PLR2004 - said in the sentence
        raise Misconfigured(f"{name} must have at least 32 characters.")
    return given


def _mail_address(name: str, default: str) -> str:
    given = text(name, default)
    try:
        return addresses.on_the_wire(given)
    except BadAddress as problem:
        raise Misconfigured(
            f"{name} must be an address such as billing@example.com, not {given!r}."
        ) from problem


_DEMO_KEY = "sk_test_florin_sandbox"


def prepare_demo() -> None:
    """Point this process, and all that it starts, at the test processor and mailbox beside it."""
    sandbox_port = port("FLORIN_SANDBOX_PORT", 8010)
    os.environ.update(
        STRIPE_API_BASE=f"http://127.0.0.1:{sandbox_port}",
        STRIPE_DASHBOARD_URL=f"http://127.0.0.1:{sandbox_port}/dashboard",
        STRIPE_API_KEY=_DEMO_KEY,
        SANDBOX_API_KEY=_DEMO_KEY,
        STRIPE_CONNECT="yes",
        STRIPE_WEBHOOK_SECRET="",  # the test processor tells it when we connect
        SANDBOX_CONTROL_TOKEN=secret("SANDBOX_CONTROL_TOKEN"),
        FLORIN_MAIL_SENDER="smtp",
        FLORIN_SMTP_HOST="127.0.0.1",
        FLORIN_SMTP_PORT=str(port("FLORIN_SMTP_PORT", 8025)),
    )
