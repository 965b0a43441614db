"""The key of a form's submission is kept as far as it can be kept."""

from django.http import QueryDict

from florin.kernel.submissions import LONGEST_KEY
from florin.screens.office.shared.submissions import new_submission, submission_key


def test_the_key_that_a_form_brought_is_the_submissions_key() -> None:
    key = new_submission()

    assert submission_key(QueryDict(f"press={key}")) == key
    assert len(key) <= LONGEST_KEY


def test_a_form_without_a_key_gets_a_new_one_each_time() -> None:
    assert submission_key(QueryDict("")) != submission_key(QueryDict("press="))


def test_a_key_that_could_not_be_kept_is_cut_to_what_can() -> None:
    assert submission_key(QueryDict("press=" + "a%00" * 90)) == "a" * LONGEST_KEY
