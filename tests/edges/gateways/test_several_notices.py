"""A processor that tells of several things in one body, and new companies that are paid there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from edges.gateways.processors import MemoryPlayground
from factories import make_company, make_invoice, make_link, make_user
from factories.payments import click_pay
from florin.contracts.connection import Site
from florin.domain.attempts.models import Attempt
from florin.domain.notices.models import ProcessorNotice
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.edges.gateways import registry
from florin.edges.gateways.interface import Gateway
from florin.flows import handle_notice
from florin.kernel.jobs import Job


@dataclass(frozen=True)
class MemoryFactory:
    """Makes the one gateway that the test holds in its hand."""

    gateway: Gateway

    def make(self, settings: Any, account: str) -> Gateway:
        return self.gateway

    def site(self, settings: Any, *, uses_own: bool) -> Site:
        raise NotImplementedError


@pytest.fixture
def memory(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryPlayground]:
    """The processor in memory, at which new companies are paid."""
    world = MemoryPlayground()
    monkeypatch.setitem(registry.GATEWAYS, "memory", MemoryFactory(world.memory))
    settings.GATEWAY = "memory"
    yield world
    registry.get.cache_clear()


@pytest.fixture
def merchant(database: None, memory: MemoryPlayground) -> User:
    """Admin of a company that opened its account now."""
    return make_user(make_company(), Role.ADMIN)


def paid(merchant: User, memory: MemoryPlayground) -> Attempt:
    attempt = click_pay(make_link(merchant, make_invoice(merchant, "100.00")))
    memory.pay(attempt.reference)
    return attempt


def deliver(*attempts: Attempt, signature: str = "memory") -> int:
    told = [{"event": f"of {one.pk}", "kind": "paid", "attempt": str(one.pk)} for one in attempts]
    answer = Client().post(
        "/notices/memory", json.dumps(told), "application/json", headers={"signature": signature}
    )
    return answer.status_code


def test_a_new_company_is_paid_where_the_settings_say(merchant: User) -> None:
    assert merchant.company.account.gateway == "memory"


def test_two_notices_in_one_body_are_both_handled_and_each_once(
    merchant: User, memory: MemoryPlayground
) -> None:
    first, second = paid(merchant, memory), paid(merchant, memory)
    assert [deliver(first, second), deliver(first, second)] == [200, 200]

    jobs = ProcrastinateJob.objects.filter(task_name=Job.HANDLE_NOTICE)
    assert sorted(job.args["attempt"] for job in jobs) == sorted([str(first.pk), str(second.pk)])
    for job in [*jobs, *jobs]:
        handle_notice.handle(job.args["gateway"], job.args["event"], job.args["attempt"])
    assert {payment.attempt for payment in Payment.objects.all()} == {first, second}
    outcomes = ProcessorNotice.objects.values_list("outcome", flat=True)
    assert list(outcomes) == ["attempt is settled"] * 2


def test_of_a_body_that_nobody_signed_nothing_is_kept(merchant: User, memory: MemoryPlayground) -> None:
    assert deliver(paid(merchant, memory), paid(merchant, memory), signature="") == 400
    assert not ProcessorNotice.objects.exists()
