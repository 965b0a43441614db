"""Opening a mailing run: store it with an item for each customer, and ask for the items to be worked.

find the submission's run -> else run and items -> jobs of some items each (``work_mailing_runs`` mails)
"""

from collections.abc import Sequence

from florin.domain.mailing_runs import services as mailing_runs
from florin.domain.mailing_runs.models import MailingRun
from florin.domain.mailing_runs.services import NewItem, NewRun
from florin.kernel.jobs import Job, later

_ITEMS_A_JOB = 25


def queue(new: NewRun, items: Sequence[NewItem]) -> MailingRun:
    """Store a run in the caller's transaction; the same submission, from wherever, makes one run."""
    run, queued = mailing_runs.open_run(new, items)
    keys = [str(key) for key in queued]
    for begin in range(0, len(keys), _ITEMS_A_JOB):
        later(Job.WORK_MAILING_RUN, items=keys[begin : begin + _ITEMS_A_JOB])
    return run
