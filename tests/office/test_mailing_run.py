"""The page of a mailing run: one for links and statements, found from its former addresses too."""

import pytest

from factories import make_customer, make_invoice
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.flows import deliver_outbox, work_mailing_runs
from flows.test_work_mailing_runs import Start, each_kind, start_links, start_statements
from office import signed_in
from testing.bank import Bank

FORMER = [(start_links, "/office/batches/"), (start_statements, "/office/statements/runs/")]


@pytest.mark.parametrize(("start", "former"), FORMER)
def test_former_addresses_lead_to_the_page_and_to_its_progress(
    owner: User, start: Start, former: str
) -> None:
    run, client = start(owner, [make_invoice(owner)]), signed_in(owner)

    for part in ("", "progress/"):
        answer = client.get(f"{former}{run.pk}/{part}", follow=True)
        assert answer.redirect_chain == [(f"/office/mailing-runs/{run.pk}/{part}", 301)]
        assert "Sending to 1 customer …" in answer.text


@pytest.mark.parametrize(("start", "former"), FORMER)
def test_a_stranger_finds_no_run_at_any_address(
    owner: User, stranger: User, start: Start, former: str
) -> None:
    run, client = start(owner, [make_invoice(owner)]), signed_in(stranger)

    for address in (former, "/office/mailing-runs/"):
        for part in ("", "progress/"):
            assert client.get(f"{address}{run.pk}/{part}").status_code == 404


@pytest.mark.parametrize(
    ("start", "right"), [(start_links, Right.OPEN_INVOICES), (start_statements, Right.STATEMENTS)]
)
def test_a_run_is_seen_by_whoever_may_send_its_kind(
    owner: User, monkeypatch: pytest.MonkeyPatch, start: Start, right: Right
) -> None:
    run, client = start(owner, [make_invoice(owner)]), signed_in(owner)
    may = User.may
    monkeypatch.setattr(User, "may", lambda user, asked: asked != right and may(user, asked))

    assert client.get(f"/office/mailing-runs/{run.pk}/").status_code == 403


def test_the_page_says_what_was_sent(owner: User) -> None:
    client = signed_in(owner)
    links, statements = (start(owner, [make_invoice(owner)]) for start in (start_links, start_statements))

    assert "Payment links for 1 invoice" in client.get(f"/office/mailing-runs/{links.pk}/").text
    assert "Open Items / Unpaid" in client.get(f"/office/mailing-runs/{statements.pk}/").text


@each_kind
def test_the_page_waits_for_the_last_mail_and_then_stops_asking(
    owner: User, bank: Bank, start: Start
) -> None:
    run, client = start(owner, [make_invoice(owner)]), signed_in(owner)
    here = f"/office/mailing-runs/{run.pk}/progress/"
    work_mailing_runs.sweep()
    waiting = client.get(here).text
    deliver_outbox.deliver()
    finished = client.get(here).text

    assert "Every customer is done; the last mails are leaving." in waiting
    assert "every 1s" in waiting
    assert "Finished." in finished
    assert "every 1s" not in finished


def test_the_page_counts_customers_where_there_are_many(owner: User) -> None:
    run = start_links(owner, [make_invoice(owner, customer=make_customer(owner.company)) for _ in range(2)])

    assert "0 of 2 customers done" in signed_in(owner).get(f"/office/mailing-runs/{run.pk}/progress/").text
