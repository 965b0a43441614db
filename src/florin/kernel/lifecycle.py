"""States as a table of allowed moves: one table for the code, the database and the picture in the docs."""

from collections.abc import Mapping
from typing import Generic, TypeVar

State = TypeVar("State", bound=str)


class ImpossibleMove(Exception):  # noqa: N818 - it names what is wrong
    """Somebody tried a move that the table does not have: a defect of ours, never an answer to a user."""


class Lifecycle(Generic[State]):
    """The states of one kind of thing and where each may go next."""

    def __init__(self, moves: Mapping[State, frozenset[State]]) -> None:
        self.moves = dict(moves)

    def check(self, old: State, new: State) -> None:
        """Let an allowed move pass.

        Raises:
            ImpossibleMove: for any other.
        """
        if new not in self.moves[old]:
            raise ImpossibleMove(f"{old} cannot become {new}")

    def drawing(self) -> str:
        """Return the table as a Mermaid state diagram, for the docs."""
        lines = [f"    {old} --> {new}" for old, news in self.moves.items() for new in sorted(news)]
        return "\n".join(["stateDiagram-v2", *lines])
