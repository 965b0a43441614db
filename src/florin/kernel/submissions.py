"""Submissions: one press of a form's button, counted once however often, and however quickly, it arrives."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError

LONGEST_KEY = 40  # the columns that keep a submission's key are as long

Some = TypeVar("Some")


def once(work: Callable[[], Some]) -> Some:
    """Return what a submission makes, or what the same one has made already.

    ``work`` looks for what the submission's key has made, and makes it only if there is nothing. If the same
    submission is quicker elsewhere, the database refuses the second copy by its unique key; ``work`` then
    looks again and finds it. It must be a transaction of its own, or several of them: nothing of a refused
    one may stay.

    Raises:
        IntegrityError: if the database refuses it for another reason.
    """
    try:
        return work()
    except IntegrityError:
        return work()
