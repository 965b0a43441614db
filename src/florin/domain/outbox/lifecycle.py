"""The states of a mail: from the outbox to its recipient, or back."""

from django.db import models

from florin.kernel.lifecycle import Lifecycle


class MessageState(models.TextChoices):
    """How far a mail has come; what happened to it after it was sent, only hosted senders tell."""

    QUEUED = "queued", "queued"
    SENDING = "sending", "sending"
    SENT = "sent", "sent"
    DELIVERED = "delivered", "delivered"
    BOUNCED = "bounced", "bounced"


_S = MessageState
_OUTCOMES = frozenset({_S.SENT, _S.DELIVERED, _S.BOUNCED})

MESSAGE = Lifecycle(
    {
        # A worker's claim may lapse while the mail server already has the mail: then it is sent though it is
        # queued again. A hosted sender's notice may overtake the sender's own answer.
        _S.QUEUED: _OUTCOMES | {_S.SENDING},
        _S.SENDING: _OUTCOMES | {_S.QUEUED},
        _S.SENT: frozenset({_S.DELIVERED, _S.BOUNCED}),
        _S.DELIVERED: frozenset({_S.BOUNCED}),  # a mailbox may refuse what its server took
        _S.BOUNCED: frozenset({_S.SENT}),  # refused to one worker, taken from another whose claim had lapsed
    }
)
