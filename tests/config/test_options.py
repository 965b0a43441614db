"""Every setting is what it may be, or Florin does not start and says in a sentence what to change."""

import re
import runpy
from pathlib import Path

import pytest

from florin.config import environment, settings
from florin.config.environment import Misconfigured
from florin.edges.gateways import registry

README = Path(__file__).parents[2] / "README.md"
WRONG = {
    "FLORIN_URL": [
        "pay.example.com",
        "ftp://pay.example.com",
        "https://ann:secret@pay.example.com",
        "https://pay.example.com/bills",
        "https://pay.example.com?a=b",
        "https://pay.example.com:port",
        "http://pay.example.com",
        "http://8.8.8.8:8000",
    ],
    "FLORIN_TRUSTED_PROXIES": ["-1", "11", "yes", "1.5", "127.0.0.1"],
    "FLORIN_PORT": ["0", "65536", "eight", "²"],
    "DATABASE_URL": ["mysql://host/name", "florin"],
    "FLORIN_SECRET_KEY": ["short"],
    "FLORIN_GATEWAY": ["paypal", "Stripe"],
    "STRIPE_CONNECT": ["perhaps", "Yes"],
    "STRIPE_API_BASE": ["api.stripe.example", "https://user:word@api.stripe.example"],
    "STRIPE_DASHBOARD_URL": ["dashboard"],
    "FLORIN_PROCESSOR_SECONDS": ["0", "121", "-1", "2.5"],
    "FLORIN_FEES_CARD": ["three percent"],
    "FLORIN_FEES_ACH": ["200%", "0.8%, at most", "1%, at least 5.00, at most 1.00"],
    "FLORIN_FEES_DISPUTE": ["-15"],
    "FLORIN_FEES_REFUND_KEPT": ["free", "ALL"],
    "FLORIN_FEES_TOLERANCE": ["some"],
    "FLORIN_MAIL_SENDER": ["pigeon"],
    "FLORIN_SMTP_PORT": ["0", "smtp"],
    "FLORIN_SMTP_USER": ["florin"],
    "FLORIN_SMTP_PASSWORD": ["secret"],
    "FLORIN_SMTP_SECURITY": ["ssl", "tsl", "STARTTLS"],
    "FLORIN_MAIL_FROM": ["nobody", "Ann <ann@shop.example>", "a@b@shop.example", "jörg@shop.example"],
    "FLORIN_SECURITY_CONTACT": ["our office"],
    "FLORIN_LOG_LEVEL": ["LOUD", "info"],
}
# Any text will do, or it is checked where it is used.
FREE = {
    "FLORIN_DATA": "any folder",
    "FLORIN_SMTP_HOST": "any host",
    "STRIPE_API_KEY": "the processor is asked about it",
    "STRIPE_WEBHOOK_SECRET": "the processor is asked about it",
    "FLORIN_MAIL_NOTICE_SECRET": "checked with the hosted sender that needs it",
    "FLORIN_SANDBOX_PORT": "checked when the demo starts",
    "SANDBOX_CONTROL_TOKEN": "the demo's",
}


def load_settings() -> None:
    """Read the settings as a program does that starts."""
    runpy.run_path(settings.__file__)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_a_wrong_value_is_refused_in_a_sentence_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(Misconfigured, match=rf"{name}.* (must|has to|are|is) ") as refused:
        load_settings()
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("url", ["https://pay.example.com", "http://localhost:8000", "http://10.0.0.7"])
def test_addresses_that_customers_or_a_private_network_can_reach_are_taken(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("FLORIN_URL", url)

    load_settings()


def test_no_setting_of_the_readme_is_left_out() -> None:
    table = [line.split("|")[1] for line in README.read_text().splitlines() if line.startswith("| `")]
    named = {name for cell in table for name in re.findall(r"`([A-Z_]+)`", cell)}

    assert named - WRONG.keys() - FREE.keys() == set()


def test_every_gateways_folder_is_in_the_registry() -> None:
    assert set(environment.gateways()) == set(registry.GATEWAYS)


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
@pytest.mark.parametrize(
    ("name", "value"), [("FLORIN_URL", "http://127.0.0.1:8000"), ("STRIPE_API_BASE", "http://10.0.0.1")]
)
def test_a_live_key_is_not_used_where_anybody_can_listen(
    monkeypatch: pytest.MonkeyPatch, *, key: str, name: str, value: str
) -> None:
    """Stripe takes no http address for payers to come back to in live mode."""
    monkeypatch.setenv("FLORIN_URL", "https://pay.example.com")
    monkeypatch.setenv("STRIPE_API_BASE", "https://api.stripe.com")
    monkeypatch.setenv("STRIPE_API_KEY", key)
    load_settings()

    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured, match=rf"{name} must begin with https://"):
        load_settings()
