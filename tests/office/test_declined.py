"""What staff see of cards that are tried out at a link: one line, and where to look."""

from uuid import uuid4

from django.db import transaction

from factories import make_link, make_user
from factories.attempts import open_attempt
from florin.contracts.reasons import NO_CODE, DeclineReason
from florin.domain.activity import services as activity
from florin.domain.activity.models import Activity
from florin.domain.attempts import services as attempts
from florin.domain.attempts.models import Attempt
from florin.domain.declines.services import MOST_OF_LINK
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import record_decline, revoke_link
from office import signed_in


def begun(link: Link) -> Attempt:
    """A try to pay, as the timeline tells it."""
    attempt = open_attempt(link)
    activity.note(
        attempt.company_id,
        Activity.Kind.CHECKOUT_STARTED,
        subjects=attempts.touched(attempt),
        amount=attempt.total,
        currency=attempt.currency,
    )
    return attempt


def declined(attempt: Attempt, times: int) -> None:
    """So many cards are declined in one try, each told."""
    with transaction.atomic():
        for _ in range(times):
            name = f"ch_{uuid4().hex}"
            record_decline.note(attempt, name, reason=DeclineReason.UNKNOWN, code=NO_CODE)


def order_page(link: Link) -> str:
    return f"/office/orders/{link.debts.get().invoice.order_id}/"


def shown(user: User, path: str) -> str:
    return " ".join(signed_in(user).get(path).text.split())


def test_many_declined_cards_are_one_line_on_home_and_on_the_timeline(owner: User) -> None:
    link = make_link(owner)
    declined(begun(link), 6)
    declined(begun(link), 6)

    for path in ("/office/", order_page(link)):
        page = shown(owner, path)
        assert page.count("12 cards were declined at a payment link, the first at") == 1
        assert "somebody may be testing stolen cards there" in page
        assert "A card was declined" not in page
        assert "Opened checkout" not in page


def test_a_card_or_two_of_somebody_honest_is_no_suspicion(owner: User) -> None:
    one, two = make_link(owner), make_link(owner)
    declined(begun(one), 1)
    declined(begun(two), 2)

    assert "A card was declined; the payer may try another" in shown(owner, order_page(one))
    assert "2 cards were declined at a payment link" in shown(owner, order_page(two))
    assert "stolen" not in shown(owner, "/office/")


def test_declined_cards_do_not_push_other_news_off_home(owner: User) -> None:
    quiet = make_link(owner)
    begun(quiet)
    for _ in range(20):
        declined(begun(make_link(owner)), 0)
    link = make_link(owner)
    declined(begun(link), 40)
    revoke_link.revoke(owner.company, quiet.pk, by=owner)
    declined(begun(link), 40)

    page = shown(owner, "/office/")

    assert "80 cards were declined" in page
    assert "was revoked" in page


def test_links_are_folded_each_by_itself(owner: User) -> None:
    for times in (2, 3):
        declined(begun(make_link(owner)), times)

    page = shown(owner, "/office/")

    assert "2 cards were declined" in page
    assert "3 cards were declined" in page


def test_ten_declined_cards_need_attention_until_the_link_is_revoked(owner: User) -> None:
    link = make_link(owner)
    attempt = begun(link)
    declined(attempt, MOST_OF_LINK - 1)
    assert "many cards were declined" not in shown(owner, "/office/")

    declined(attempt, 1)

    home = signed_in(owner).get("/office/").text
    assert "Payment link at which many cards were declined" in home
    assert f'href="{order_page(link)}"' in home
    revoke_link.revoke(owner.company, link.pk, by=owner)
    assert "many cards were declined" not in shown(owner, "/office/")


def test_nobody_else_reads_of_it(owner: User, stranger: User) -> None:
    declined(begun(make_link(owner)), MOST_OF_LINK)
    reporter = make_user(owner.company, Role.REPORTS)

    for user in (stranger, reporter):
        assert "cards were declined" not in shown(user, "/office/")
