"""A submission is counted once, also when the same one is quicker elsewhere."""

import pytest
from django.db import IntegrityError

from florin.kernel.submissions import once


def test_what_a_quicker_submission_made_is_found() -> None:
    made: list[str] = []

    def work() -> str:
        if made:
            return made[0]
        made.append("theirs")  # the other one commits between our look and our insert
        raise IntegrityError

    assert once(work) == "theirs"


def test_what_the_database_refuses_for_another_reason_stays_refused() -> None:
    def work() -> None:
        raise IntegrityError("another reason")

    with pytest.raises(IntegrityError, match="another reason"):
        once(work)
