"""Which return codes may cost the payer a fee by themselves."""

import pytest

from florin.kernel import return_codes
from florin.kernel.return_codes import Uncoded


@pytest.mark.parametrize(
    "code",
    [Uncoded.NO_FUNDS, Uncoded.CLOSED, Uncoded.NO_ACCOUNT, Uncoded.FROZEN, Uncoded.NO_DEBITS],
)
def test_a_reason_without_a_code_warrants_a_fee_as_its_code_would(code: Uncoded) -> None:
    assert return_codes.warrants_fee(code)
    assert return_codes.is_known(code)


@pytest.mark.parametrize("code", [Uncoded.NOT_ALLOWED, Uncoded.NOT_PROCESSED, Uncoded.UNKNOWN])
def test_what_was_not_allowed_or_not_explained_warrants_none(code: Uncoded) -> None:
    assert not return_codes.warrants_fee(code)


@pytest.mark.parametrize("code", ["R01", "R02", "R03", "R04", "R08", "R09", "R12", "R16", "R20", "R23"])
def test_what_is_for_the_payer_to_answer_warrants_a_fee(code: str) -> None:
    assert return_codes.warrants_fee(code)


@pytest.mark.parametrize("code", ["R05", "R06", "R07", "R10", "R11", "R14", "R15", "R24", "R29"])
def test_what_was_not_allowed_or_is_not_their_fault_warrants_none(code: str) -> None:
    assert not return_codes.warrants_fee(code)


@pytest.mark.parametrize("code", ["", "R99", "NSF", "a word of the processor's"])
def test_a_code_that_no_bank_gave_or_nobody_knows_warrants_none(code: str) -> None:
    assert not return_codes.warrants_fee(code)
