"""Every setting is what it may be, or Florin does not start and says in a sentence what to change."""

import re
import runpy
from pathlib import Path

import pytest

from florin.config import environment, senders, settings
from florin.config.environment import Misconfigured
from florin.edges.gateways import registry

SETTINGS = Path(__file__).parents[2] / "docs" / "settings.md"
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
    "FLORIN_OLD_SECRET_KEYS": ["short", f"{'long ' * 8}, short"],
    "FLORIN_BACKUP_KEY": ["short"],
    "FLORIN_BACKUP_HOUR": ["24", "noon"],
    "FLORIN_BACKUP_KEEP": ["7", "7,5", "7,5,-1", "7 daily, 5 weekly, 12 monthly"],
    "FLORIN_GATEWAY": ["paypal", "Stripe"],
    "STRIPE_WEBHOOK_SECRET": ["we_1NG8Du2eZvKYlo2C", "whsec_one, sk_test_other"],
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
    "FLORIN_SMTP_HOST": ["smtp.example.com:587", "https://smtp.example.com", "smtp.example.com ", "ñ"],
    "FLORIN_SMTP_PORT": ["0", "smtp"],
    "FLORIN_SMTP_USER": ["florin"],
    "FLORIN_SMTP_PASSWORD": ["secret"],
    "FLORIN_SMTP_SECURITY": ["ssl", "tsl", "STARTTLS"],
    "FLORIN_MAIL_FROM": ["nobody", "Ann <ann@shop.example>", "a@b@shop.example", "jörg@shop.example"],
    "FLORIN_SECURITY_CONTACT": ["our office"],
    "FLORIN_OIDC_ISSUER": ["id.example.com", "https://id.example.com"],
    "FLORIN_OIDC_CLIENT_ID": ["florin"],
    "FLORIN_OIDC_CLIENT_SECRET": ["secret"],
    "FLORIN_OIDC_GROUPS": ["Sales=meadow:sales"],
    "FLORIN_LOG_LEVEL": ["LOUD", "info"],
    "FLORIN_LOG_FORMAT": ["JSON", "xml"],
    "FLORIN_METRICS_TOKEN": ["short"],
    "FLORIN_OPERATOR_EMAIL": ["nobody", "Ann <ann@shop.example>"],
}
# What each hosted sender asks for, rightly; and what it cannot be.
HOSTED = {
    "postmark": {"POSTMARK_SERVER_TOKEN": "0a129aee-e1cd-480d-b08d-4f48548ff48d"},
    "mailgun": {"MAILGUN_API_KEY": "0123456789abcdef0123456789abcdef-4b1aa784-1f2a3b4c"},
    "sendgrid": {"SENDGRID_API_KEY": "SG.abcDEF-123_x.ghiJKL-456_y"},
    "resend": {"RESEND_API_KEY": "re_123abcDEF_456"},
    "brevo": {"BREVO_API_KEY": "xkeysib-0123456789abcdef-Ab1Cd2Ef3Gh4"},
    "amazon_ses": {"AWS_DEFAULT_REGION": "us-gov-west-1"},
}
WRONG_OF_HOSTED = [
    ("postmark", "POSTMARK_SERVER_TOKEN", "my token"),
    ("postmark", "POSTMARK_SERVER_TOKEN", "“0a129aee”"),
    ("postmark", "POSTMARK_MESSAGE_STREAM", "Our Stream"),
    ("postmark", "FLORIN_MAIL_NOTICE_SECRET", "short"),
    ("postmark", "FLORIN_MAIL_NOTICE_SECRET", "it stands in an address/@"),
    ("mailgun", "MAILGUN_API_KEY", "https://api.mailgun.net"),
    ("mailgun", "MAILGUN_SENDER_DOMAIN", "billing@mg.example.com"),
    ("mailgun", "MAILGUN_API_URL", "api.eu.mailgun.net/v3"),
    ("mailgun", "MAILGUN_API_URL", "http://api.eu.mailgun.net/v3"),
    ("sendgrid", "SENDGRID_API_KEY", "SG.abc def"),
    ("sendgrid", "SENDGRID_API_URL", "eu"),
    ("resend", "RESEND_API_KEY", "sk_live_of_another"),
    ("brevo", "BREVO_API_KEY", "xsmtpsib-0123456789abcdef-Ab1Cd2Ef3Gh4"),
    ("amazon_ses", "AWS_DEFAULT_REGION", "Virginia"),
]
# Any text will do, or it is checked where it is used.
FREE = {
    "FLORIN_BACKUP_FOLDER": "any folder",
    "STRIPE_API_KEY": "looked at by the commands that use it (tests/runtime/test_connect_stripe.py)",
    "FLORIN_DATA": "any folder",
    "FLORIN_MAIL_NOTICE_SECRET": "checked below, with the hosted senders that need it",
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


def use_hosted(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    monkeypatch.setattr(senders, "find_spec", lambda _name: object())
    told = {"FLORIN_MAIL_NOTICE_SECRET": "a-password-only-for-notices", "FLORIN_MAIL_FROM": "a@shop.example"}
    for name, value in {"FLORIN_MAIL_SENDER": sender, **told, **HOSTED[sender]}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("sender", HOSTED)
def test_what_a_hosted_sender_gives_out_is_taken(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    use_hosted(monkeypatch, sender)

    load_settings()


@pytest.mark.parametrize(("sender", "name", "value"), WRONG_OF_HOSTED)
def test_what_it_cannot_have_given_out_is_refused_without_showing_a_key(
    monkeypatch: pytest.MonkeyPatch, *, sender: str, name: str, value: str
) -> None:
    use_hosted(monkeypatch, sender)
    monkeypatch.setenv(name, value)

    with pytest.raises(Misconfigured, match=name) as refused:
        load_settings()
    assert ("API_KEY" not in name and "TOKEN" not in name) or value not in str(refused.value)


def test_every_variable_of_every_hosted_sender_is_tried() -> None:
    """What is new in the table of senders comes into this test too."""
    asked = {name for one in senders._HOSTED.values() for name in (*one.needs, *one.may_have)}

    assert asked == {name for _sender, name, _value in WRONG_OF_HOSTED} - {"FLORIN_MAIL_NOTICE_SECRET"}


@pytest.mark.parametrize("url", ["https://pay.example.com", "http://localhost:8000", "http://10.0.0.7"])
def test_addresses_that_customers_or_a_private_network_can_reach_are_taken(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("FLORIN_URL", url)

    load_settings()


def test_no_setting_of_the_readme_is_left_out() -> None:
    table = [line.split("|")[1] for line in SETTINGS.read_text().splitlines() if line.startswith("| `")]
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
