"""``florin connect-stripe`` as the operator types it, at the test processor."""

import argparse
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from florin.edges import kept_secrets
from florin.edges.gateways import registry
from florin.edges.gateways.stripe import API_VERSION, events, gateway, permissions
from florin.runtime import connect_stripe, serve, starting, work
from testing.bank import Bank
from testing.settings import CONTROL_TOKEN

PERMISSIONS = [
    "rak_accounts_kyc_basic_read",
    "rak_checkout_session_write",
    "rak_payment_intent_write",
    "rak_charge_write",
    "rak_dispute_read",
    "rak_balance_read",
    "rak_balance_transaction_source_read",
    "rak_payout_read",
    "rak_webhook_write",
    "rak_connected_account_write",
    "rak_account_link_write",
]
Said = pytest.CaptureFixture[str]


@pytest.fixture
def endpoints(bank: Bank, database: None, settings: Settings, tmp_path: Path) -> Iterator[Any]:
    """The endpoints of an installation that was never connected; none are left afterwards."""
    settings.STRIPE_WEBHOOK_SECRET = ""
    settings.STRIPE_WEBHOOK_SECRETS_FILE = tmp_path / "stripe_webhook_secrets"
    client = stripe.StripeClient(settings.STRIPE_API_KEY, base_addresses={"api": bank.base})
    yield client.v1.webhook_endpoints
    for one in client.v1.webhook_endpoints.list({"limit": 100}).data:
        client.v1.webhook_endpoints.delete(one.id)


def options(command: Any, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return parser.parse_args(words)


def restricted(bank: Bank, permissions: list[str]) -> str:
    return str(bank.order("keys", permissions=permissions)["key"])


def written(bank: Bank) -> list[dict[str, Any]]:
    """Return what the processor was asked to do, and not only to tell."""
    headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
    log = httpx.get(f"{bank.base}/control/log", params={"kind": "api"}, headers=headers).text
    asked = [json.loads(line) for line in log.splitlines()]
    return [each for each in asked if not each["operation"].endswith((".list", ".retrieve", ".own"))]


def type_(*words: str) -> int:
    return connect_stripe.run(options(connect_stripe, *words))


def here() -> str:
    return f"{django_settings.PUBLIC_URL}/notices/stripe"


def by_hand(endpoints: Any, **more: Any) -> Any:
    return endpoints.create({"url": here(), "enabled_events": ["*"], **more})


def kept_secret_texts() -> dict[str, str]:
    return kept_secrets.read(django_settings.STRIPE_WEBHOOK_SECRETS_FILE)


def test_an_endpoint_is_made_with_exactly_the_events_we_read(endpoints: Any, capsys: Said) -> None:
    assert type_() == 0

    (made,) = endpoints.list().data
    assert (made.url, made.api_version, made.application) == (here(), API_VERSION, None)
    assert sorted(made.enabled_events) == sorted(events.READ)
    assert "was created" in capsys.readouterr().out


def test_the_secret_is_kept_for_its_owner_only(endpoints: Any) -> None:
    type_()

    (made,) = endpoints.list().data
    assert kept_secret_texts()[made.id].startswith("whsec_")
    assert django_settings.STRIPE_WEBHOOK_SECRETS_FILE.stat().st_mode & 0o777 == 0o600


def test_no_secret_is_printed(endpoints: Any, capsys: Said) -> None:
    type_()

    said = capsys.readouterr().out
    assert [
        secret for secret in (*kept_secret_texts().values(), django_settings.STRIPE_API_KEY) if secret in said
    ] == []


def test_with_connect_there_is_one_more_for_the_companies(endpoints: Any, settings: Settings) -> None:
    settings.STRIPE_CONNECT = True
    assert type_() == 0

    assert sorted(bool(one.application) for one in endpoints.list().data) == [False, True]
    assert len(kept_secret_texts()) == 2


def test_typed_again_it_leaves_what_is_right_alone(endpoints: Any, capsys: Said) -> None:
    type_()
    before, secrets = [one.id for one in endpoints.list().data], kept_secret_texts()
    capsys.readouterr()

    assert type_() == 0
    assert ([one.id for one in endpoints.list().data], kept_secret_texts()) == (before, secrets)
    assert "was created" not in capsys.readouterr().out


def test_an_endpoint_that_somebody_changed_is_mended_and_keeps_its_secret(endpoints: Any) -> None:
    type_()
    (made,) = endpoints.list().data
    secrets = kept_secret_texts()
    endpoints.update(made.id, {"enabled_events": ["charge.succeeded"], "disabled": True})

    assert type_() == 0
    mended = endpoints.retrieve(made.id)
    assert (sorted(mended.enabled_events), mended.status) == (sorted(events.READ), "enabled")
    assert kept_secret_texts() == secrets


@pytest.mark.parametrize("more", [{}, {"api_version": API_VERSION}])
def test_one_whose_secret_we_do_not_know_is_made_anew(
    endpoints: Any, more: dict[str, str], capsys: Said
) -> None:
    old = by_hand(endpoints, **more)

    assert type_() == 0
    (made,) = endpoints.list().data
    assert made.id != old.id
    assert list(kept_secret_texts()) == [made.id]
    assert "created anew" in capsys.readouterr().out


def test_a_secret_that_cannot_be_kept_is_said_and_the_old_endpoint_stays(
    endpoints: Any, settings: Settings, capsys: Said
) -> None:
    old = by_hand(endpoints)
    place = settings.STRIPE_WEBHOOK_SECRETS_FILE
    place.parent.joinpath("a-file").touch()
    settings.STRIPE_WEBHOOK_SECRETS_FILE = place.parent / "a-file" / "secrets"

    assert type_() == 1
    assert "The signing secret cannot be kept." in capsys.readouterr().err
    assert old.id in [one.id for one in endpoints.list().data]
    settings.STRIPE_WEBHOOK_SECRETS_FILE = place
    assert type_() == 0
    assert [one.id for one in endpoints.list().data] == list(kept_secret_texts())


def test_endpoints_of_others_are_none_of_our_business(endpoints: Any) -> None:
    other = endpoints.create({"url": "https://elsewhere.example/hook", "enabled_events": ["*"]})
    type_()

    assert endpoints.retrieve(other.id).enabled_events == ["*"]
    assert other.id not in kept_secret_texts()


def test_a_secret_in_the_environment_wins_and_nothing_is_removed(
    endpoints: Any, settings: Settings, capsys: Said
) -> None:
    settings.STRIPE_WEBHOOK_SECRET = "whsec_by_hand"
    by_hand(endpoints)

    assert type_() == 1
    assert len(endpoints.list().data) == 2
    assert "Remove it from the environment" in capsys.readouterr().out
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert type_() == 0
    assert [one.id for one in endpoints.list().data] == list(kept_secret_texts())


def test_to_check_changes_nothing(endpoints: Any, capsys: Said) -> None:
    assert type_("--check") == 1
    assert (endpoints.list().data, kept_secret_texts()) == ([], {})
    assert "Run florin connect-stripe on the server." in capsys.readouterr().out

    type_()
    assert type_("--check") == 0


def test_an_unknown_secret_is_said(endpoints: Any, capsys: Said) -> None:
    by_hand(endpoints, enabled_events=list(events.READ), api_version=API_VERSION)

    assert type_("--check") == 1
    assert "signs its notices with a secret that Florin does not know" in capsys.readouterr().out


WRONG_KEYS = {
    "": "There is no key for the payment processor",
    "pk_test_browser": "holds a publishable key",
    "whsec_mixed_up": "does not hold a secret key",
    "sk_live_real": "STRIPE_API_BASE is not an https address",
    "sk_test_wrong": "does not accept the key",
}


@pytest.mark.parametrize("key", WRONG_KEYS)
def test_a_key_that_is_wrong_is_said_at_once(
    endpoints: Any, settings: Settings, capsys: Said, key: str
) -> None:
    settings.STRIPE_API_KEY = key

    assert type_() == 1
    said = capsys.readouterr().out
    assert WRONG_KEYS[key] in said
    assert "does not answer" not in said


def test_a_restricted_key_with_every_permission_is_enough(
    endpoints: Any, bank: Bank, settings: Settings, capsys: Said
) -> None:
    settings.STRIPE_CONNECT = True
    settings.STRIPE_API_KEY = restricted(bank, PERMISSIONS)

    assert type_() == 0
    assert "every permission" in capsys.readouterr().out


def test_the_permission_that_a_key_lacks_is_named(
    endpoints: Any, bank: Bank, settings: Settings, capsys: Said
) -> None:
    settings.STRIPE_CONNECT = True
    for name in PERMISSIONS:
        others = [one for one in [*PERMISSIONS, "rak_charge_read"] if one != name]
        settings.STRIPE_API_KEY = restricted(bank, others)

        assert type_("--check") == 1
        assert re.findall(r"rak_\w+", capsys.readouterr().out) == [name]


def test_to_ask_what_a_key_may_do_does_nothing(endpoints: Any, bank: Bank, settings: Settings) -> None:
    settings.STRIPE_CONNECT = True
    before = written(bank)
    type_("--check")

    asked = written(bank)[len(before) :]
    assert len(asked) > 3
    assert {entry["status"] for entry in asked} <= {400, 403, 404}


def test_a_version_that_is_not_spoken_is_said(
    endpoints: Any, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    for module in (gateway, permissions):
        monkeypatch.setattr(module, "API_VERSION", "2019-01-01.earlier")

    assert type_("--check") == 1
    assert "(2019-01-01.earlier). Upgrade Florin." in capsys.readouterr().out


def test_a_notice_signed_with_the_kept_secret_is_believed(endpoints: Any) -> None:
    type_()
    (secret,) = kept_secret_texts().values()
    body = '{"id": "evt_1", "object": "event", "type": "x", "data": {"object": {"id": "a", "object": "b"}}}'
    now = int(time.time())
    signature = hmac.new(secret.encode(), f"{now}.{body}".encode(), hashlib.sha256).hexdigest()

    (notice,) = registry.get("stripe").read_notice(
        {"stripe-signature": f"t={now},v1={signature}"}, body.encode()
    )
    assert notice.event == "evt_1"


def test_no_answer_is_said_as_such(endpoints: Any, bank: Bank, capsys: Said) -> None:
    bank.break_down("account.own", "reset", times=1)

    assert type_() == 1
    assert "The processor does not answer" in capsys.readouterr().out
    assert endpoints.list().data == []


@pytest.mark.parametrize("key", [key for key in WRONG_KEYS if key not in {"", "sk_test_wrong"}])
def test_serve_and_work_do_not_start_with_a_key_that_cannot_be_right(
    settings: Settings, capsys: Said, key: str
) -> None:
    settings.STRIPE_API_KEY = key

    assert [serve.run(options(serve)), work.run(options(work))] == [2, 2]
    assert capsys.readouterr().err.count(WRONG_KEYS[key]) == 2


def test_without_a_key_the_rest_works_and_it_is_said(settings: Settings, capsys: Said) -> None:
    settings.STRIPE_API_KEY = ""

    assert starting.may_start()
    assert WRONG_KEYS[""] in capsys.readouterr().err


def test_a_live_key_at_an_http_address_is_said_at_the_start(settings: Settings, capsys: Said) -> None:
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "rk_live_real", "https://api.stripe.com"

    assert starting.may_start()
    assert "Set FLORIN_URL to the https address" in capsys.readouterr().err


def test_settings_that_are_right_are_nothing_to_talk_about(settings: Settings, capsys: Said) -> None:
    settings.PUBLIC_URL = "https://pay.example.com"

    assert starting.may_start()
    assert capsys.readouterr().err == ""


def test_that_no_secret_is_known_is_said_at_the_start(endpoints: Any, capsys: Said) -> None:
    assert starting.may_start()
    assert "No secret is known" in capsys.readouterr().err

    type_()
    capsys.readouterr()
    assert starting.may_start()
    assert capsys.readouterr().err == ""
