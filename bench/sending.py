"""Sending invoices: from queued in the outbox to taken by the mail server and recorded as sent."""

import os
import signal
import smtplib
import time
from datetime import UTC, datetime
from email import message_from_bytes

from django.db.models import Max
from procrastinate.contrib.django.models import ProcrastinateJob

from bench import machine, shop
from bench.measures import Measure, milliseconds, of_rates, of_times
from bench.world import World
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User

_MAILS = 100
_WARM_UP = 40
_ROUNDS = 3
_WORKERS = 2
_PATIENCE_SECONDS = 120


def measure(world: World) -> list[Measure]:
    """Send a hundred invoices with two workers, and the bytes of one of them with nothing around it."""
    world.migrate()
    bank = world.bank
    owner = shop.open_shop()
    Message.objects.all().delete()  # what other measurements left waiting
    workers = [world.start("florin", ["work"]) for _ in range(_WORKERS)]
    shop.links(owner, _WARM_UP)
    _wait_until_sent(world)
    bank.delete("/mail/api/messages").raise_for_status()
    before = sum(map(machine.processor_seconds, workers))
    rates = [_send(world, owner, workers) for _ in range(_ROUNDS)]
    spent = sum(map(machine.processor_seconds, workers)) - before
    for worker in workers:
        world.stop(worker)
    mails = bank.get("/mail/api/messages", params={"limit": _MAILS * _ROUNDS}).json()["messages"]
    if len(mails) != _MAILS * _ROUNDS or not all(mail["attachments"] for mail in mails):
        raise ValueError(f"{len(mails)} mails came for {_MAILS * _ROUNDS} invoices")
    source = bank.get(f"/mail/{mails[0]['id']}/source").raise_for_status().content
    return [
        of_rates(
            rates,
            part="sending",
            what="100 invoices by mail, two workers",
            target=100,
            processor=spent * 1000 / (_MAILS * _ROUNDS),
            note="PDF + mail over SMTP + recorded",
        ),
        of_times(
            [_bare(world.smtp_port, source)],
            part="sending",
            what="baseline: smtplib sends the same bytes",
            note=f"{len(source) / 1000:.0f} kB, one connection",
        ),
    ]


def _send(world: World, owner: User, workers: list[int]) -> float:
    """Return mails per second; the workers stand still until everything is queued."""
    for worker in workers:
        os.killpg(worker, signal.SIGSTOP)
    try:
        shop.links(owner, _MAILS)
        begun = datetime.now(UTC)
    finally:
        for worker in workers:
            os.killpg(worker, signal.SIGCONT)
    _wait_until_sent(world)
    last: datetime = Message.objects.aggregate(last=Max("sent_at"))["last"]
    return _MAILS / (last - begun).total_seconds()


def _wait_until_sent(world: World) -> None:
    """Wait until no mail is waiting, and no job that would do it again."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    waiting = Message.objects.exclude(state=Message.State.SENT)
    jobs = ProcrastinateJob.objects.filter(status__in=["todo", "doing"], task_name="deliver_outbox")
    while waiting.exists() or jobs.exists():
        world.check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{waiting.count()} mails and {jobs.count()} jobs are still waiting")
        time.sleep(0.05)


def _bare(port: int, source: bytes) -> list[float]:
    message = message_from_bytes(source)
    sender, recipient = message["From"], message["To"]
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as connection:
        return [milliseconds(lambda: connection.sendmail(sender, [recipient], source)) for _ in range(_MAILS)]
