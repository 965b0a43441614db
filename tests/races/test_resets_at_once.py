"""Two choose a new password with one link at the same instant: one does."""

from functools import partial

from django.contrib.auth.tokens import default_token_generator

from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.flows import change_password
from florin.flows.change_password import LinkDead, Whence
from testing.races import at_once, without_locks

WHENCE = Whence(address="192.0.2.1", browser="")


def resets(owner: User) -> int:
    """How many of eight who hold one link set a password with it."""
    key = default_token_generator.make_token(owner)
    answers = at_once(
        *[
            partial(change_password.reset, owner, key=key, password=f"password-of-{number}", whence=WHENCE)
            for number in range(8)
        ]
    )
    assert all(answer is None or isinstance(answer, LinkDead) for answer in answers)
    return answers.count(None)


def test_of_several_with_one_link_one_sets_the_password(owner: User) -> None:
    assert resets(owner) == 1
    assert Message.objects.filter(kind="password_changed").count() == 1


def test_control_without_the_lock_several_do(owner: User) -> None:
    with without_locks():
        assert any(resets(User.objects.get(pk=owner.pk)) > 1 for _try in range(5))
