"""Refusals: exceptions that are sentences for people."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Something the user asked for that we do not do; ``str(refusal)`` says why and what to do next.

    Every screen renders a refusal the same way, keeps what was typed, and answers with ``status``.
    """

    status = 422


class NotFound(Refusal):
    """The thing does not exist for whoever asks: unknown, or another company's (R-section 4: always 404)."""

    status = 404


class Forbidden(Refusal):
    """The person exists, the thing exists, but their roles do not allow the action."""

    status = 403


class Conflict(Refusal):
    """The world moved between looking and acting; the sentence says what is true now."""

    status = 409


class ProcessorAway(Refusal):
    """The payment processor does not answer, or not to us; nothing was lost, and one may press again."""

    status = 503


class SubmissionReused(Conflict):
    """A form that has done its work comes again with something else on it; the sentence says what it did."""
