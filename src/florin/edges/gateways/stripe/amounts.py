"""Amounts as Stripe counts them, and what it takes of each currency: where its units become ours, and back.

Facts used here are from Stripe's page "Supported currencies" (docs.stripe.com/currencies) as it stood in
2026, and from the description of ``amount`` in its SDK at the pinned version.
"""

from florin.contracts.limits import Limits
from florin.contracts.processor import GatewayRefusal, RefusalReason
from florin.kernel.money import Money, exponent

# Whole units; of these Stripe knows no smaller ones. The ariary (MGA) has some by ISO 4217.
_WHOLE_CODES = """
BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF
"""
_WHOLE = frozenset(_WHOLE_CODES.split())
# Hundredths that must always be 00, for they exist no more: 5 ISK are 500.
_ALWAYS_00 = frozenset(["ISK", "UGX"])
# Thousandths whose last digit must be 0, for card networks do not carry it; an account in the country only.
_THOUSANDTHS = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
_HUNDREDTHS_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY
COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR
JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN
NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL
THB TJS TOP TRY TTD TWD TZS UAH USD UYU UZS WST XCD XCG YER ZAR ZMW
"""
_HUNDREDTHS = frozenset(_HUNDREDTHS_CODES.split())
_TAKEN = _WHOLE | _ALWAYS_00 | _THOUSANDTHS | _HUNDREDTHS

# The least that Stripe takes, in its units. It asks for it in the currency that the account is paid out in;
# of the others it asks for as much as that is worth on the day, which nobody knows beforehand.
_LEAST = {
    **dict.fromkeys(["ARS", "AUD", "BRL", "CAD", "CHF", "COP", "EUR", "IDR", "ILS", "INR", "JPY", "KRW"], 50),
    **dict.fromkeys(["NZD", "PHP", "RUB", "SGD", "USD", "ZAR"], 50),
    **dict.fromkeys(["AED", "MYR", "PLN", "RON"], 200),
    **dict.fromkeys(["NOK", "SEK"], 300),
    **dict.fromkeys(["MXN", "THB"], 1_000),
    "CZK": 1_500,
    "DKK": 250,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17_500,
}
# How many digits an amount may have, in its units; the SDK says eight. The page lets cards of some networks
# go further, which nobody knows before the payer has typed one.
_DIGITS = {"IDR": 12, "LBP": 11, "COP": 10, "HUF": 10, "JPY": 10, "INR": 9}
_USUAL_DIGITS = 8


def to_stripe(amount: Money) -> int:
    """Return an amount in Stripe's units.

    Raises:
        GatewayRefusal: if they cannot express it (KWD 12.345), or Stripe does not take the currency.
    """
    code = amount.currency
    if code not in _TAKEN or amount.minor % _smallest_multiple(code):
        raise GatewayRefusal(
            RefusalReason.AMOUNT, f"{amount.decimal} {code} cannot be expressed in Stripe's units"
        )
    return amount.minor * _unit(_decimals(code)) // _unit(exponent(code))


def from_stripe(amount: int, currency: str) -> Money:
    """Return what an amount in Stripe's units is, whatever the case of the currency.

    What is finer than our own unit is rounded to it, half away from zero; Stripe says that there is none.
    """
    code = currency.upper()
    unit = _unit(_decimals(code))
    minor = (2 * abs(amount) * _unit(exponent(code)) + unit) // (2 * unit)
    return Money(minor if amount >= 0 else -minor, code)


def limits(currency: str) -> Limits:
    """Say what Stripe takes of a currency."""
    if currency not in _TAKEN:
        return Limits(least=Money.zero(currency), most=Money.zero(currency))
    step, longest = _smallest_multiple(currency), _unit(_DIGITS.get(currency, _USUAL_DIGITS)) - 1
    most = longest * _unit(exponent(currency)) // _unit(_decimals(currency))
    return Limits(
        least=from_stripe(_LEAST[currency], currency) if currency in _LEAST else Money(step, currency),
        most=Money(most // step * step, currency),
        step=step,
    )


def _decimals(currency: str) -> int:
    if currency in _WHOLE:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def _smallest_multiple(currency: str) -> int:
    """Return of what an amount must be a multiple, in our minor units."""
    finest = 2 if currency in _THOUSANDTHS else _decimals(currency)
    return _unit(max(exponent(currency) - finest, 0))


def _unit(decimals: int) -> int:
    return int(10**decimals)
