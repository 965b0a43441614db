"""/metrics: true figures, and for nobody else."""

from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from factories import make_invoice, make_link
from factories.payments import click_pay, paid_by_card
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.flows import reconcile
from testing.bank import Bank

pytestmark = pytest.mark.usefixtures("database")
TOKEN = "t" * 32


def ask(**meta: Any) -> Any:
    return Client(**meta).get("/metrics")


def measured(**headers: str) -> dict[tuple[str, ...], float]:
    answer = ask(**headers)
    assert answer.status_code == 200, answer.content
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_the_figures_say_what_is_under_way(owner: User, company: Company, bank: Bank) -> None:
    link = make_link(owner, make_invoice(owner, "80"))
    click_pay(link)
    reconcile.run(company, by="a test")
    found = measured()

    assert found["florin_links_sent", "1h"] == 1
    assert found["florin_link_payments", "24h"] == 0
    assert found["florin_attempts_unfinished", "opened"] == 1
    assert 0 < found["florin_attempt_oldest_unfinished_seconds", "opened"] < 600
    assert found["florin_mails_waiting",] == 1
    assert found["florin_reconciliation_last_timestamp_seconds", company.slug] > 1_700_000_000
    assert (found["florin_workers_alive",], found["florin_outage", "worker"]) == (0, 0)
    assert found["florin_jobs", "todo", "deliver_outbox"] >= 1


def test_a_payment_by_link_is_counted(owner: User, bank: Bank) -> None:
    paid_by_card(owner, bank, make_invoice(owner, "80"))
    assert measured()["florin_link_payments", "1h"] == 1


@pytest.mark.parametrize(
    "stranger",
    [
        {"REMOTE_ADDR": "203.0.113.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
)
def test_for_others_than_this_machine_there_is_nothing_here(stranger: dict[str, str]) -> None:
    assert ask(**stranger).status_code == 404


def test_a_token_opens_it_from_anywhere_and_nothing_else_does(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert measured(HTTP_AUTHORIZATION=f"Bearer {TOKEN}", REMOTE_ADDR="203.0.113.7")
    for wrong in ({}, {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}t"}, {"HTTP_AUTHORIZATION": "Bearer \u00e9"}):
        assert ask(**wrong).status_code == 404
