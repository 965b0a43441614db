"""Batches and their parts: stored once, settled once, found again as long as there is something to do."""

import pytest
from django.db import IntegrityError, transaction

from domain.world import sql
from factories import make_customer
from florin.domain.companies.models import Company
from florin.domain.sends import queries, services
from florin.domain.sends.lifecycle import PartState
from florin.domain.sends.models import Batch, Part
from florin.domain.sends.services import NewPart, Outcome
from florin.kernel.lifecycle import ImpossibleMove
from testing.races import at_once


def make_batch(company: Company, *reasons: str, press: str = "p") -> tuple[Batch, list[Part]]:
    """A batch with a part for each reason; an empty one is still to be worked."""
    news = [
        NewPart(customer_id=make_customer(company).pk, recipients=["a@x.example"], invoices=[], reason=reason)
        for reason in reasons
    ]
    with transaction.atomic():
        return services.open_batch(company, news, press=press, by="Ann", language="en")


def test_a_part_with_a_reason_is_skipped_from_the_start(company: Company) -> None:
    batch, queued = make_batch(company, "", "No address.")

    assert len(queued) == 1
    progress = queries.progress(batch)
    assert (progress.queued, progress.skipped, progress.done, progress.finished) == (1, 1, 1, False)


def test_the_same_press_gives_the_first_batch_and_nothing_to_work(company: Company) -> None:
    first, _ = make_batch(company, "")

    again, queued = make_batch(company, "", "")

    assert (again.pk, queued) == (first.pk, [])
    assert Part.objects.count() == 1


def test_the_same_press_of_another_company_is_another_press(company: Company) -> None:
    other = Company.objects.create(slug="elsewhere", name="Elsewhere", email="a@elsewhere.example")

    make_batch(company, "")
    make_batch(other, "")

    assert Batch.objects.count() == 2
    assert services.pressed(other, "p") != services.pressed(company, "p")


def test_presses_at_once_make_one_batch(company: Company) -> None:
    batches = at_once(*[lambda: make_batch(company, "")[0].pk] * 5)

    assert set(batches) == {Batch.objects.get().pk}


def test_a_part_in_hand_is_taken_by_nobody_else(company: Company) -> None:
    _, (part,) = make_batch(company, "")
    take = transaction.atomic(services.take)
    with transaction.atomic():
        assert services.take(part.pk) == part
        assert at_once(lambda: take(part.pk)) == [None]
    assert take(part.pk) == part


@pytest.mark.parametrize("state", [PartState.SENT, PartState.SKIPPED, PartState.FAILED])
def test_a_part_is_settled_once(company: Company, state: PartState) -> None:
    _, (part,) = make_batch(company, "")
    with transaction.atomic():
        services.settle(part, Outcome(state, "why", [("INV-1", "paid")]))

    assert queries.left(10) == []
    assert (part.left_out, part.done_at is not None) == ([["INV-1", "paid"]], True)
    with transaction.atomic():
        assert services.take(part.pk) is None
    with pytest.raises(ImpossibleMove):
        services.settle(part, Outcome(PartState.SENT))


def test_the_database_refuses_to_send_a_part_again(company: Company) -> None:
    make_batch(company, "No address.")

    with pytest.raises(IntegrityError, match="skipped cannot become queued"):
        sql("UPDATE sends_part SET state = 'queued'")


def test_only_what_there_is_something_to_say_about_is_told(company: Company) -> None:
    batch, (plain, partly) = make_batch(company, "", "")
    with transaction.atomic():
        services.settle(plain, Outcome(PartState.SENT))
        services.settle(partly, Outcome(PartState.SENT, left_out=[("INV-1", "paid")]))

    assert list(queries.remarkable(batch)) == [partly]


def test_the_latest_batches_come_first_with_their_counts(company: Company) -> None:
    make_batch(company, "", press="1")
    make_batch(company, "", "No.", press="2")

    found = queries.recent(company.pk, 5)

    assert [(row.customers, row.open) for row in found] == [(2, 1), (1, 1)]
