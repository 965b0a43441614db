"""A table of moves says the same in the code and in the picture; domain/test_states.py asks the database."""

from enum import StrEnum

import pytest

from florin.kernel.lifecycle import ImpossibleMove, Lifecycle


class Gate(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    WALLED = "walled"


DOOR = Lifecycle(
    {
        Gate.OPEN: frozenset({Gate.SHUT}),
        Gate.SHUT: frozenset({Gate.OPEN, Gate.WALLED}),
        Gate.WALLED: frozenset(),
    }
)


@pytest.mark.parametrize("old", Gate)
@pytest.mark.parametrize("new", Gate)
def test_only_the_moves_of_the_table_pass(old: Gate, new: Gate) -> None:
    allowed = {("open", "shut"), ("shut", "open"), ("shut", "walled")}
    if (old.value, new.value) in allowed:
        DOOR.check(old, new)
    else:
        with pytest.raises(ImpossibleMove, match=f"{old} cannot become {new}"):
            DOOR.check(old, new)


def test_the_picture_has_one_arrow_a_move() -> None:
    assert DOOR.drawing().splitlines() == [
        "stateDiagram-v2",
        "    open --> shut",
        "    shut --> open",
        "    shut --> walled",
    ]
