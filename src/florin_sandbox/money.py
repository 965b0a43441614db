"""Amounts in minor units, in the currencies as Stripe counts them."""

from florin_sandbox import errors

ZERO_DECIMAL = frozenset(
    [
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "ugx",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    ]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
MINIMUM = {"usd": 50, "eur": 50, "cad": 50, "aud": 50, "gbp": 30, "jpy": 50, "mxn": 1000, "kwd": 200}
MAXIMUM = 99_999_999
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "cad": "CA$", "aud": "A$", "mxn": "MX$"}


def decimals(currency: str) -> int:
    """How many digits stand behind the point."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def show(amount: int, currency: str, locale: str = "en") -> str:
    """An amount for people: `$1,234.56`, in Spanish `1.234,56 $`."""
    places = decimals(currency)
    whole, rest = divmod(abs(amount), 10**places)
    text = f"{whole:,}" + (f".{rest:0{places}}" if places else "")
    minus = "-" if amount < 0 else ""
    sign = SIGNS.get(currency)
    if locale == "es":
        return f"{minus}{text.translate(str.maketrans(',.', '.,'))}\u00a0{sign or currency.upper()}"
    return f"{minus}{sign}{text}" if sign else f"{minus}{currency.upper()}\u00a0{text}"


def check(amount: int, currency: str, param: str) -> None:
    """Refuse an amount Stripe would not take: out of bounds, or finer than card networks carry."""
    if amount > MAXIMUM:
        shown = show(MAXIMUM, currency)
        raise errors.invalid(param, f"Amount must be no more than {shown}", "amount_too_large")
    check_step(amount, currency, param)


def check_minimum(amount: int, currency: str, param: str) -> None:
    """Refuse a payment that is too small to be worth a card transaction."""
    least = MINIMUM.get(currency, 1)
    if amount < least:
        shown = show(least, currency)
        raise errors.invalid(param, f"The total amount due must be at least {shown}", "amount_too_small")


def check_step(amount: int, currency: str, param: str) -> None:
    """Refuse three-decimal amounts whose last digit is not 0: card networks do not carry it."""
    if currency in THREE_DECIMAL and amount % 10:
        raise errors.invalid(
            param, f"Amounts in {currency.upper()} must end with the digit 0.", "parameter_invalid_integer"
        )


def fee(amount: int, basis_points: int, *, fixed: int = 0, least: int = 0) -> int:
    """The processor's fee: hundredths of a per cent rounded half up plus a fixed part, at least `least`.

    Never more than the amount.
    """
    return min(amount, max(least, (amount * basis_points + 5_000) // 10_000 + fixed))
