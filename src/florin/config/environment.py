"""Everything that the environment decides, read in one place; what is wrong is said in a sentence."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from florin.edges import database_server

PACKAGE = Path(__file__).parent.parent


class Misconfigured(SystemExit):
    """The environment asks for something impossible; the text says what to change."""


def text(name: str, default: str = "") -> str:
    """Return a variable, or the default when it is missing or empty."""
    return os.environ.get(name, "") or default


def number(name: str, default: int) -> int:
    """Return a whole number.

    Raises:
        Misconfigured: if the variable holds anything else.
    """
    value = text(name, str(default))
    if not value.isdigit():
        raise Misconfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def data_folder() -> Path:
    """Return the folder of everything that Florin keeps outside its database."""
    return Path(text("FLORIN_DATA", "var")).absolute()


def database_url() -> str:
    """Return the address of the database: ``DATABASE_URL``, or the embedded server's."""
    return text("DATABASE_URL") or database_server.address(data_folder() / "postgres")


def public_url() -> str:
    """Return where the world reaches Florin; links in mails begin with it, and no other host is served.

    Raises:
        Misconfigured: if it is not an http or https address.
    """
    url = text("FLORIN_URL", f"http://127.0.0.1:{number('FLORIN_PORT', 8000)}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise Misconfigured(f"FLORIN_URL must look like https://pay.example.com, not {url!r}.")
    return url


def secret(name: str) -> str:
    """Return a secret: the variable ``name``, or one made at random and kept in the data folder.

    There is no default secret that two installations could share.

    Raises:
        Misconfigured: if the variable holds fewer than 32 characters.
    """
    given = text(name)
    if given:
        if len(given) < 32:  # noqa: PLR2004 - said in the sentence
            raise Misconfigured(f"{name} must have at least 32 characters.")
        return given
    path = data_folder() / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(fresh)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def prepare_demo() -> None:
    """Point this process, and all that it starts, at the test processor and mailbox beside it."""
    sandbox_port = number("FLORIN_SANDBOX_PORT", 8010)
    os.environ.update(
        STRIPE_API_BASE=f"http://127.0.0.1:{sandbox_port}",
        STRIPE_API_KEY="sk_test_florin_sandbox",
        STRIPE_WEBHOOK_SECRET=f"whsec_{secret('FLORIN_DEMO_NOTICE_SECRET')}",
        FLORIN_CONTROL_TOKEN=secret("FLORIN_CONTROL_TOKEN"),
        FLORIN_SMTP_HOST="127.0.0.1",
        FLORIN_SMTP_PORT=str(number("FLORIN_SMTP_PORT", 8025)),
    )
