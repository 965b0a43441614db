"""The operator has a notice of the processor looked at once more.

notice -> unhandled again -> job; what is booked already is booked once all the same
"""

from uuid import UUID

from django.db import transaction

from florin.domain.notices import services as inbox
from florin.domain.notices.models import ProcessorNotice
from florin.domain.security import services as security
from florin.kernel.database import find
from florin.kernel.jobs import Job, later


@transaction.atomic(durable=True)
def replay(notice_id: UUID, *, by: str) -> ProcessorNotice:
    """Let a notice be handled again: the processor is asked how things stand now, and the books follow.

    Safe to repeat: the notice itself is never believed, and nothing is booked twice. ``by`` is the operator's
    address.
    """
    notice = find(ProcessorNotice.objects.select_for_update(), pk=notice_id)
    inbox.reopen(notice)
    later(
        Job.HANDLE_NOTICE,
        gateway=notice.gateway,
        event=notice.event,
        attempt=notice.attempt,
        payment=notice.payment,
        account=notice.account,
        payout=notice.payout,
    )
    security.note(
        security.Kind.SETTINGS_CHANGED, who=by, what="notice-replayed", number=notice.event, page=notice.kind
    )
    return notice
