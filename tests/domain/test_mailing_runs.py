"""Mailing runs and their items: stored once, settled once, found as long as there is something to do."""

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from factories import make_customer
from factories.database import sql
from florin.contracts.emails import InvoicesEmail
from florin.domain.companies.models import Company
from florin.domain.mailing_runs import queries, services
from florin.domain.mailing_runs.lifecycle import RunItemState
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.domain.mailing_runs.services import NewItem, NewRun, Outcome
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.domain.outbox.services import NewMessage
from florin.domain.staff.models import User
from florin.kernel.lifecycle import ImpossibleMove
from testing.races import at_once

LINKS, STATEMENTS = MailingRun.Kind.PAYMENT_LINKS, MailingRun.Kind.STATEMENTS


def make_run(
    company: Company, *reasons: str, submission: str = "p", kind: MailingRun.Kind = LINKS
) -> tuple[MailingRun, list[UUID]]:
    """A run with an item for each reason, and the keys of those still to be worked: with an empty one."""
    items = [
        NewItem(customer_id=make_customer(company).pk, recipients=["a@x.example"], reason=reason)
        for reason in reasons
    ]
    new = NewRun(company=company, kind=kind, submission=submission, by="Ann", language="en")
    with transaction.atomic():
        return services.open_run(new, items)


def settle(key: UUID, outcome: Outcome) -> RunItem:
    with transaction.atomic():
        item = services.claim(key)
        assert item is not None
        services.settle(item, outcome)
    return item


def test_an_item_with_a_reason_is_skipped_from_the_start(company: Company) -> None:
    run, queued = make_run(company, "", "No address.")

    assert len(queued) == 1
    progress = queries.count_progress(run)
    assert (progress.queued, progress.skipped, progress.done, progress.finished) == (1, 1, 1, False)


def test_the_same_submission_gives_the_first_run_and_nothing_to_work(company: Company) -> None:
    first, _ = make_run(company, "")

    again, queued = make_run(company, "", "")

    assert (again.pk, queued) == (first.pk, [])
    assert RunItem.objects.count() == 1


def test_the_same_submission_of_another_company_or_kind_is_another(company: Company) -> None:
    other = Company.objects.create(slug="elsewhere", name="Elsewhere", email="a@elsewhere.example")

    runs = {make_run(company, "")[0], make_run(other, "")[0], make_run(company, "", kind=STATEMENTS)[0]}

    assert len(runs) == MailingRun.objects.count() == 3
    assert {
        services.find_submitted(company, LINKS, "p"),
        services.find_submitted(other, LINKS, "p"),
        services.find_submitted(company, STATEMENTS, "p"),
    } == runs


def test_submissions_at_once_make_one_run(company: Company) -> None:
    runs = at_once(*[lambda: make_run(company, "")[0].pk] * 5)

    assert set(runs) == {MailingRun.objects.get().pk}


def test_an_item_in_hand_is_claimed_by_nobody_else(company: Company) -> None:
    _, (key,) = make_run(company, "")
    item = RunItem.objects.get()
    claim = transaction.atomic(services.claim)
    with transaction.atomic():
        assert services.claim(key) == item
        assert at_once(lambda: claim(key)) == [None]
    assert claim(key) == item


@pytest.mark.parametrize("state", [RunItemState.SENT, RunItemState.SKIPPED, RunItemState.FAILED])
def test_an_item_is_settled_once(company: Company, state: RunItemState) -> None:
    _, (key,) = make_run(company, "")
    item = settle(key, Outcome(state, "why", [("INV-1", "paid")]))

    assert queries.list_queued(10) == []
    assert (item.left_out, item.done_at is not None) == ([["INV-1", "paid"]], True)
    with transaction.atomic():
        assert services.claim(key) is None
    with pytest.raises(ImpossibleMove):
        services.settle(item, Outcome(RunItemState.SENT))


def test_the_database_refuses_to_send_an_item_again(company: Company) -> None:
    make_run(company, "No address.")

    with pytest.raises(IntegrityError, match="skipped cannot become queued"):
        sql("UPDATE mailing_runs_runitem SET state = 'queued'")


def test_only_what_was_not_sent_in_full_is_an_exception(company: Company) -> None:
    run, (plain, partly) = make_run(company, "", "")
    settle(plain, Outcome(RunItemState.SENT))
    item = settle(partly, Outcome(RunItemState.SENT, left_out=[("INV-1", "paid")]))

    assert list(queries.list_exceptions(run)) == [item]
    assert item.explanation == ["INV-1: paid"]


def test_the_latest_runs_of_a_kind_come_first_with_their_counts(company: Company) -> None:
    make_run(company, "", submission="1")
    make_run(company, "", "No.", submission="2")
    make_run(company, "", kind=STATEMENTS)

    found = queries.list_recent(company.pk, LINKS, most=5)

    assert [(row.customers, row.queued) for row in found] == [(2, 1), (1, 1)]


def test_a_run_counts_the_mails_of_its_items_and_no_others(owner: User) -> None:
    run, keys = make_run(owner.company, "", "")
    make_run(owner.company, "", submission="other")
    for key in keys:
        settle(key, Outcome(RunItemState.SENT, events=[f"{key}:USD", f"{key}:JPY"]))
        queue_mail(owner.company, f"{key}:USD")
    queue_mail(owner.company, "another")
    Message.objects.filter(event=f"{keys[0]}:USD").update(state=Message.State.BOUNCED)

    progress = queries.count_progress(run)

    assert (progress.mails_waiting, progress.mails_bounced, progress.mails_sent) == (1, 1, 0)
    assert [mail.event for mail in queries.list_bounces(run)] == [f"{keys[0]}:USD"]


def queue_mail(company: Company, event: str) -> None:
    mail = NewMessage(
        company_id=company.pk,
        event=event,
        email=InvoicesEmail(lists=()),
        language="en",
        recipients=["a@x.example"],
        subjects=[],
    )
    with transaction.atomic():
        outbox.enqueue(mail)
