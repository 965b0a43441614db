"""Amounts in minor units, in the currencies as Stripe counts them (docs.stripe.com/currencies)."""

from dataclasses import dataclass

from florin_sandbox import errors

_ZERO_DECIMAL_CODES = """
bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf
"""
ZERO_DECIMAL = frozenset(_ZERO_DECIMAL_CODES.split())
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
NO_FRACTIONS = frozenset(["isk", "ugx"])
"""Counted in hundredths, which must be 00 and which nobody is shown."""
_TWO_DECIMAL_CODES = """
aed afn all amd ang aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny
cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr
jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn
nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl
thb tjs top try ttd twd tzs uah usd uyu uzs wst xcd xcg yer zar zmw
"""
TWO_DECIMAL = frozenset(_TWO_DECIMAL_CODES.split())
SUPPORTED = ZERO_DECIMAL | THREE_DECIMAL | NO_FRACTIONS | TWO_DECIMAL
MINIMUM = {
    "aed": 200,
    "ars": 50,
    "aud": 50,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "cop": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "idr": 50,
    "ils": 50,
    "inr": 50,
    "jpy": 50,
    "krw": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "php": 50,
    "pln": 200,
    "ron": 200,
    "rub": 50,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
    "zar": 50,
}
MAXIMUM = {
    "idr": 999_999_999_999,
    "lbp": 99_999_999_999,
    "cop": 9_999_999_999,
    "huf": 9_999_999_999,
    "jpy": 9_999_999_999,
    "inr": 999_999_999,
}
USUAL_MAXIMUM = 99_999_999
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "cad": "CA$", "aud": "A$", "mxn": "MX$"}


def decimals(currency: str) -> int:
    """How many digits of an amount stand behind the point."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def step(currency: str) -> int:
    """Of what an amount must be a multiple: cards carry no thousandths, and some hundredths are gone."""
    if currency in NO_FRACTIONS:
        return 100
    return 10 if currency in THREE_DECIMAL else 1


def show(amount: int, currency: str, locale: str = "en") -> str:
    """An amount for people: `$1,234.56`, in Spanish `1.234,56 $`."""
    places = decimals(currency)
    whole, rest = divmod(abs(amount), 10**places)
    shown = places and (rest or currency not in NO_FRACTIONS)
    text = f"{whole:,}" + (f".{rest:0{places}}" if shown else "")
    minus = "-" if amount < 0 else ""
    sign = SIGNS.get(currency)
    if locale == "es":
        return f"{minus}{text.translate(str.maketrans(',.', '.,'))}\u00a0{sign or currency.upper()}"
    return f"{minus}{sign}{text}" if sign else f"{minus}{currency.upper()}\u00a0{text}"


def check_currency(currency: str, param: str) -> None:
    """Refuse a currency that Stripe does not take."""
    if currency not in SUPPORTED:
        known = ", ".join(sorted(SUPPORTED))
        message = f"Invalid currency: {currency}. Stripe currently supports these currencies: {known}"
        raise errors.invalid(param, message)


def check(amount: int, currency: str, param: str) -> None:
    """Refuse an amount Stripe would not take: out of bounds, or finer than card networks carry."""
    most = MAXIMUM.get(currency, USUAL_MAXIMUM)
    if amount > most:
        shown = show(most, currency)
        raise errors.invalid(param, f"Amount must be no more than {shown}", "amount_too_large")
    check_step(amount, currency, param)


def check_minimum(amount: int, currency: str, param: str) -> None:
    """Refuse a payment that is too small to be worth a card transaction."""
    least = MINIMUM.get(currency, 1)
    if amount < least:
        shown = show(least, currency)
        raise errors.invalid(param, f"The total amount due must be at least {shown}", "amount_too_small")


def check_step(amount: int, currency: str, param: str) -> None:
    """Refuse amounts with a fraction that card networks do not carry, or that the currency has no more."""
    if amount % step(currency):
        message = f"Amounts in {currency.upper()} must be divisible by {step(currency)}."
        raise errors.invalid(param, message, "parameter_invalid_integer")


@dataclass(frozen=True, slots=True)
class Rate:
    """What the processor takes: hundredths of a per cent, and hundredths of a unit for the rest."""

    basis_points: int
    fixed: int = 0
    least: int = 0
    most: int = 0
    """No cap if it is 0."""


def fee(amount: int, currency: str, rate: Rate) -> int:
    """The processor's fee: a part rounded half up plus a fixed one, between its least and its most.

    Never more than the amount.
    """
    share = (amount * rate.basis_points + 5_000) // 10_000 + parts(rate.fixed, currency)
    share = max(share, parts(rate.least, currency))
    if rate.most:
        share = min(share, parts(rate.most, currency))
    finest = step(currency) if currency in NO_FRACTIONS else 1
    return min(amount, (2 * share + finest) // (2 * finest) * finest)


def parts(hundredths: int, currency: str) -> int:
    """Hundredths of a unit as an amount of the currency, rounded half up: a quarter of a yen is none."""
    return (2 * hundredths * int(10 ** decimals(currency)) + 100) // 200
