"""The test bank accounts, what becomes of a debit from each of them, and the return codes of ACH."""

from dataclasses import dataclass

ROUTING_DIGITS = 9
WEIGHTS = (3, 7, 1)
MIN_DIGITS = 4
MAX_DIGITS = 17
TYPES = ("checking", "savings")
TEST_ROUTING = "110000000"
BANKS = {TEST_ROUTING: "SANDBOX TEST BANK"}
OTHER_BANK = "ANOTHER TEST BANK"


@dataclass(frozen=True, slots=True)
class Return:
    """Why a bank sent a debit back: Stripe's failure code, the reason of a dispute, and a sentence."""

    failure: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Behavior:
    """What becomes of a debit: it clears, unless `code` sends it back.

    With `days` it clears first and comes back so many days later. A `stuck` one stays on its way for ever.
    One that needs `deposits` waits until its holder has named them; they never reach an `unreachable` one.
    """

    code: str = ""
    days: int | None = None
    stuck: bool = False
    refund_fails: bool = False
    deposits: bool = False
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class BankAccount:
    """What may be kept of a bank account: never the number."""

    last4: str
    routing: str
    bank: str
    kind: str
    behavior: Behavior


_FUNDS = Return(
    "insufficient_funds", "insufficient_funds", "The account does not hold enough money for this debit."
)
_CLOSED = Return("account_closed", "incorrect_account_details", "The account has been closed.")
_UNKNOWN = Return("no_account", "incorrect_account_details", "The bank found no such account.")
_UNAUTHORISED = Return(
    "debit_not_authorized", "debit_not_authorized", "The account holder says that nobody allowed this debit."
)
_FROZEN = Return("account_frozen", "bank_cannot_process", "The account is frozen.")
_RESTRICTED = Return("bank_account_restricted", "bank_cannot_process", "The account cannot be debited.")
RETURNS = {
    "R01": _FUNDS,
    "R02": _CLOSED,
    "R03": _UNKNOWN,
    "R04": _UNKNOWN,
    "R05": _UNAUTHORISED,
    "R07": _UNAUTHORISED,
    "R08": _UNAUTHORISED,
    "R09": _FUNDS,
    "R10": _UNAUTHORISED,
    "R11": _UNAUTHORISED,
    "R16": _FROZEN,
    "R20": _RESTRICTED,
    "R29": _UNAUTHORISED,
}
CLEARS = Behavior()
BEHAVIORS = {
    "000111111113": Behavior("R02"),
    "000111111116": Behavior("R03"),
    "000222222227": Behavior("R01"),
    "000333333335": Behavior("R10"),
    "000555555559": Behavior("R10", days=3),
    "000000000009": Behavior(stuck=True),
    "000123456780": Behavior(refund_fails=True),
    "000900000001": Behavior("R01", days=10),
    "000900000002": Behavior("R02", days=10),
    "000900000003": Behavior("R03", days=10),
    "000900000010": Behavior("R10", days=45),
    "000900000029": Behavior("R29", days=2),
    "000666666661": Behavior(deposits=True, unreachable=True),
    "000900000040": Behavior(deposits=True),
    "000900000041": Behavior("R01", deposits=True),
}
SHOWN = (
    ("000123456789", "debit_clears"),
    ("000222222227", "debit_funds"),
    ("000111111113", "debit_closed"),
    ("000555555559", "debit_disputed"),
    ("000900000001", "debit_returned"),
    ("000900000040", "debit_deposits"),
)


def routable(number: str) -> bool:
    """Whether a number can be a bank's routing number: nine digits, the last of them a check."""
    if not (number.isascii() and number.isdigit() and len(number) == ROUTING_DIGITS) or int(number) == 0:
        return False
    return sum(int(digit) * WEIGHTS[place % 3] for place, digit in enumerate(number)) % 10 == 0


def plausible(number: str) -> bool:
    """Whether a number can be an account's at all."""
    return number.isascii() and number.isdigit() and MIN_DIGITS <= len(number) <= MAX_DIGITS


def read(number: str, *, routing: str, kind: str) -> BankAccount:
    """The account behind plausible numbers. Those outside the table are ordinary accounts that pay."""
    return BankAccount(
        number[-4:], routing, BANKS.get(routing, OTHER_BANK), kind, BEHAVIORS.get(number, CLEARS)
    )
