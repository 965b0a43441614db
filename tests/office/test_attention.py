"""What needs a person stands on Home, for whoever may deal with it, and only while there is something."""

from datetime import timedelta

from factories import make_link
from factories.attempts import open_attempt
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import PaymentsAccount
from florin.domain.staff.models import User
from florin.kernel import clock
from office import signed_in

WAITING = "the payments account is not active"


def home(user: User) -> str:
    return signed_in(user).get("/office/").content.decode()


def test_an_admin_is_told_that_nobody_can_pay_online_yet(owner: User, colleague: User) -> None:
    PaymentsAccount.objects.update(state=PaymentsAccount.State.PENDING)

    assert WAITING in home(owner)
    assert 'href="/office/payments/settings/"' in home(owner)
    assert WAITING not in home(colleague)


def test_the_frame_is_not_there_while_nothing_needs_attention(owner: User) -> None:
    assert "Needs attention" not in home(owner)


def test_a_debit_that_the_bank_never_decides_is_told_after_twelve_days(owner: User) -> None:
    attempt = open_attempt(make_link(owner))
    debit = Attempt.objects.filter(pk=attempt.pk)
    now, told = clock.now(), "Bank payment not heard of for 12 days"
    debit.update(method=Method.ACH, state=Attempt.State.PENDING, started_at=now - timedelta(days=11))
    assert told not in home(owner)

    debit.update(started_at=now - timedelta(days=13))

    assert told in home(owner)
    listed = signed_in(owner).get("/office/payments/").content.decode()
    assert "No word from the bank" in listed
