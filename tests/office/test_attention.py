"""What needs a person stands on Home, for whoever may deal with it, and only while there is something."""

from florin.domain.companies.models import PaymentsAccount
from florin.domain.staff.models import User
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
