"""The test card numbers and what each of them does."""

from dataclasses import dataclass

MIN_DIGITS = 12
MAX_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Decline:
    """Why an issuer said no: Stripe's error code, its decline code, and the sentence for the payer."""

    code: str
    decline_code: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Card:
    """What may be kept of a card: never the number.

    `dispute` is the reason of a dispute right after the capture, or `inquiry`; `refund` is `slow` or `fails`.
    """

    brand: str
    funding: str
    last4: str
    exp_month: int
    exp_year: int
    decline: Decline | None = None
    challenge: bool = False
    dispute: str = ""
    refund: str = ""


GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.")
DECLINES = {
    "4000000000000002": GENERIC,
    "4000000000009995": Decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "4000000000009987": Decline("card_declined", "lost_card", "Your card was declined."),
    "4000000000009979": Decline("card_declined", "stolen_card", "Your card was declined."),
    "4000000000000069": Decline("expired_card", None, "Your card has expired."),
    "4000000000000127": Decline("incorrect_cvc", None, "Your card's security code is incorrect."),
    "4000000000000119": Decline(
        "processing_error", None, "An error occurred while processing your card. Try again in a little bit."
    ),
}
CHALLENGED = frozenset({"4000002500003155", "4000002760003184"})
DISPUTES = {
    "4000000000000259": "fraudulent",
    "4000000000002685": "product_not_received",
    "4000000000001976": "inquiry",
}
REFUNDS = {"4000000000007726": "slow", "4000000000005126": "fails"}
DEBIT = frozenset({"4000056655665556", "5200828282828210"})
AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method."
    " Please choose a different payment method and try again.",
)
SHOWN = (
    ("4242 4242 4242 4242", "pays"),
    ("5555 5555 5555 4444", "pays_mastercard"),
    ("4000 0025 0000 3155", "challenge"),
    ("4000 0000 0000 0002", "declined"),
    ("4000 0000 0000 9995", "insufficient"),
)


def digits(typed: str) -> str:
    """The number without the spaces and dashes people type."""
    return typed.replace(" ", "").replace("-", "").replace("\u00a0", "")


def plausible(number: str) -> bool:
    """Whether a number can be a card's at all: length and check digit (Luhn)."""
    if not (number.isascii() and number.isdigit() and MIN_DIGITS <= len(number) <= MAX_DIGITS):
        return False
    doubled = [int(digit) * 2 for digit in number[-2::-2]]
    return (sum(map(int, number[-1::-2])) + sum(value - 9 * (value > 9) for value in doubled)) % 10 == 0  # noqa: PLR2004


def brand(number: str) -> str:
    """The network a number belongs to, by its first digits."""
    if number[:2] in {"34", "37"}:
        return "amex"
    if number[:2] in {"51", "52", "53", "54", "55"} or number[:1] == "2":
        return "mastercard"
    if number[:4] == "6011" or number[:2] == "65":
        return "discover"
    return "visa" if number[:1] == "4" else "unknown"


def read(number: str, *, exp_month: int, exp_year: int) -> Card:
    """The card behind a plausible number. Numbers outside the table are ordinary cards that pay."""
    return Card(
        brand=brand(number),
        funding="debit" if number in DEBIT else "credit",
        last4=number[-4:],
        exp_month=exp_month,
        exp_year=exp_year,
        decline=DECLINES.get(number),
        challenge=number in CHALLENGED,
        dispute=DISPUTES.get(number, ""),
        refund=REFUNDS.get(number, ""),
    )
