"""The key of a form's submission: new with each form that is shown, and kept while it is corrected."""

from django.http import QueryDict

from florin.kernel.database import new_key
from florin.kernel.submissions import LONGEST_KEY


def submission_key(post: QueryDict) -> str:
    """Return the key that a form brought with it; one that brought none gets a new one."""
    return post.get("press", "").replace("\x00", "")[:LONGEST_KEY] or new_submission()


def new_submission() -> str:
    """Return the key of a form that was not sent yet."""
    return new_key().hex
