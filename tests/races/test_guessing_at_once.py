"""Many guesses at one instant: no more are looked at than are free, and none waits for another's answer."""

from functools import partial

from florin.domain.staff import tries
from testing.races import at_once, without_locks


def guess() -> int:
    return tries.begin(tries.of_sign_in("ann@shop.example", place="192.0.2.1", browser=""))


def looked_at() -> int:
    answers = at_once(*[partial(guess)] * 16)
    assert all(isinstance(answer, int) for answer in answers)
    return answers.count(0)


def test_of_many_guesses_at_once_no_more_pass_than_are_free(database: None) -> None:
    assert looked_at() == 5


def test_control_without_the_locks_more_pass(database: None) -> None:
    with without_locks():
        assert looked_at() > 5
