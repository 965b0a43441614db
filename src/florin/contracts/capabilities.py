"""What a processor can do: told by its gateway, asked by everybody, and never guessed from its name.

The domain may not see the gateways, so ``config`` says at start where to ask (``config/apps.py``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from florin.contracts.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """For which currencies (ISO 4217) and countries (ISO 3166) a way to pay is offered; none is for all."""

    can_hold: bool
    currencies: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()

    def cover(self, *, currency: str = "", country: str = "") -> bool:
        """Whether it is offered for these; what is left out is not asked about."""
        return _within(currency, self.currencies) and _within(country, self.countries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one processor can do for us.

    ``methods`` are the ways to pay by the name of ours (``Method``). ``opens_accounts`` says whether
    companies open accounts of their own there, in ``account_countries``; otherwise they share the
    installation's. ``itemises_payouts`` is for payouts that it makes by itself; ``tells_fees`` and
    ``tells_balance`` say what a comparison with the books can rest on. ``limits`` says what it takes of a
    currency, or nothing if it does not take it at all.
    """

    processor: str
    methods: Mapping[str, Terms] = field(hash=False)
    limits: Callable[[str], Limits] = field(compare=False)
    opens_accounts: bool = False
    account_countries: tuple[str, ...] = ()
    itemises_payouts: bool = False
    tells_fees: bool = False
    tells_balance: bool = False

    def takes(self, method: str, *, currency: str = "", country: str = "") -> bool:
        """Whether somebody can pay in this way at all, or in this currency and country."""
        terms = self.methods.get(method)
        return terms is not None and terms.cover(currency=currency, country=country)


_asked: list[Callable[[str], Capabilities]] = []


def ask(of_gateway: Callable[[str], Capabilities]) -> None:
    """Say where the capabilities of a gateway can be had by its name; called once, at start."""
    _asked[:] = [of_gateway]


def for_gateway(gateway: str) -> Capabilities:
    """Return what the processor behind a gateway can do, without asking it.

    Raises:
        LookupError: if there is no such gateway.
    """
    return _asked[0](gateway)


def _within(wanted: str, offered: frozenset[str]) -> bool:
    return not wanted or not offered or wanted in offered
