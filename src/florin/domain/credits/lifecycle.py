"""The states of a credit."""

from enum import StrEnum

from florin.kernel.lifecycle import Lifecycle


class CreditState(StrEnum):
    """How far a credit has come; only an approved one is in the books."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    VOID = "void"  # approved, and taken back before any of it was used


_S = CreditState

CREDIT = Lifecycle(
    {
        _S.DRAFT: frozenset({_S.SUBMITTED, _S.VOID}),
        _S.SUBMITTED: frozenset({_S.DRAFT, _S.APPROVED, _S.REJECTED}),
        _S.APPROVED: frozenset({_S.VOID}),
        _S.REJECTED: frozenset({_S.DRAFT}),
        _S.VOID: frozenset(),
    }
)
