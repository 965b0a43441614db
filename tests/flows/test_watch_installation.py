"""The operator is told by mail of what does not work: once when it begins, once when it is over."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django.fixtures import Settings

from factories import make_invoice
from florin.domain.ledger.models import Item
from florin.domain.outages.models import Outage
from florin.domain.staff.models import User
from florin.flows import watch_installation
from testing.bank import Bank

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def somebody_to_tell(settings: Settings) -> None:
    settings.OPERATOR_EMAIL = f"operator-{uuid4().hex}@installation.example"  # the mailbox is everybody's


def put_worker(heard: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval)", [heard]
        )


def begin_earlier() -> None:
    """Let the outage have begun longer ago than anybody waits before telling."""
    for outage in Outage.objects.all():
        outage.began_at -= timedelta(minutes=4)
        outage.save()


def letters(bank: Bank) -> list[dict[str, Any]]:
    return bank.mails(to=django_settings.OPERATOR_EMAIL)


def subjects(bank: Bank) -> list[str]:
    return [mail["subject"] for mail in reversed(letters(bank))]


def test_a_dead_worker_is_told_once_and_once_that_it_is_over(bank: Bank) -> None:
    put_worker("5 minutes")
    watch_installation.watch()
    assert subjects(bank) == []  # it may be an upgrade

    begin_earlier()
    for _ in range(3):
        watch_installation.watch()
    assert subjects(bank) == ["Florin: no worker is running"]

    put_worker("5 seconds")
    for _ in range(3):
        watch_installation.watch()
    assert subjects(bank) == ["Florin: no worker is running", "Florin: a worker is running again"]


def test_several_processes_that_look_at_once_tell_once(bank: Bank) -> None:
    watch_installation.watch()
    begin_earlier()
    barrier = threading.Barrier(4)

    def watch() -> None:
        barrier.wait(30)
        watch_installation.watch()
        connection.close()

    threads = [threading.Thread(target=watch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert subjects(bank) == ["Florin: no worker is running"]


def test_a_worker_that_was_away_for_a_moment_is_nobodys_business(bank: Bank) -> None:
    watch_installation.watch()
    put_worker("5 seconds")
    watch_installation.watch()
    assert (subjects(bank), Outage.objects.count()) == ([], 0)


def test_a_letter_that_the_mail_server_did_not_take_is_sent_later(bank: Bank, settings: Settings) -> None:
    watch_installation.watch()
    begin_earlier()
    bank.refuse_mail("reject_temporary", to=settings.OPERATOR_EMAIL, times=1)
    watch_installation.watch()
    assert subjects(bank) == []

    watch_installation.watch()
    assert subjects(bank) == ["Florin: no worker is running"]


def test_books_that_are_not_right_are_told_with_what_is_wrong(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner, "100")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Item.objects.filter(pk=invoice.item_id).update(balance=1)
        for _ in range(2):
            watch_installation.prove_books()
        Item.objects.filter(pk=invoice.item_id).update(balance=10_000)
        cursor.execute("SET session_replication_role = DEFAULT")
    assert subjects(bank) == ["Florin: the books are not right"]
    [letter] = letters(bank)
    assert "an item's balance is the sum of its lines" in letter["text"]

    watch_installation.prove_books()
    assert subjects(bank)[-1] == "Florin: the books are right again"
